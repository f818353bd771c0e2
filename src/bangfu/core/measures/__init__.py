"""Poverty, inequality and targeting measures. What each means, and where textbooks differ: docs/algorithms/measures.md."""
