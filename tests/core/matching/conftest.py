"""Machines that test are shared: a slow example is no failure."""

from hypothesis import settings

settings.register_profile("matching", deadline=None)
settings.load_profile("matching")
