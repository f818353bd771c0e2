"""Verifying a log of exchanges: whatever was changed, removed, moved or cut off is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from exchange_factory import PUBLIC, SIGNER, STRANGER, found, keep, lines, made_file, made_log, put
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.matching.exchange.log import canonical, read_record
from bangfu.core.matching.exchange.recording import Record, verify_log
from bangfu.core.matching.exchange.verifying import FINDINGS
from tests.core.support import sm3_oracle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return made_file(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return made_log(tmp_path)


# -- what was changed is found ----------------------------------------------------------------------------


def test_a_log_as_it_was_written_holds(log: Path) -> None:
    verified = verify_log(log, PUBLIC)
    assert verified.ok
    assert verified.records == 5
    assert verified.head == sm3_oracle.sm3(lines(log)[-1]).hex()
    assert verified.absent == tuple(f"part{number}.csv" for number in range(5))


CHANGES: dict[str, Any] = {
    "number": 9, "time": "2026-09-30T08:02:00.000001Z", "kind": "request", "file": "other.csv", "size": 1, "sha256": "0" * 64,
    "sm3": "0" * 64, "rows": 2, "source": "县公安局", "recipient": "x", "purpose": "其他", "legal_basis": "x",
    "authorisation": None, "as_of": "2026-01-01", "mode": "tokens", "token_key": "x", "operator": "op-8", "version": "9",
    "torn": "0" * 64, "previous": "0" * 64, "key": STRANGER.fingerprint, "signature": None,
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Record)])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_change_of_any_field_of_any_record_is_found(log: Path, name: str, at: int) -> None:
    content = lines(log)
    body = json.loads(content[at])
    assert body[name] != CHANGES[name]
    content[at] = canonical({**body, name: CHANGES[name]})
    assert read_record(content[at]) is not None
    put(log, content)
    findings = found(log)
    assert (at + 1, "unsigned" if name == "signature" else "other_key" if name == "key" else "signature") in findings
    assert at == 4 or (at + 2, "chain") in findings


@pytest.mark.parametrize("name", [field.name for field in fields(Record)])
def test_a_record_that_somebody_else_signed_again_is_found(log: Path, name: str) -> None:
    content = lines(log)
    body = {**json.loads(content[2]), name: CHANGES[name], "key": STRANGER.fingerprint}
    del body["signature"]
    content[2] = canonical({**body, "signature": STRANGER.sign(canonical(body))})
    put(log, content)
    assert (3, "other_key") in found(log)
    assert (4, "chain") in found(log)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_change_of_any_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "a.txt").write_text("a", encoding="utf-8")
    log = folder / "e.jsonl"
    for number in range(2):
        keep(log, folder / "a.txt", number)
    content = bytearray(log.read_bytes())
    at = data.draw(st.integers(0, len(content) - 2))  # without the last line's end the record is still whole
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    content[at] = other
    log.write_bytes(bytes(content))
    assert not verify_log(log, PUBLIC).ok


@pytest.mark.parametrize("missing", [{0}, {1}, {3}, {1, 2}, {0, 1, 2, 3}])
def test_a_deletion_before_the_end_is_found(log: Path, missing: set[int]) -> None:
    left = [line for at, line in enumerate(lines(log)) if at not in missing]
    put(log, left)
    assert {code for _, code in found(log)} == {"numbering", "chain"}


@pytest.mark.parametrize("order", [[1, 0, 2, 3, 4], [0, 1, 2, 4, 3], [4, 3, 2, 1, 0], [0, 1, 1, 2, 3, 4]])
def test_another_order_is_found(log: Path, order: list[int]) -> None:
    content = lines(log)
    put(log, [content[at] for at in order])
    assert {"numbering", "chain"} <= {code for _, code in found(log)}


def test_a_record_of_another_log_is_found(log: Path, tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other.jsonl"
    for number in range(3):
        keep(other, file, number)
    content = lines(log)
    content[2] = lines(other)[2]
    put(log, content)
    assert found(log) == [(3, "chain"), (4, "chain")]


@pytest.mark.parametrize(
    "line",
    [b"", b"x", b"{}", b"[]", b"null", b'{"number":1}', b"\xff\xfe", b"[" * 5000],
)
def test_a_line_that_is_no_record_is_found(log: Path, line: bytes) -> None:
    content = lines(log)
    put(log, [*content[:2], line, *content[2:]])
    assert found(log) == [(3, "malformed"), (4, "numbering"), (4, "chain")]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda line: line.replace(b",", b", "), lambda line: line + b"\r", lambda line: b" " + line,
        lambda line: line.replace(b'"rows":1', b'"rows":1.0'), lambda line: line[:-1] + b',"note":"x"}',
        lambda line: line.replace(b'"rows":1', b'"rows":true'), lambda line: json.dumps(json.loads(line)).encode(),
        lambda line: line.replace(b'"rows":1', b'"rows":2,"rows":1'), lambda line: line.replace(b'"op-7"', b"7"),
    ],
)  # fmt: skip
def test_another_writing_of_the_same_record_is_found(log: Path, rewrite: Callable[[bytes], bytes]) -> None:
    content = lines(log)
    assert rewrite(content[2]) != content[2]
    content[2] = rewrite(content[2])
    put(log, content)
    assert found(log) == [(3, "malformed"), (4, "chain")]


def test_a_time_that_ran_back_is_found_even_if_signed(log: Path) -> None:
    content = lines(log)
    body = {**json.loads(content[4]), "time": "2026-09-30T08:02:59.000000Z"}
    del body["signature"]
    put(log, [*content[:4], canonical({**body, "signature": SIGNER.sign(canonical(body))})])
    assert found(log) == [(5, "time")]


def test_records_without_a_signature_are_written_and_do_not_hold(tmp_path: Path, file: Path) -> None:
    log = tmp_path / "e.jsonl"
    record = keep(log, file, signer=None)
    assert (record.key, record.signature) == (None, None)
    keep(log, file, 1)
    assert found(log) == [(1, "unsigned")]


def test_without_a_public_key_nothing_is_verified(log: Path) -> None:
    assert [finding.code for finding in verify_log(log, None).findings] == ["no_public_key"]
    assert {finding.code for finding in verify_log(log, STRANGER.public_key()).findings} == {"other_key"}


def test_keys_of_several_times_are_known_by_their_fingerprints(log: Path, file: Path) -> None:
    keep(log, file, 6, signer=STRANGER)
    assert found(log) == [(6, "other_key")]
    assert verify_log(log, [PUBLIC, STRANGER.public_key()]).ok


def test_an_empty_log_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_bytes(b"")
    assert found(tmp_path / "e.jsonl") == [(None, "empty")]


def test_what_was_cut_off_at_the_end_shows_only_beside_a_count_or_head_noted_elsewhere(log: Path) -> None:
    head = verify_log(log, PUBLIC).head
    assert head is not None
    assert found(log, expect=5) == found(log, expect=head) == found(log, expect=head.upper()) == []
    put(log, lines(log)[:3])
    assert found(log) == []
    assert found(log, expect=3) == []
    assert found(log, expect=5) == [(None, "fewer")]
    assert found(log, expect=head) == [(None, "no_head")]


def test_a_log_that_grew_still_holds_the_head_that_was_noted(log: Path, file: Path) -> None:
    noted = verify_log(log, PUBLIC).head
    keep(log, file, 9)
    assert found(log, expect=noted) == found(log, expect=5) == []


# -- files ------------------------------------------------------------------------------------------------


def test_a_file_that_was_changed_or_never_recorded_is_found(log: Path, tmp_path: Path) -> None:
    part, stranger = tmp_path / "part2.csv", tmp_path / "stranger.csv"
    stranger.write_text("x", encoding="utf-8")
    assert verify_log(log, PUBLIC, [part]).checked == ("part2.csv",)
    part.write_bytes(part.read_bytes() + b"\n")
    codes = [(f.number, f.code, f.detail) for f in verify_log(log, PUBLIC, [part, stranger]).findings]
    assert codes == [(3, "file_changed", "part2.csv"), (None, "file_unknown", "stranger.csv")]


def test_files_beside_the_log_are_checked_without_being_named(log: Path, tmp_path: Path) -> None:
    beside = log.parent / "part1.csv"
    beside.write_bytes((tmp_path / "part1.csv").read_bytes())
    verified = verify_log(log, PUBLIC)
    assert (verified.checked, len(verified.absent)) == (("part1.csv",), 4)
    beside.write_bytes(b"x")
    assert found(log) == [(None, "file_changed")]


def test_a_file_under_another_name_is_known_by_its_content(log: Path, tmp_path: Path) -> None:
    renamed = (tmp_path / "part3.csv").rename(tmp_path / "copy.csv")
    assert verify_log(log, PUBLIC, [renamed]).checked == ("copy.csv",)


def test_every_finding_has_its_words_in_both_languages() -> None:
    for code, message in FINDINGS.items():
        assert all(message), code
        assert message.en.isascii()
        assert message.advice_en.isascii()
