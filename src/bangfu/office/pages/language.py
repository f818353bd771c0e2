"""The reader's language."""

from __future__ import annotations

from django.utils.translation import get_language


def reader_language() -> str:
    """`zh` or `en`, as the core and the rulebook's labels name the reader's language."""
    return "en" if (get_language() or "").startswith("en") else "zh"
