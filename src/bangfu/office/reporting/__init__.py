"""Figures with the households behind them, the check of texts, superiors' forms."""
