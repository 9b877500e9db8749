"""Pages of results, to be read."""
