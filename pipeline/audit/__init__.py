"""Holding label tables against coded references, and showing where they part."""
