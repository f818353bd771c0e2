"""Installing, starting, backing up, restoring, and being told what is wrong."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from operations_home import COMMAND, bangfu, environment


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """An installation with an administrator and a file."""
    place = tmp_path_factory.mktemp("home")
    done = bangfu(place, "migrate")
    assert done.returncode == 0, done.stderr
    done = bangfu(
        place, "account", "administrator", "first", "--name", "冯管理", "--area", "990101", "--password-stdin",
        given="a-long-word-2026\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (place / "files").mkdir()
    (place / "files" / "photo.jpg").write_bytes(b"\x00" * 3000)
    return place


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BANGFU_HTTPS", "perhaps", "BANGFU_HTTPS='perhaps': 应为 yes | no / expected yes | no"),
        ("BANGFU_TIME_ZONE", "Mars", "BANGFU_TIME_ZONE='Mars': 应为 Asia/Shanghai … / expected Asia/Shanghai …"),
        ("BANGFU_LANGUAGE", "fr", "BANGFU_LANGUAGE='fr': 应为 zh-hans | en / expected zh-hans | en"),
        ("BANGFU_SESSION_MINUTES", "0", "BANGFU_SESSION_MINUTES='0': 应为 5 – 1440 / expected 5 – 1440"),
        ("BANGFU_DATABASE_URL", "mysql://a/b", "expected sqlite:///… | postgres://…"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(tmp_path, name, value, said):
    done = bangfu(tmp_path, "doctor", **{name: value})
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_starts_before_the_database_is_made(tmp_path):
    done = bangfu(tmp_path, "serve")
    assert done.returncode == 1
    assert "没有密钥文件" in done.stderr


def test_a_weak_password_of_the_first_administrator_is_refused(home):
    done = bangfu(
        home,
        "account",
        "administrator",
        "second",
        "--name",
        "某",
        "--area",
        "990101",
        "--password-stdin",
        given="123\n",
    )
    assert done.returncode == 1
    assert "10" in done.stderr


def test_doctor_says_that_all_is_well_and_what_is_not(home, tmp_path):
    done = bangfu(home, "doctor")
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
    place = tmp_path / "copy"
    shutil.copytree(home, place)
    (place / "keys").chmod(0o644)
    done = bangfu(place, "doctor")
    assert done.returncode == 1
    assert f"chmod 600 {place / 'keys'}" in done.stdout
    (place / "keys").unlink()
    done = bangfu(place, "doctor")
    assert "没有 / missing" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_lost_key_file_is_not_made_anew_beside_a_database(home, tmp_path):
    place = tmp_path / "copy"
    shutil.copytree(home, place)
    (place / "keys").unlink()
    bangfu(place, "migrate")
    assert not (place / "keys").exists()


def test_a_backup_comes_back_in_an_empty_place_and_nowhere_else(home, tmp_path):
    out = tmp_path / "one.tar"
    done = bangfu(home, "backup", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "密钥不在备份里" in done.stdout
    place = tmp_path / "new"
    place.mkdir()
    shutil.copy(home / "keys", place / "keys")
    done = bangfu(place, "restore", str(out))
    assert done.returncode == 0, done.stderr
    assert (place / "files" / "photo.jpg").read_bytes() == b"\x00" * 3000
    with sqlite3.connect(place / "office.sqlite3") as database:
        assert database.execute("select username from accounts_user").fetchall() == [("first",)]
    assert bangfu(place, "doctor").returncode == 0
    again = bangfu(place, "restore", str(out))
    assert again.returncode == 1
    assert "目标不为空，不会覆盖" in again.stderr


def test_a_restore_that_was_interrupted_can_be_repeated(home, tmp_path):
    out = tmp_path / "one.tar"
    bangfu(home, "backup", "--out", str(out))
    place = tmp_path / "half"
    (place / "files").mkdir(parents=True)
    (place / "files" / "part.jpg").write_bytes(b"1")
    (place / ".restoring").touch()
    done = bangfu(place, "restore", str(out))
    assert done.returncode == 0, done.stderr
    assert [p.name for p in (place / "files").iterdir()] == ["photo.jpg"]
    assert not (place / ".restoring").exists()


@pytest.mark.parametrize("harm", ["cut", "flip", "other"])
def test_a_damaged_backup_is_refused_before_anything_is_written(home, tmp_path, harm):
    out = tmp_path / "one.tar"
    bangfu(home, "backup", "--out", str(out))
    data = bytearray(out.read_bytes())
    if harm == "cut":
        data = data[: len(data) // 2]
    elif harm == "flip":
        data[data.find(b"SQLite format 3") + 200] ^= 1
    else:
        data = bytearray(b"PK\x03\x04 not a tar")
    out.write_bytes(data)
    place = tmp_path / "new"
    place.mkdir()
    done = bangfu(place, "restore", str(out))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.search("损坏|不完整|不是备份", done.stderr)
    assert not (place / "office.sqlite3").exists()


def test_a_backup_that_is_killed_leaves_the_older_one_or_a_whole_new_one(home, tmp_path):
    out = tmp_path / "one.tar"
    bangfu(home, "backup", "--out", str(out))
    before = out.read_bytes()
    (home / "files" / "large.bin").write_bytes(b"\x01" * 60_000_000)
    try:
        for wait in (0.5, 0.8):
            child = subprocess.Popen([*COMMAND, "backup", "--out", str(out)], env=environment(home))
            time.sleep(wait)
            child.kill()
            child.wait()
            if out.read_bytes() != before:
                assert bangfu(home, "restore", str(out), "--verify-only").returncode == 0
    finally:
        (home / "files" / "large.bin").unlink()
    assert bangfu(home, "backup", "--out", str(out)).returncode == 0
    assert list(tmp_path.glob(".*partial*")) == []


def test_serve_answers_and_ends_with_its_worker(home):
    port = free_port()
    child = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--processes", "1"],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(100):
            time.sleep(0.1)
            try:
                answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2).read()
                break
            except OSError:
                continue
        else:
            pytest.fail("the site did not answer")
        assert answer == b'{"status": "ok"}'
        taken = bangfu(home, "serve", "--port", str(port))
        assert "已被占用" in taken.stderr
        second = bangfu(home, "worker")
        assert "后台任务已在运行" in second.stderr
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
