"""What the button for full values needs."""

from __future__ import annotations

from typing import Any

from django import template

from bangfu.office.registry.unmasking import PURPOSES

register = template.Library()


@register.simple_tag
def unmask_purposes() -> list[tuple[str, Any]]:
    """The purposes to choose from."""
    return list(PURPOSES.items())
