"""The embedded default cohort: studies with exact truth, and reports written about them."""
