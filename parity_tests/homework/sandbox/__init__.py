"""The ladder of confinement: what can be had here, tried out, and how a confined process is started and ended."""
