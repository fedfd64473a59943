"""NumPy losses."""
