"""`bangfu token` that is stopped while it writes: what stays, and what the next run takes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bangfu.core.cli import main
from bangfu.core.files.whole_file import whole_file

SECRET = "f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5"
STOPS = """
import sys, time
from pathlib import Path
from bangfu.core.cli import main
from bangfu.core.matching.tokens import writing as token_file

def half(table, path, ending):
    path.write_bytes(b'\\xef\\xbb\\xbf"id_token"')
    Path(sys.argv[1]).touch()
    time.sleep(60)

token_file._write_table = half
sys.exit(main(sys.argv[2:]))
"""
"""The command itself, which stands still when half of the table is written."""


@pytest.fixture
def argv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("BANGFU_TOKEN_KEY", SECRET)
    monkeypatch.delenv("BANGFU_SIGNING_KEY", raising=False)
    (tmp_path / "vehicles.csv").write_text("证件号码,估值\n990101199003071120,1\n99010119900307004X,2\n", "utf-8")
    return ["token", "--file", str(tmp_path / "vehicles.csv"), "--out", str(tmp_path / "out" / "vehicles.csv")]


@contextmanager
def standing_still(folder: Path, argv: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The command in its own process, in the middle of writing."""
    ready = folder / "ready"
    command = [sys.executable, "-c", STOPS, str(ready), *argv]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            until = time.monotonic() + 30
            while not ready.exists():
                assert running.poll() is None, running.communicate()
                assert time.monotonic() < until
                time.sleep(0.01)
            yield running
        finally:
            running.kill()
            ready.unlink(missing_ok=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_trace(tmp_path: Path, argv: list[str], number: signal.Signals) -> None:
    with standing_still(tmp_path, argv) as running:
        assert len(names(tmp_path / "out")) == 2
        running.send_signal(number)
        _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert told == "bangfu: 已中断，没有留下半成品 / interrupted; nothing half done was left\n"
    assert names(tmp_path / "out") == []


def test_what_a_killed_run_left_goes_with_the_next_and_nothing_else_does(tmp_path: Path, argv: list[str]) -> None:
    out = tmp_path / "out"
    with standing_still(tmp_path, argv) as running:
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=30)
    assert running.returncode == -signal.SIGKILL
    left = names(out)
    assert len(left) == 2
    assert all(name.startswith(".bangfu-partial-") for name in left)
    assert not (out / "vehicles.csv").exists()

    kept = [".bangfu-partial-mine", ".bangfu-partial-0123456789abcdef.csv", "bangfu-partial-0123456789abcdef", "a.csv"]
    for name in kept:
        (out / name).write_text("mine", encoding="utf-8")
    (out / ".bangfu-partial-0123456789abcde0").mkdir()
    (out / ".bangfu-partial-0123456789abcde1").symlink_to(out / "a.csv")
    kept += [".bangfu-partial-0123456789abcde0", ".bangfu-partial-0123456789abcde1"]
    assert main(argv) == 0
    assert names(out) == sorted([*kept, "exchanges.jsonl", "vehicles.csv", "vehicles.tokens.json"])
    assert (out / "a.csv").read_text(encoding="utf-8") == "mine"


def test_what_another_run_is_writing_is_left_to_it(tmp_path: Path, argv: list[str]) -> None:
    out = tmp_path / "out"
    with standing_still(tmp_path, argv):
        writing = names(out)
        assert main([*argv[:-1], str(out / "other.csv")]) == 0
        assert names(out) == sorted([*writing, "exchanges.jsonl", "other.csv", "other.tokens.json"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's file")
def test_another_users_file_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / ".bangfu-partial-0123456789abcdef"
    theirs.touch()
    os.chown(theirs, 12345, 12345)
    with whole_file(tmp_path / "a.csv") as made:
        made.write_text("1", encoding="utf-8")
    assert names(tmp_path) == [theirs.name, "a.csv"]


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")

    def stopped() -> None:
        with whole_file(tmp_path / "a.csv") as made:
            made.write_text("new", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stopped()
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.csv"]
