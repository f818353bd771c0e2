"""Retention and erasure of personal data: what has fallen due, who asked, who confirmed."""
