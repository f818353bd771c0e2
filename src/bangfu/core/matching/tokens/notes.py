"""The note beside a file of tokens: with which key and by which versions the tokens were made.

`NAME.tokens.json` lies beside `NAME.csv` or `NAME.parquet`. It names the file's digest and is sealed with the key, so
that another file, another key and an edited note are told from "nobody matches".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bangfu import __version__
from bangfu.core.files.parquet import parquet_columns
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.tokens.hashing import dictionary_versions
from bangfu.core.matching.tokens.keys import TokenKey

ALGORITHM = "HMAC-SM3"
NOTE_ENDING = ".tokens.json"
ID_TOKEN, ID_PROBLEM = "id_token", "id_problem"
NAME_BIRTH_TOKEN, SOUND_BIRTH_TOKEN = "name_birth_token", "sound_birth_token"
MARKS = (f'"{ID_TOKEN}"', ID_TOKEN)
"""How the first title of a file of tokens stands in a CSV file: as it is written, and as a spreadsheet program does."""
SEAL = "seal"
_BLOCK = 1 << 22
_HEAD = 256
_NAMES = ("OpenCC", "unicode")
_SOUNDS = ("pypinyin",)


class Warned(NamedTuple):
    """Something that does not stop the linking and must be told."""

    zh: str
    en: str


def note_path(path: Path) -> Path:
    """Where the note on a token file lies: `deaths.csv` → `deaths.tokens.json`."""
    return path.with_name(path.stem + NOTE_ENDING)


def has_tokens(path: Path) -> bool:
    """Whether a file carries tokens: a note lies beside it, or its first column is titled so."""
    return note_path(path).is_file() or titled_as_tokens(path)


def refuse_tokens(path: Path) -> None:
    """Raise FileError where a file carries tokens and whoever reads it could only take its rows for nobody's."""
    if has_tokens(path):
        raise FileError("tokens", path.name, note=note_path(path).name)


def titled_as_tokens(path: Path) -> bool:
    """Whether the first column of a CSV file, or any of a Parquet file, is titled as that of tokens."""
    try:
        if path.is_dir() or path.suffix.lower() == ".parquet":
            return ID_TOKEN in parquet_columns(path)
        with path.open("rb") as opened:
            head = opened.read(_HEAD)
    except (FileError, OSError):  # whoever reads it will say what is wrong with it
        return False
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()
    return any(text.startswith(mark) and text[len(mark) : len(mark) + 1] in ",;\t\r\n" for mark in MARKS)


# -- the note ---------------------------------------------------------------------------------------------


def write_note(key: TokenKey, target: Path, table: Path, facts: Mapping[str, Any]) -> None:
    """Write the note on a file of tokens: what is said of it, its digest, the versions, and the key's seal."""
    note = {
        "algorithm": ALGORITHM,
        "key": key.fingerprint,
        "version": __version__,
        "dictionaries": dict(dictionary_versions()),
        **facts,
        "sha256": _digest(table),
    }
    note[SEAL] = key.seal(_canonical(note))
    target.write_text(json.dumps(note, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_note(path: Path) -> Mapping[str, Any] | None:
    """The note beside a token file, unchecked; None where there is none. Raises DataError where it is no note."""
    beside = note_path(path)
    if not beside.is_file():
        return None
    try:
        note = json.loads(beside.read_text(encoding="utf-8-sig"))
    except ValueError:
        note = None
    if not isinstance(note, dict) or not isinstance(note.get("key"), str):
        raise DataError(
            f"{beside}: 不是密文文件的说明，请向来源单位重新索取 / "
            "this is no note on a file of tokens: ask the source for it again"
        )
    return note


def checked_note(path: Path, key: TokenKey) -> Mapping[str, Any]:
    """The note, where it is that of this file and was made with this key. Raises DataError: a file of which that is not
    certain would link nobody and look like an answer."""
    note = read_note(path)
    if note is None:
        raise DataError(
            f"{path.name}: 缺少说明文件 {note_path(path).name}，不知道密文是用哪把密钥生成的，无法比对；"
            "这不等于“没有匹配”。请向来源单位索取 / "
            f"its note {note_path(path).name} is missing: nobody knows with which key the tokens were made, so nothing "
            "is linked; that is not “no matches”: ask the source for it"
        )
    if note["key"] != key.fingerprint:
        raise DataError(
            f"{path.name}: 密文是用另一把密钥（{note['key']}）生成的，手中的是 {key.fingerprint}，无法比对；"
            "这不等于“没有匹配”。请核对密钥 / "
            f"the tokens were made with another key ({note['key']}, not {key.fingerprint}): nothing can agree; "
            "that is not “no matches”: find out which key was agreed"
        )
    sealed = {name: value for name, value in note.items() if name != SEAL}
    if note.get(SEAL) != key.seal(_canonical(sealed)):
        raise DataError(
            f"{note_path(path).name}: 说明文件被改动过，不再与密钥相符，无法比对。请向来源单位重新索取 / "
            "the note was changed after it was made and does not fit the key: nothing is linked; ask the source for "
            "it again"
        )
    if note.get("sha256") != _digest(path):
        raise DataError(
            f"{path.name}: 文件与说明文件 {note_path(path).name} 不符（不是同一次生成的，或之后被改动、另存），"
            "无法比对；这不等于“没有匹配”。请原样使用来源单位发来的两个文件，或重新索取 / "
            f"the file is not the one that {note_path(path).name} was made for, or was changed or saved again since: "
            "nothing is linked; that is not “no matches”: use both files as the source sent them, or ask for them again"
        )
    return note


def version_warnings(path: Path, note: Mapping[str, Any]) -> tuple[Warned, ...]:
    """What differs between the versions that made the tokens and those here, so that equal people could be missed."""
    theirs, ours = note.get("dictionaries"), dictionary_versions()
    theirs = theirs if isinstance(theirs, dict) else {}
    made = note.get("tokens", ())
    told = [] if note.get("version") == __version__ else [_differs(path, "Bangfu", note.get("version"), __version__)]
    used = (*(_NAMES if "name_birth" in made else ()), *(_SOUNDS if "sound_birth" in made else ()))
    told += [_differs(path, name, theirs.get(name), ours[name]) for name in used if theirs.get(name) != ours[name]]
    return tuple(told)


def _differs(path: Path, what: str, theirs: object, ours: str) -> Warned:
    said = "?" if theirs is None else str(theirs)
    zh, en = ("号码或姓名", "number or name") if what == "Bangfu" else ("姓名", "name")
    return Warned(
        f"{path.name}: 生成密文用的是 {what} {said}，本机是 {ours}；同一{zh}可能得出不同的密文，从而漏掉匹配。"
        "请双方安装同一版本的 Bangfu 及其锁定的软件包，重新生成",
        f"the tokens were made by {what} {said}, here it is {ours}: the same {en} may have another token, and matches "
        "may be missed; install the same version of Bangfu with its locked packages on both sides and make them again",
    )


def told(warnings: Iterable[Warned]) -> list[dict[str, str]]:
    """Warnings as a summary carries them."""
    return [warned._asdict() for warned in warnings]


def _canonical(note: Mapping[str, Any]) -> str:
    return json.dumps(note, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
