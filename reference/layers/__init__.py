"""NumPy layers."""
