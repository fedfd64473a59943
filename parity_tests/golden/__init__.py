"""Numbers from outside the project, as Python literals."""
