"""The monthly run: findings, explanations, worklists."""
