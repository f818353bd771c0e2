"""What the tests of the changes share."""

from __future__ import annotations

from datetime import date

import pytest

EAST, WEST = "9901011012010001", "9901011022010001"
HEAD, WIFE, OTHER = "990101101201000101", "990101101201000102", "990101102201000101"
ON = date(2026, 11, 10)


@pytest.fixture
def propose(cast, registered):
    """Propose a change as a part of the cast."""
    from bangfu.office.changes import api as changes

    def make(part: str, kind: str = "correction", **asked):
        content = {name: asked.pop(name) for name in ("table", "values", "persons", "options") if name in asked}
        if asked.get("person") and "table" not in content and kind == "correction":
            content["table"] = "persons"
        given = {"household": EAST, "effective_on": ON, "reason": "入户核实", **asked}
        if kind == "new_household":
            given["household"] = ""
        proposal = changes.Proposal(kind=kind, content=changes.Content(**content), **given)
        return changes.propose(actor=cast.actor(part), proposal=proposal)

    return make
