"""The lobby's devices: kiosks and displays."""
