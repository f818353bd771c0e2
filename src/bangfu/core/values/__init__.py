"""Values as counties write them: money in fen, dates, area codes, ID numbers, phones, text."""
