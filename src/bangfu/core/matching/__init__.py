"""Bureau files joined to people."""
