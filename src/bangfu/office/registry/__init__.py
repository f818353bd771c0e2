"""The household registry: households, persons, membership, dated statements, statuses, measures."""
