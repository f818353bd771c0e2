"""Named steps."""
