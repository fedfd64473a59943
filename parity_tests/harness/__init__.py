"""The harness: draws cases, runs a subject and its twin, compares, and gives verdicts as values."""
