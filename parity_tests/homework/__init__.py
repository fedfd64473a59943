"""Judges code that nobody trusts: a submission runs confined, in a process of its own."""
