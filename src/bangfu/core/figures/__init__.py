"""Statements of figures found in text and tables."""
