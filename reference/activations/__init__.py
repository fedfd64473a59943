"""NumPy activations."""
