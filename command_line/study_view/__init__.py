"""A study to look at: its report beside its X-ray; shown by the review page and by galleries."""
