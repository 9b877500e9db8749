"""One page that tells what a run has made, for people who look rather than query."""
