"""Images and what is drawn on them, read from the layouts that data sets come in."""
