"""Label tables held against coded references, and where the two part."""
