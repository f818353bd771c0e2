"""Whatever single thing is done to the log behind the office's back, `bangfu audit verify` finds it."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bangfu.office.audit import api as audit
from bangfu.office.audit.events import declare
from bangfu.office.audit.heads import read_head
from bangfu.office.audit.models import AppendOnly, Entry
from bangfu.office.audit.verify import Finding, verify
from bangfu.office.site.cli import main

pytestmark = pytest.mark.django_db
TESTED = declare("tests.audit", "测试事项", "tested")
ACTOR = audit.SystemActor("u1", "某人", "核查")
COLUMNS = ("stream", "seq", "at", "actor_key", "actor_name", "kind", "subject_type", "subject_id", "area_code", "purpose", "before", "after", "sealed", "subject_key_id", "previous", "hash")  # fmt: skip
CHAINS = {"main": 9, "bulk:1": 5, "bulk:2": 1}


@pytest.fixture
def log(db):
    """Nine rows in the main chain, two of which anchor a chain of five and one of one."""
    subject = audit.Subject("household", "9901", "990101")

    def row(number: int) -> Entry:
        return audit.entry(
            ACTOR, TESTED, subject, before={"number": number}, after={"人": ["b", None], "a": 1.5},
            sealed=bytes([number]), subject_key_id=number,
        )  # fmt: skip

    for number in range(4):
        audit.record(ACTOR, TESTED, subject, after={"number": number})
    audit.record_bulk(ACTOR, TESTED, audit.Subject("batch", "1"), "bulk:1", [row(1), row(2)])
    audit.record_bulk(ACTOR, TESTED, audit.Subject("batch", "1"), "bulk:1", [row(3), row(4), row(5)])
    audit.record(ACTOR, TESTED, subject)
    audit.record_bulk(ACTOR, TESTED, audit.Subject("batch", "2"), "bulk:2", [row(6)])
    audit.record(ACTOR, TESTED, subject, sealed=b"\x00", subject_key_id=1)


def run(sql: str, *values: object) -> int:
    """As someone with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def read(column: str, stream: str, seq: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM audit_entry WHERE stream = %s AND seq = %s', (stream, seq))
        return cursor.fetchone()[0]


def codes() -> list[str]:
    return [finding.code for finding in verify().found]


def test_a_whole_log_is_whole_and_counted(log):
    report = verify()
    assert (report.found, report.rows, report.streams) == ([], 15, 3)
    assert report.head == audit.head() == f"9:{bytes(Entry.objects.get(stream='main', seq=9).hash).hex()}"


def test_an_empty_log_is_whole(db):
    assert verify().good
    assert audit.head() == "0:"


places = st.sampled_from([(stream, seq) for stream, count in CHAINS.items() for seq in range(1, count + 1)])
REFUSED = "the database itself refuses"


def edit(place, column: str) -> None:
    """Another value in one column."""
    stream, seq = place
    old = read(column, stream, seq)
    if column in ("before", "after"):
        new: object = json.dumps({"forged": True}) if old is None or "forged" not in str(old) else None
    elif column in ("sealed", "previous", "hash"):
        new = b"\x01" if old is None else bytes(old) + b"\x01"
    elif column == "at":
        new = "2001-02-03 04:05:06.000007" + ("+00:00" if connection.vendor == "postgresql" else "")
    elif column in ("seq", "subject_key_id"):
        new = (old or 0) + 1000
    else:
        new = f"{old}x"
    run(f'UPDATE audit_entry SET "{column}" = %s WHERE stream = %s AND seq = %s', new, stream, seq)


def swap(one, other) -> None:
    """The contents of two rows change places; their places in the chain, and the table, stay."""
    columns = [c for c in COLUMNS if c not in ("stream", "seq")]
    values = {place: [read(c, *place) for c in columns] for place in (one, other)}
    for place, source in ((one, other), (other, one)):
        changes = ", ".join(f'"{c}" = %s' for c in columns)
        run(f"UPDATE audit_entry SET {changes} WHERE stream = %s AND seq = %s", *values[source], *place)


def insert(place) -> None:
    """A copy of a row at the end of its chain."""
    names = ", ".join(f'"{c}"' for c in COLUMNS if c != "seq")
    run(
        f"INSERT INTO audit_entry ({names}, seq) SELECT {names}, (SELECT max(seq) + 1 FROM audit_entry WHERE stream = %s)"
        " FROM audit_entry WHERE stream = %s AND seq = %s",
        place[0], *place,
    )  # fmt: skip


def squeeze(place) -> None:
    """A row before the end is removed and the later ones are renumbered, so that no gap shows."""
    run("DELETE FROM audit_entry WHERE stream = %s AND seq = %s", *place)
    for seq in range(place[1] + 1, CHAINS[place[0]] + 1):
        run("UPDATE audit_entry SET seq = %s WHERE stream = %s AND seq = %s", seq - 1, place[0], seq)


mutations = st.one_of(
    st.tuples(st.just("edit"), places, st.sampled_from(COLUMNS)),
    st.tuples(st.just("delete"), places, st.none()),
    st.tuples(st.just("squeeze"), places, st.none()),
    st.tuples(st.just("insert"), places, st.none()),
    st.tuples(st.just("truncate"), places, st.none()),
    st.tuples(st.just("swap"), places, places).filter(lambda m: m[1] != m[2]),
    st.tuples(st.just("head"), st.sampled_from(sorted(CHAINS)), st.sampled_from(("count", "hash", "seal", "delete"))),
    st.tuples(st.just("chain"), st.sampled_from(("bulk:1", "bulk:2")), st.none()),
)


def apply(what: str, place, more) -> None:
    """One mutation."""
    if what == "edit":
        edit(place, more)
    elif what == "swap":
        swap(place, more)
    elif what in ("insert", "squeeze"):
        {"insert": insert, "squeeze": squeeze}[what](place)
    elif what == "delete":
        run("DELETE FROM audit_entry WHERE stream = %s AND seq = %s", *place)
    elif what == "truncate":
        run("DELETE FROM audit_entry WHERE stream = %s AND seq >= %s", *place)
    elif what == "chain":
        run("DELETE FROM audit_entry WHERE stream = %s", place)
        run("DELETE FROM audit_head WHERE stream = %s", place)
    elif more == "delete":
        run("DELETE FROM audit_head WHERE stream = %s", place)
    elif more == "count":
        run("UPDATE audit_head SET count = count - 1 WHERE stream = %s", place)
    else:
        run(f'UPDATE audit_head SET "{more}" = %s WHERE stream = %s', b"\x02" * 32, place)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutation=mutations)
def test_any_single_mutation_is_found(log, mutation):
    with transaction.atomic():
        apply(*mutation)
        report = verify()
        transaction.set_rollback(True)
    assert not report.good
    assert verify().good


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_is_found_at_its_row(log, column):
    edit(("main", 3), column)
    found = [f for f in verify().found if (f.stream, f.seq) in {("main", 3), ("mainx", 3), ("main", 1003)}]
    assert found


def test_what_is_said_names_the_row_and_what_it_means(log):
    row = Entry.objects.get(stream="main", seq=3).pk
    edit(("main", 3), "actor_name")
    (finding,) = verify().found
    assert finding == Finding("edited", "main", 3, row)
    assert finding.text("zh") == f"main:3（表中 {row} 号） 内容被改动：校验值与内容不符"
    assert finding.text("en") == f"main:3 (row {row}) was edited: its hash does not belong to what it says"


def test_each_kind_of_tampering_is_told_apart(log):
    for mutation, expected in {
        ("delete", ("main", 3), None): ["removed"],
        ("truncate", ("main", 9), None): ["truncated"],
        ("truncate", ("bulk:1", 4), None): ["truncated", "anchor"],
        ("chain", "bulk:1", None): ["gone"],
        ("head", "main", "delete"): ["headless"],
        ("head", "main", "seal"): ["seal"],
        ("head", "main", "count"): ["seal", "beyond"],
        ("edit", ("main", 3), "hash"): ["edited"],
        ("squeeze", ("main", 3), None): ["link", "edited", *["edited"] * 5, "truncated"],
    }.items():
        with transaction.atomic():
            apply(*mutation)
            assert codes() == expected, mutation
            transaction.set_rollback(True)


def test_a_chain_written_with_the_key_but_past_the_office_is_not_anchored(log):
    from bangfu.office.audit.chain import append

    append("forged", [audit.entry(ACTOR, TESTED, audit.Subject("x", "1"))])
    assert codes() == ["unanchored"]


def test_a_log_that_was_replaced_as_a_whole_shows_against_the_head_that_was_kept(log):
    kept = read_head(audit.head())
    assert verify(kept).good
    audit.record(ACTOR, TESTED, audit.Subject("x", "1"))
    assert verify(kept).good
    run("DELETE FROM audit_entry")
    run("DELETE FROM audit_head")
    assert verify().good
    assert [f.code for f in verify(kept).found] == ["expected"]


def test_the_log_is_read_in_batches(log, monkeypatch):
    monkeypatch.setattr("bangfu.office.audit.verify.BATCH", 2)
    monkeypatch.setattr("bangfu.office.audit.verify._ORDER", "ORDER BY stream, seq, id LIMIT 2")
    seen: list[int] = []
    assert verify(progress=seen.append).rows == 15
    assert seen == [2, 4, 6, 8, 10, 12, 14, 15]


def test_the_office_itself_cannot_change_its_log(log):
    for attempt in (
        lambda: Entry.objects.filter(seq=1).update(kind="x"),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.first().save(),
        lambda: Entry.objects.first().delete(),
    ):
        with pytest.raises(AppendOnly):
            attempt()


def test_the_command(log, capsys):
    assert main(["audit", "head"]) == 0
    kept = capsys.readouterr().out.strip()
    assert main(["audit", "verify", "--expect", kept]) == 0
    assert "审计日志 15 条、3 条链" in capsys.readouterr().out
    run("UPDATE audit_entry SET area_code = '99' WHERE stream = 'bulk:1' AND seq = 2")
    assert main(["audit", "verify"]) == 1
    out = capsys.readouterr().out
    assert "bulk:1:2（表中" in out
    assert "1 处不符 / 1 findings" in out


@pytest.mark.parametrize("text", ["x", "3", "3:ab", "-1:", "3:" + "z" * 64])
def test_a_head_that_cannot_be_read_is_bad_usage(text, capsys):
    assert main(["audit", "verify", f"--expect={text}"]) == 2
    assert f"expected COUNT:HASH: {text!r}" in capsys.readouterr().err
