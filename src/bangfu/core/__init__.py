"""The engine: files in, results out. It knows nothing of the office."""
