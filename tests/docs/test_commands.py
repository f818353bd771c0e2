"""The documents name the commands, options and make targets that exist, and all of them."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bangfu.core.cli.parser import build_parser
from bangfu.entry import OFFICE
from bangfu.office.site.cli import build_parser as build_office_parser

from .conftest import DOCS, READMES, ROOT, pages, tables

COMMANDS_PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
_NOT_OPTIONS = {"--help", "--version"}
_LINE = re.compile(
    r"^(?: {4,}|\| *`)?`?(?:\.venv/bin/)?bangfu ((?:rulebook|screen|explain|worklists|demo|report|query|token|exchange"
    rf"|match|crosscheck|duplicates|reviews|figures|fill|document|measures|mpi|cells|{'|'.join(OFFICE)})\b[^\n`#]*)",
    re.MULTILINE,
)


def leaves(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command with its long options."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield path, {o for action in parser._actions for o in action.option_strings if o.startswith("--")}
    for group in groups:
        for name, inner in group.choices.items():
            yield from leaves(inner, (*path, name))


CORE = {path: options - _NOT_OPTIONS for path, options in leaves(build_parser())}
COMMANDS = CORE | {path: options - _NOT_OPTIONS for path, options in leaves(build_office_parser())}


def lines_of(path: Path) -> Iterator[list[str]]:
    """Every `bangfu …` that a page shows, in code or on an indented line of its own, as words."""
    text = re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8"))
    found = _LINE.findall(text)
    found += re.findall(r"`bangfu ([^`\n]+)`", text)
    for line in found:
        yield shlex.split(line.replace("\\|", "|").rstrip("\\ "))


SHOWN = [words for page in pages() for words in lines_of(page)]
WHOLE = [words for words in SHOWN if "--as-of" in words]


def command_of(words: list[str]) -> tuple[str, ...] | None:
    """The command that a line names."""
    return next((path for path in COMMANDS if tuple(words[: len(path)]) == path), None)


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_a_command_that_is_shown_exists_with_its_options(words: list[str]) -> None:
    if set(words) <= _NOT_OPTIONS:
        return
    command = command_of(words)
    assert command is not None, f"no command: bangfu {' '.join(words)}"
    assert {word for word in words if word.startswith("--")} <= COMMANDS[command] | _NOT_OPTIONS


@pytest.mark.parametrize("words", WHOLE, ids=" ".join)
def test_a_whole_command_line_is_accepted_by_the_parser(words: list[str]) -> None:
    assert build_parser().parse_args(words).as_of is not None


def test_the_commands_page_has_every_command_with_every_option() -> None:
    (rows,) = [rows for header, rows in tables(COMMANDS_PAGE) if header[:2] == ("command", "options")]
    documented = {}
    for command, options, _ in rows:
        path = command_of(shlex.split(command.strip("`"))[1:])
        assert path is not None, command
        documented[path] = set(re.findall(r"--[a-z-]+", options))
    assert documented == COMMANDS


def test_the_office_is_asked_for_its_own_commands_and_for_no_other() -> None:
    assert {path[0] for path in COMMANDS.keys() - CORE.keys()} == set(OFFICE)
    assert {path[0] for path in CORE} & set(OFFICE) == set()


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = ([tuple(words) for words in lines_of(path)] for path in READMES)
    assert english == chinese
    assert {command_of(list(words)) for words in english} >= {("screen",), ("explain",), ("worklists", "read")}


def test_both_readmes_link_the_same_pages_and_show_the_same_tables() -> None:
    links = [re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")) for path in READMES]
    english = [link.replace("README.zh-CN.md", "README.md") for link in links[0]]
    assert english == links[1]
    figures = [re.findall(r"\| 2026-\d\d \|.*", path.read_text(encoding="utf-8")) for path in READMES]
    assert figures[0] == figures[1]


def test_a_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in pages()
        for target in re.findall(r"(?:`|^ {4})(?:[A-Z_]+=\S+ )?make ([a-z]+)", page.read_text(encoding="utf-8"), re.M)
    }
    assert named <= targets
    assert {"demo", "test", "check", "bench", "setup"} <= named
