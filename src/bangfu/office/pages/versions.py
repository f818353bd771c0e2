"""Which version of a row a page showed to whoever sends it back."""

from __future__ import annotations

from django.http import HttpRequest


def seen_version(request: HttpRequest) -> int:
    """The number in the hidden field `version`; -1, which no row has, where there is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 8 else -1
