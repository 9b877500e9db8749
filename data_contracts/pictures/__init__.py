"""The files that the images table names: kept below their root, read to one grey scale, upright."""
