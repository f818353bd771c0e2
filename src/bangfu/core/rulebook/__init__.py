"""Definitions as data: reads and validates a rulebook; the expression grammar and its types."""
