"""Neural-network operations in NumPy, each written to be read: forward, formula, backward."""
