"""Pages of the changes."""
