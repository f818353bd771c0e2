"""What joins figures, forms and documents with the registry's data."""
