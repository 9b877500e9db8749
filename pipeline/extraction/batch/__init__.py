"""The rules for millions of passages at once: stores, tries, columns."""
