"""The harness itself on trial: every check seen to pass, and to fail on a planted fault."""
