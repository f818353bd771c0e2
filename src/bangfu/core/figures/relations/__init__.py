"""One module for each group of checks; each has `relations(reading) -> Iterator[Finding]`."""
