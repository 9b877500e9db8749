"""Looking into a run's tables: counts, changes, single reports, samples, free queries."""
