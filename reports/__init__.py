"""Verdicts and histories in; tables, plots, a page and the command line out."""
