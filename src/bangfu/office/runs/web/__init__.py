"""Pages of the monthly run."""
