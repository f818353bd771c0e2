"""Personal data: keys, sealed values, blind indexes, declarations of what a model holds."""
