"""What each line of the lexicon is worth: how often it decided, and how often that was right."""
