"""Persons and households that stand in the registry more than once."""
