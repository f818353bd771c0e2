"""The only importers of DuckDB; runs the steps of a plan."""
