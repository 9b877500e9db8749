"""Rules of language: plain functions from typed values to typed values."""
