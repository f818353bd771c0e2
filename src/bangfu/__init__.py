"""Bangfu: who is entitled, who receives, and why."""
