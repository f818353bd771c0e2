"""Changes of the registry: proposed by one, confirmed by another, queued while a window is closed, undone, reconciled."""
