"""What looks back at the main way: queries, review, corrections, measures, an overview."""
