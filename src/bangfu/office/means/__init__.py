"""Means checks: the cross-check after a run, who authorised what, and the reports on which decisions rest (核对)."""
