"""The one reader of Parquet, CSV and Excel as counties have them; repairs and their notes."""
