"""How any of the networks is fitted and kept."""
