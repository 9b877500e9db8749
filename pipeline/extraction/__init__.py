"""From a report's text to mentions, their assertions and the relations between them."""
