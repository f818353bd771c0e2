"""Many cases at once: opened from a run's lines, moved on together, handed to somebody. First looked at, then done."""
