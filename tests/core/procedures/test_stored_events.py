"""Events as they are kept."""

from __future__ import annotations

import pytest
from procedure_scenes import actor, at, scene

from bangfu.core.procedures import Suspended, event_from_json, event_to_json
from bangfu.core.procedures.stored import StoredEventError


def test_an_event_is_one_line_with_its_kind_first() -> None:
    event = Suspended(at("2026-11-05"), actor("township_office"), reason="documents_missing")
    assert event_to_json(event) == (
        '{"kind":"suspended","at":"2026-11-05T10:00:00+08:00",'
        '"actor":{"key":"township_office-1","role":"township_office","area":"990101101"},"reason":"documents_missing"}'
    )


def test_a_step_with_everything_reads_back() -> None:
    case = scene("dibao", "2026-11-02").do("apply", "filed")
    event = case.event("accept", "accepted", verdicts={"near_relative": "unknown"}, second="chief")
    assert event_from_json(event_to_json(event)) == event


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind":"lost"}', '{"kind":"objection","at":"soon","actor":{}}', "null"]
)
def test_what_is_no_event_is_told_without_what_stood_there(text: str) -> None:
    with pytest.raises(
        StoredEventError, match=r"^存储的办理记录无法读取 / a stored event that cannot be read \(\w+\)$"
    ):
        event_from_json(text)
