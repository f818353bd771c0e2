"""From the typed syntax tree to a plan of named steps, printed as SQL or as Python."""
