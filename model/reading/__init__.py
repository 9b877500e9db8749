"""What the trained networks say of an image, no report at hand."""
