"""Home visits: what people saw and heard in a household, from the draft on a phone to facts, findings and a sealed record."""
