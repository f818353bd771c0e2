"""Official documents and forms."""
