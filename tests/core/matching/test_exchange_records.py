"""Recording an exchange: what is refused, what a record says, and that an interruption loses nothing."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from exchange_factory import DETAILS, NUMBER, PUBLIC, SIGNER, found, keep, lines, made_file, made_log, put

from bangfu import __version__
from bangfu.core.files.manifest import Manifest, read_manifest_file
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange import log as exchange_log
from bangfu.core.matching.exchange.recording import Details, record_exchange, verify_log
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.writing import write_tokens
from tests.core.support import sm3_oracle

SECRET = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return made_file(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return made_log(tmp_path)


def refusal(log: Path, file: Path, number: int = 9, **options: Any) -> str:
    """The message with which the record is refused, the log being as it was."""
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


def test_rows_of_tokens_are_counted_whatever_stands_in_them(tmp_path: Path) -> None:
    rows = "".join(f"{number},第一行,1\n" for number in ("990101199003071120", "", "1"))
    (tmp_path / "b.csv").write_text(
        f'证件号码,说明,估值\n{rows}99010119900307004X,"第一行\n第二行",1\n', encoding="utf-8"
    )
    write_tokens(TokenKey(SECRET), tmp_path / "b.csv", tmp_path / "out.csv")
    assert keep(tmp_path / "e.jsonl", tmp_path / "out.csv", kind="tokenised").rows == 4
    (tmp_path / "out.csv").write_text("id_token,说明\nab,x\nab\nab,x,y\n", encoding="utf-8")  # edited since
    assert keep(tmp_path / "e.jsonl", tmp_path / "out.csv", kind="received").rows == 3


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
from bangfu.core.matching.exchange.recording import Details, record_exchange
from bangfu.core.matching.tokens.keys import SigningKey
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
