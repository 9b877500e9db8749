"""Localization without cross-attention, on the same data, backbone and scorer."""
