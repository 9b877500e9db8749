"""Losses: of matching images with reports, and of attributes, a file each.

`model/registries/losses.py` lists those of attributes.
"""
