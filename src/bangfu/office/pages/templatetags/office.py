"""Tags and filters of all templates: money, masks, codes, labels, permissions, links that keep the query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.translation import get_language

from bangfu.core.values.text import mask as mask_text
from bangfu.office.pages.purposes import PURPOSES

register = template.Library()


@register.filter
def may(actor: Any, permission: str) -> bool:
    """True where the actor may do this somewhere."""
    return bool(actor and actor.may(permission))


@register.filter
def yuan(fen: int | str | None) -> str:
    """`1234567` fen → `12,345.67`; nothing where the amount is not known."""
    if not isinstance(fen, int):
        return ""
    return f"{fen / 100:,.2f}" if abs(fen) < 2**53 else f"{fen // 100:,}.{fen % 100:02d}"


@register.filter
def masked(text: str | None) -> str:
    """A personal value with its middle starred out."""
    return mask_text(text) if text else ""


@register.filter
def item(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`mapping[key]`, None where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def at(row: Sequence[Any], place: int) -> Any:
    """The item at a place."""
    return row[place]


@register.filter
def labelled(thing: Any) -> str:
    """The label of a field, a code or an event kind in the reader's language."""
    return str(thing.label(get_language() or "zh-hans"))


@register.filter
def unlocalised(number: float) -> str:
    """A number for an attribute: a point, no grouping."""
    return f"{number:.2f}"


@register.filter
def code(codes: Any, value: Any) -> str:
    """The label of a code value in the reader's language; nothing where there is no value."""
    if value in (None, ""):
        return ""
    return str(codes.label(value, get_language() or "zh-hans")) if codes else str(value)


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The present query string with some parameters changed; None takes one away."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    text = parameters.urlencode()
    return f"?{text}" if text else "?"


@register.simple_tag
def unmask_purposes() -> list[tuple[str, Any]]:
    """The purposes for which personal values may be looked at."""
    return list(PURPOSES.items())
