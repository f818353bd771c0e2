"""Forms that a superior sends as .xlsx: what their cells ask for, and writing into them without touching the rest."""
