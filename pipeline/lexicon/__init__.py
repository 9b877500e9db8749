"""Concepts, phrases, cues and word lists: files that a radiologist edits, read and checked."""
