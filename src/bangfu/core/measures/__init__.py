"""Poverty, inequality and targeting measures."""
