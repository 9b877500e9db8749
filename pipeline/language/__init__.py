"""Sentences, tokens, abbreviations and elided words."""
