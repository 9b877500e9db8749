"""The cross-attention network between attributes of a report and regions of an image."""
