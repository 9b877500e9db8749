"""Parts of a table, workers, clusters, resuming."""
