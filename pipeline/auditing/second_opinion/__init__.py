"""Another reader of the same reports: whom to ask, about what, and where the two differ."""
