"""The log of exchanges: what is refused, what is found when anything was changed, and that nothing is lost."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu import __version__
from bangfu.core.files.manifest import Manifest, read_manifest_file
from bangfu.core.matching import exchange_log
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange import Details, Record, record_exchange, verify_log
from bangfu.core.matching.exchange_log import canonical, read_record
from bangfu.core.matching.exchange_verify import FINDINGS
from bangfu.core.matching.keys import SigningKey, TokenKey
from bangfu.core.matching.token_file import write_tokens
from tests.core.support import sm3_oracle
from tests.core.support.made_numbers import made_number

SIGNER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
PUBLIC = SIGNER.public_key()
SECRET = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")
START = datetime(2026, 9, 30, 8, 0, 0, tzinfo=UTC)
NUMBER = made_number(date(1990, 3, 7), 112)
DETAILS = Details("低保复核", source="县民政局", authorisation="〔2026〕15号", operator="op-7")


def minutes(count: int) -> Callable[[], datetime]:
    return lambda: START + timedelta(minutes=count)


def keep(log: Path, file: Path, number: int = 0, **options: Any) -> Record:
    given: dict[str, Any] = {
        "kind": "received",
        "details": DETAILS,
        "signer": SIGNER,
        "now": minutes(number),
        **options,
    }
    return record_exchange(log, file=file, **given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deaths.csv"
    path.write_text(f"证件号码,姓名,死亡日期\n{NUMBER},张三,2026-08-01\n", encoding="utf-8-sig")
    return path


@pytest.fixture
def log(tmp_path: Path, file: Path) -> Path:
    """Five records of five files."""
    folder = tmp_path / "log"
    folder.mkdir()
    for number in range(5):
        part = tmp_path / f"part{number}.csv"
        part.write_text(f"证件号码,姓名\n{made_number(date(1980, 1, 1), number)},张三\n", encoding="utf-8")
        keep(folder / "exchange.jsonl", part, number)
    return folder / "exchange.jsonl"


def lines(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines()


def put(log: Path, content: Sequence[bytes]) -> None:
    log.write_bytes(b"".join(line + b"\n" for line in content))


def found(log: Path, **options: Any) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.code) for finding in verify_log(log, PUBLIC, **options).findings]


def refusal(log: Path, file: Path, number: int = 9, **options: Any) -> str:
    before = log.read_bytes() if log.exists() else b""
    with pytest.raises(DataError) as caught:
        keep(log, file, number, **options)
    assert (log.read_bytes() if log.exists() else b"") == before
    return str(caught.value)


# -- what is refused --------------------------------------------------------------------------------------


def test_a_purpose_is_needed(tmp_path: Path, file: Path) -> None:
    assert refusal(tmp_path / "e.jsonl", file, details=Details("  ")) == (
        "--purpose: 请写明用途 / say what the exchange is for"
    )


@pytest.mark.parametrize("kind", ["", "sent", "Received"])
def test_an_unknown_kind_is_refused(tmp_path: Path, file: Path, kind: str) -> None:
    assert "the kind is one of request, received, tokenised" in refusal(tmp_path / "e.jsonl", file, kind=kind)
    assert "the mode is one of plain, tokens" in refusal(tmp_path / "e.jsonl", file, details=Details("x", mode="?"))


@pytest.mark.parametrize("name", ["purpose", "source", "recipient", "legal_basis", "authorisation", "operator"])
def test_no_personal_number_enters_the_log(tmp_path: Path, file: Path, name: str) -> None:
    given = {"purpose": "低保复核", name: f"核对{NUMBER}"}
    message = refusal(tmp_path / "e.jsonl", file, details=Details(**given))
    assert message.startswith(f"{name}: “")
    assert "记录里不得有个人信息" in message
    assert "the log holds no personal data" in message
    assert NUMBER not in message


def test_a_file_named_after_a_person_is_to_be_renamed(tmp_path: Path, file: Path) -> None:
    named = file.rename(tmp_path / f"{NUMBER}.csv")
    message = refusal(tmp_path / "e.jsonl", named)
    assert "文件请改名" in message
    assert NUMBER not in message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "这是文件夹" in refusal(tmp_path / "e.jsonl", tmp_path)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path, file: Path) -> None:
    odd = file.rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    assert "“文件名”含有无法编码的字符" in refusal(tmp_path / "e.jsonl", odd)


def test_a_clock_that_ran_back_is_refused_with_both_times(log: Path, file: Path) -> None:
    message = refusal(log, file, 3)
    assert "本机时间 2026-09-30T08:03:00.000000Z 早于最后一条记录的 2026-09-30T08:04:00.000000Z" in message
    assert "Set the clock" in message
    keep(log, file, 4)
    assert found(log) == []


def test_nothing_is_added_behind_a_line_that_is_no_record(log: Path, file: Path) -> None:
    put(log, [*lines(log), b"note: all in order"])
    assert "最后一条记录不是有效记录，没有写入" in refusal(log, file)


# -- what a record says -----------------------------------------------------------------------------------


def test_a_record_says_what_was_exchanged_why_and_by_what_right(tmp_path: Path, file: Path) -> None:
    log = tmp_path / "e.jsonl"
    manifest = Manifest("县公安局", date(2026, 9, 30), None, ("990101",), None, None, "《社会救助暂行办法》", "A-1")
    record = keep(log, file, details=Details("低保复核", operator="op-7").with_manifest(manifest), kind="request")
    content = file.read_bytes()
    body = json.loads(log.read_text(encoding="utf-8"))
    signature = body.pop("signature")
    assert body == {
        "number": 1, "time": "2026-09-30T08:00:00.000000Z", "kind": "request", "file": "deaths.csv", "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(), "sm3": sm3_oracle.sm3(content).hex(), "rows": 1,
        "source": "县公安局", "recipient": None, "purpose": "低保复核", "legal_basis": "《社会救助暂行办法》",
        "authorisation": "A-1", "as_of": "2026-09-30", "mode": "plain", "token_key": None, "operator": "op-7",
        "version": __version__, "torn": None, "previous": None, "key": SIGNER.fingerprint,
    }  # fmt: skip
    assert PUBLIC.holds(signature, json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    assert record.digest() == sm3_oracle.sm3(lines(log)[0]).hex()


def test_each_record_names_the_digest_of_the_line_before(log: Path) -> None:
    whole = lines(log)
    assert [json.loads(line)["previous"] for line in whole] == [
        None, *(sm3_oracle.sm3(line).hex() for line in whole[:-1])
    ]  # fmt: skip
    assert [json.loads(line)["number"] for line in whole] == [1, 2, 3, 4, 5]


def test_a_file_of_tokens_is_known_with_the_fingerprint_of_its_key(tmp_path: Path, file: Path) -> None:
    key = TokenKey(SECRET)
    write_tokens(key, file, tmp_path / "out.csv")
    record = keep(tmp_path / "e.jsonl", tmp_path / "out.csv", kind="tokenised")
    assert (record.mode, record.token_key, record.rows) == ("tokens", key.fingerprint, 1)
    content = (tmp_path / "e.jsonl").read_text(encoding="utf-8")
    assert NUMBER not in content
    assert "张三" not in content
    assert SECRET.hex() not in content


def test_what_is_no_table_has_no_rows(tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 ...")
    assert keep(tmp_path / "e.jsonl", letter).rows is None


def test_a_manifest_for_all_or_for_one_is_read(tmp_path: Path, file: Path) -> None:
    entry = {"source": "县民政局", "as_of": "2026-09-30", "covers": {"areas": ["990101"]}}
    for content in (entry, {"deaths": entry}, {"deaths.csv": entry, "vehicles": {}}):
        path = tmp_path / "m.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        manifest, problem = read_manifest_file(path, file)
        assert problem is None
        assert manifest is not None
        assert Details("x").with_manifest(manifest).source == "县民政局"
    path.write_text("{}", encoding="utf-8")
    manifest, problem = read_manifest_file(path, file)
    assert manifest is None
    assert problem is not None
    assert problem.code == "bad_manifest"


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


# -- interruption -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [1, 40, -2])
def test_a_torn_last_line_is_found_and_nothing_is_written_behind_it(log: Path, file: Path, kept: int) -> None:
    content = log.read_bytes()
    last = lines(log)[-1]
    log.write_bytes(content[: -len(last) - 1] + last[:kept])
    size = len(last[:kept])
    assert found(log) == [(5, "torn")]
    message = refusal(log, file)
    assert f"最后一行不完整（{size} 字节），多半是写入时被中断，没有写入新记录" in message
    assert "record again with --after-interruption" in message


def test_a_torn_line_is_set_aside_when_that_is_said_and_stays_known(log: Path, file: Path) -> None:
    last = lines(log)[-1]
    torn = last[:100]
    log.write_bytes(log.read_bytes()[: -len(last) - 1] + torn)
    record = keep(log, file, 9, after_interruption=True)
    digest = sm3_oracle.sm3(torn).hex()
    assert (record.number, record.torn) == (5, digest)
    assert (log.parent / f"exchange.jsonl.torn-{digest[:16]}").read_bytes() == torn
    verified = verify_log(log, PUBLIC)
    assert verified.ok
    assert verified.set_aside == ((5, digest),)
    assert keep(log, file, 10, after_interruption=True).torn is None


def test_a_record_that_lacks_only_its_end_is_whole_and_is_finished(log: Path, file: Path) -> None:
    log.write_bytes(log.read_bytes()[:-1])
    assert found(log) == []
    keep(log, file, 9)
    assert found(log) == []
    assert len(lines(log)) == 6


def test_a_long_last_line_is_read_whole(log: Path, file: Path) -> None:
    keep(log, file, 9, details=Details("长" * 60_000))
    keep(log, file, 10)
    assert found(log) == []


def _full(log: str, file: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(log) + 100, resource.RLIM_INFINITY))
    keep(Path(log), Path(file), 9)


def test_a_full_disk_leaves_the_log_as_it_was(log: Path, file: Path) -> None:
    before = log.read_bytes()
    process = multiprocessing.get_context("fork").Process(target=_full, args=(str(log), str(file)))
    process.start()
    process.join()
    assert process.exitcode == 1
    assert log.read_bytes() == before
    keep(log, file, 9)
    assert found(log) == []


def test_a_failure_puts_a_line_that_was_to_be_set_aside_back(
    log: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_bytes(log.read_bytes()[:-200])
    before = log.read_bytes()

    def stopped(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exchange_log.os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        keep(log, file, 9, after_interruption=True)
    assert log.read_bytes() == before


def test_a_writer_that_waits_too_long_says_so(log: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_log, "_LOCK_SECONDS", 0.05)
    with log.open("a+b") as held, exchange_log._locked(held, log):
        assert "另一个程序正在写入，请稍后再试" in refusal(log, file)
    keep(log, file, 9)


WRITER = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from bangfu.core.matching.exchange import Details, record_exchange
from bangfu.core.matching.keys import SigningKey
signer = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    record_exchange(Path(sys.argv[1]), kind="received", file=Path(sys.argv[2]), details=Details("x"), signer=signer)
"""


def writer(log: Path, file: Path, count: int) -> subprocess.Popen[str]:
    """A process that is ready to write and waits for a line to begin."""
    paths = os.pathsep.join([str(Path(__file__).parents[3] / "src"), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(log), str(file), str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_processes_that_write_at_once_leave_one_chain(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    log = tmp_path / "e.jsonl"
    writers = [writer(log, tmp_path / "a.txt", 40) for _ in range(2)]
    for process in writers:
        go(process)
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0, 0]
    verified = verify_log(log, PUBLIC, expect=80)
    assert verified.findings == ()
    assert verified.records == 80


def test_a_process_that_is_killed_leaves_a_log_that_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    log = tmp_path / "e.jsonl"
    process = writer(log, tmp_path / "a.txt", 100_000)
    go(process)
    until = time.monotonic() + 20
    while (not log.exists() or log.stat().st_size < 20_000) and time.monotonic() < until:
        time.sleep(0.001)
    process.kill()
    process.communicate()
    assert {code for _, code in found(log)} <= {"torn"}
    whole = verify_log(log, PUBLIC).records
    record_exchange(
        log, kind="received", file=tmp_path / "a.txt", details=DETAILS, signer=SIGNER, after_interruption=True
    )
    assert found(log, expect=whole + 1) == []


def test_every_finding_has_its_words_in_both_languages() -> None:
    for code, message in FINDINGS.items():
        assert all(message), code
        assert message.en.isascii()
        assert message.advice_en.isascii()
