"""How good boxes are: overlaps, matching and the scores made of them."""
