"""CS231n, assignment 2, of any year: its functions in its own conventions."""
