"""A rulebook that means harm is refused within a second, with a message and never a crash."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rulebook_writing import refused, written

from bangfu.core.rulebook.loader import load, load_cases
from bangfu.core.rulebook.mistakes import RulebookError
from bangfu.core.rulebook.reading import MAX_MISTAKES

FILE = "policies/x.yml"
POLICY = "id: x\ntitle: t\nof: household\n"
LIMIT = 1.0
Attack = Callable[[Path], object]


def bytes_of(data: bytes) -> Attack:
    return lambda root: (root / FILE).write_bytes(data)


def text(content: str) -> Attack:
    return bytes_of(content.encode())


def huge(root: Path) -> None:
    with (root / FILE).open("wb") as file:
        file.truncate(50_000_000)  # a hole: reading it whole would take memory, not disk


def head(content: str) -> Attack:
    return lambda root: (root / "rulebook.yml").write_text(f"name: a\nversion: 1\n{content}\n")


def chain(root: Path) -> None:
    for level in range(15):
        folder = root.parent / f"r{level}"
        folder.mkdir()
        (folder / "rulebook.yml").write_text(f"name: r\nversion: 1\nextends: r{level + 1}\n")
    head("extends: r0")(root)


def mutual(root: Path) -> None:
    folder = root.parent / "other"
    folder.mkdir()
    (folder / "rulebook.yml").write_text("name: o\nversion: 1\nextends: ../small\n")
    head("extends: other")(root)


def many_files(root: Path) -> None:
    (root / "checks").mkdir()
    for number in range(2_100):
        (root / f"checks/{number}.yml").write_text("")


def csv_beside(data: str) -> Attack:
    def attack(root: Path) -> None:
        (root / "parameters/p.yml").write_text("p: {type: money, file: p.csv}\n")
        (root / "parameters/p.csv").write_text(data)

    return attack


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
ATTACKS: dict[str, tuple[Attack, str]] = {
    "alias bomb": (text(BOMB), "policies/x.yml:1:4: found the anchor &a;"),
    "nested lists": (text("[" * 100_000), "policies/x.yml:1:41: found nesting deeper than 40;"),
    "nested mappings": (text("{a: " * 100_000), "policies/x.yml:1:161: found nesting deeper than 40;"),
    "nested by indent": (
        text("".join(" " * level + "a:\n" for level in range(1_000))),
        "policies/x.yml:41:41: found nesting deeper than 40;",
    ),
    "50 MB": (huge, "policies/x.yml:1:1: found a file of more than 1,000,000 bytes;"),
    "half a million values": (text("[" + "1," * 499_000 + "1]"), "found more than 150,000 values in a file"),
    "seventy thousand keys": (text("".join(f"k{n}: 1\n" for n in range(70_000))), "found the key 'k0';"),
    "binary garbage": (bytes_of(bytes(range(256)) * 1_000), "found the byte 0x80, which is not UTF-8;"),
    "a nul": (text("id: \0\n"), "policies/x.yml:1:5: found a control character;"),
    "a number of a million digits": (
        text(f"{POLICY}tolerance: {'9' * 900_000}\nconditions: [{{id: a, when: urban}}]\n"),
        "policies/x.yml:4:12: found tolerance: 9999999999",
    ),
    "a number of thousands of digits in an expression": (
        text(f'{POLICY}conditions: [{{id: a, when: "income > {"9" * 9_000}"}}]\n'),
        "policies/x.yml:4:38: found a number of 9000 digits;",
    ),
    "deep parentheses": (
        text(f'{POLICY}conditions: [{{id: a, when: "{"(" * 9_000}"}}]\n'),
        "found more than 40 levels of nesting;",
    ),
    "a long expression": (
        text(f'{POLICY}conditions: [{{id: a, when: "{"1+" * 6_000}1"}}]\n'),
        "policies/x.yml:4:28: found when of 12,001 characters; expected at most 10,000;",
    ),
    "a link to itself": (
        lambda root: os.symlink("x.yml", root / FILE),
        "policies/x.yml:1:1: found a file that cannot be opened",
    ),
    "a folder that links to itself": (
        lambda root: os.symlink("alerts", root / "alerts"),
        "small/alerts:1:1: found a folder that cannot be opened",
    ),
    "a link out of the rulebook": (
        lambda root: os.symlink("/etc/hosts", root / FILE),
        "policies/x.yml:1:1: found a link that leads out of the rulebook;",
    ),
    "a folder that links out of the rulebook": (
        lambda root: os.symlink("/etc", root / "alerts"),
        "small/alerts:1:1: found a link that leads out of the rulebook;",
    ),
    "a pipe that nobody writes to": (lambda root: os.mkfifo(root / FILE), "found something that is not a file;"),
    "a folder named like a file": (lambda root: (root / FILE).mkdir(), "found something that is not a file;"),
    "itself extended": (head("extends: small"), "rulebook.yml:3:10: found a circle of extends: small → small;"),
    "two that extend each other": (mutual, "found a circle of extends: small → other → small;"),
    "fifteen in a row": (chain, "r8/rulebook.yml:3:10: found more than 10 rulebooks in a row;"),
    "a nul in extends": (head('extends: "a\\0b"'), "rulebook.yml:3:10: found extends: a single value;"),
    "thousands of files": (many_files, "found more than 2,000 files"),
    "a path out of the folder": (
        lambda root: (root / "parameters/p.yml").write_text("p: {type: money, file: ../../../etc/hosts}\n"),
        "parameters/p.yml:1:24: found file: ../../../etc/hosts; expected a CSV file in the same folder",
    ),
    "a CSV of many rows": (csv_beside("area,value\n" + "99,1\n" * 150_000), "found more than 30,000 rows;"),
    "a CSV of many columns": (csv_beside("value," + ",".join(f"c{n}" for n in range(99_999))), "found 100000 columns;"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_rulebook_is_refused_within_a_second(name: str, tmp_path: Path) -> None:
    attack, said = ATTACKS[name]
    root = written(tmp_path)
    attack(root)
    # the processor's time, so that a busy machine does not fail what is fast
    began = time.process_time()
    messages = refused(root)
    assert time.process_time() - began < LIMIT
    assert any(said in message for message in messages), messages[:3]


def test_reading_stops_at_a_thousand_mistakes(tmp_path: Path) -> None:
    root = written(tmp_path, {FILE: "- {id: a}\n" * 10_000})
    assert len(refused(root)) == MAX_MISTAKES


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "nowhere, which is not there; expected the folder of a rulebook"),
        ("file", "file, which is a file; expected the folder of a rulebook"),
        ("", ", a folder without rulebook.yml; expected the folder of a rulebook"),
        ("nul\0", "which is not there; expected the folder of a rulebook"),
        ("x" * 5_000, "which is not there; expected the folder of a rulebook"),
    ],
)
def test_what_is_no_rulebook_is_refused(path: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RulebookError) as error:
        load(tmp_path / path)
    assert str(error.value).endswith(said)


@pytest.mark.parametrize("content", ["", "- 1\n", "[", "name: [a]\nversion: 1\n", "title: x\n"])
def test_a_rulebook_yml_that_says_nothing_is_refused(content: str, tmp_path: Path) -> None:
    assert refused(written(tmp_path, {"rulebook.yml": content}))


def test_a_file_of_cases_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"nope\.yml:1:1: found no such file; expected a file of cases"):
        load_cases([tmp_path / "nope.yml"])
