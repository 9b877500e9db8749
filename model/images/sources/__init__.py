"""One reader for each layout that images and boxes come in."""
