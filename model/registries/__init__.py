"""The names that settings and commands take, and what stands behind each: from here or outside."""
