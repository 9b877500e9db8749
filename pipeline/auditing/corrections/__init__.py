"""The log of what reviewers decided."""
