"""Entitlements: what a household receives since when by which decision, reviews that are due, moves."""
