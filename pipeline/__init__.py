"""From radiology reports to audited label tables."""
