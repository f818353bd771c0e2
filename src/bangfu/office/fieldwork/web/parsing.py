"""What a page of the form sends, as values: `a:KEY` answers, `u:KEY` unclear, `v:KEY:PLACE` voices, `p:KEY` photos."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.fieldwork.actions import About, Answered
from bangfu.office.fieldwork.showing import Page
from bangfu.office.pages.refusals import Invalid

OTHERS = 3
"""People beside the members that the first page has room for."""


def about_of(request: HttpRequest, page: Page) -> About:
    """The first page. Raises Invalid."""
    sent = request.POST
    try:
        day = date.fromisoformat(sent.get("visited_on", ""))
    except ValueError:
        raise Invalid({"visited_on": _("请填写日期，如 2026-10-31")}) from None
    met: list[dict[str, str]] = []
    for person in page.home.people:
        if sent.get(f"met:{person.number}"):
            met.append({"person": person.number, "said": sent.get(f"said:{person.number}", "")})
    for place in range(OTHERS):
        name = sent.get(f"other-name:{place}", "").strip()
        if name:
            met.append(
                {"person": "", "name": name, "relation": sent.get(f"other-relation:{place}", ""),
                 "said": sent.get(f"other-said:{place}", "")}
            )  # fmt: skip
    names = tuple(sent.get("companions", "").replace("，", " ").replace(",", " ").replace("、", " ").split())
    return About(day, sent.get("time", ""), sent.get("place", ""), _gps(sent.get("gps", "")), names, tuple(met))


def _gps(text: str) -> tuple[float, ...]:
    parts = [part for part in text.replace(",", " ").split() if part]
    if not parts:
        return ()
    try:
        found = tuple(float(part) for part in parts[:3])
    except ValueError:
        found = ()
    if len(found) < 2:
        raise Invalid({"gps": _("位置不正确")})
    return found


def answered_of(request: HttpRequest, page: Page, section: v.Section) -> tuple[Answered, dict[str, str]]:
    """The answers of a section, and the texts that were sent, by key."""
    answers: dict[str, Any] = {}
    voices: dict[str, dict[str, str]] = {}
    texts: dict[str, str] = {}
    for one in page.questions(section):
        if one.item.answer == "photo":
            continue
        text = request.POST.get(f"a:{one.key}", "")
        texts[one.key] = text
        value = v.read_text(one.item, text)
        answers[one.key] = v.UNCLEAR if value is None and request.POST.get(f"u:{one.key}") else value
        if one.item.each:
            said = {str(voice.place): request.POST.get(f"v:{one.key}:{voice.place}", "") for voice in one.voices}
            voices[one.key] = {place: word for place, word in said.items() if word}
    return Answered(answers, voices), texts


def photos_of(request: HttpRequest, page: Page, section: v.Section) -> list[tuple[str, UploadedFile]]:
    """Pictures that came with a section."""
    found = []
    for one in page.questions(section):
        found += [(one.key, file) for file in request.FILES.getlist(f"p:{one.key}")]
    return found
