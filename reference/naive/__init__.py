"""The definitions of some layers as plain loops: slow, obviously right, same signatures."""
