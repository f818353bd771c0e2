"""Small exact things: money in fen, dates, area codes, ID numbers, phones."""
