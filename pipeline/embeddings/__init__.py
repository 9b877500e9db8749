"""word2vec over the reports, and the neighbours of words and concepts."""
