"""The cross-check: what bureaus' files say of registered persons and households, counted and nothing else."""
