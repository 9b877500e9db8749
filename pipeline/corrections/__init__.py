"""What people decided of extracted mentions: kept as a table, brought to bear on new labels."""
