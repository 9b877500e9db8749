"""The page on which people review reports: queue, text with mentions, decisions."""
