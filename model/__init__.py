"""From label tables and images to boxes."""
