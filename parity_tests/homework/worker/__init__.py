"""What runs inside the confined process: the standard library and NumPy only, and nothing of the judge's."""
