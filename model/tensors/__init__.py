"""From tables and files to the arrays that networks read."""
