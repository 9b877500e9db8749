"""Phrases that a named-entity model finds and the lexicon does not know."""
