"""A failure small enough to check by hand: simplified, printed, and as a script without this project."""
