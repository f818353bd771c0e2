"""Writes an official document over the registry's figures: every figure with its source, every change since last time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.documents.forms.definitions import Definition, Meaning
from bangfu.core.documents.forms.meaning import Reader, Surroundings, hear
from bangfu.core.documents.forms.package import FormError, NumberFormat
from bangfu.core.documents.forms.terms import Lexicon
from bangfu.core.documents.forms.words import read_words
from bangfu.core.documents.official.issue import read_issue
from bangfu.core.documents.official.kinds import Kind
from bangfu.core.documents.official.model import (
    Figure,
    Gap,
    Grid,
    Official,
    Paragraph,
    Run,
    Source,
    Text,
    typed_figures,
)
from bangfu.core.documents.official.vocabularies import cited
from bangfu.core.files.whole_file import whole_file
from bangfu.core.reporting.forms_areas import AreaBook, area_book
from bangfu.core.reporting.forms_catalogue import lexicon_of
from bangfu.core.reporting.forms_registry import Progress, Registry, open_registry
from bangfu.core.reporting.forms_table import described
from bangfu.core.reporting.forms_values import Figure as Value
from bangfu.core.reporting.forms_values import asks_of, figure
from bangfu.core.reporting.reports_lists import people_list
from bangfu.core.rulebook.model import Rulebook

_MARK = re.compile(r"\{\{\{([^{}]+)\}\}\}|\{\{([^{}]+)\}\}|\{(\w+)\}")
CAUSES = (
    "因病",
    "因残",
    "因学",
    "因灾",
    "缺土地",
    "缺水",
    "缺技术",
    "缺劳动力",
    "缺资金",
    "交通条件落后",
    "自身发展动力不足",
    "因婚",
    "因丧",
)
_SHOWN = 2


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A document that is wanted. `slots` are texts by the slot's name; `previous` an earlier list of figures."""

    kind: Kind
    book: Rulebook
    data: Path
    as_of: date
    out: Path
    area: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    previous: Path | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What was written."""

    out: Path
    figures: Path
    document: Official
    changes: tuple[Source, ...]


def write_report(request: ReportRequest, registry: Registry | None = None) -> ReportResult:
    """Make the document and write it, with the list of its figures beside it.

    `registry` may be given open, of the same data and day, where several documents are written. Raises FormError for
    slots, area or earlier figures that cannot be used, FileError or DataError for the data.
    """
    before = _before(request.previous)
    if registry is not None:
        return _written(request, _Writing(request, registry, before).document())
    with open_registry(request.book, request.data, request.as_of, request.progress) as opened:
        document = _Writing(request, opened, before).document()
    return _written(request, document)


def _written(request: ReportRequest, document: Official) -> ReportResult:
    beside = request.out.with_name(request.out.name + ".figures.json")
    content = _content(document, request.out.suffix.lower())
    with whole_file(request.out) as made:
        made.write_bytes(content)
    listed = {
        "kind": document.kind,
        "title": document.title,
        "as_of": request.as_of.isoformat(),
        "area": request.area,
        "figures": [s.as_json() for s in document.sources],
        "tasks": list(document.tasks),
        "to_be_written": document.gaps,
    }
    with whole_file(beside) as made:
        made.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    changed = tuple(s for s in document.sources if s.before is not None)
    return ReportResult(request.out, beside, document, changed)


def _content(document: Official, end: str) -> bytes:
    if end == ".pdf":
        from bangfu.core.documents.official.pdf import official_pdf

        return official_pdf(document)
    from bangfu.core.documents.official.docx import docx

    return docx(document)


def _before(path: Path | None) -> dict[str, str]:
    """What an earlier document printed, by the figure's name."""
    if path is None:
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {f["name"]: f["printed"] for f in raw["figures"] if f["status"] == "computed"}
    except (ValueError, KeyError, TypeError) as error:
        raise FormError(
            f"{path.name}: 不是以前写出的 .figures.json / is no list of figures that was written before"
        ) from error


class _Writing:
    def __init__(self, request: ReportRequest, registry: Registry, before: Mapping[str, str]) -> None:
        self.request, self.registry, self.before = request, registry, before
        self.lexicon: Lexicon = lexicon_of(request.book)
        directory = registry.snapshot.directory
        named = {code: (entry.name, entry.township_name) for code, entry in directory.villages.items()}
        codes = {entry.region_code for entry in directory.households.values() if entry.region_code}
        self.areas: AreaBook = area_book(named, codes, request.area)
        if request.area and not any(code.startswith(request.area) for code in codes):
            raise FormError(f"--area: 资料里没有 {request.area} 的户 / no household of the data lies in {request.area}")
        self.reader = Reader(self.lexicon, Surroundings("", request.as_of))
        self.sources: list[Source] = []
        self.tasks: list[dict[str, str]] = []
        self.subject = str(request.slots.get("对象") or "监测对象")

    # -- words that every template may use --------------------------------------------------------
    def word(self, name: str) -> str:
        """{area}, {level}, {year}, {next}, {day}, {subject}."""
        day = self.request.as_of
        level = {12: "村", 9: "镇" if self._area_name().endswith("镇") else "乡"}.get(len(self.request.area), "县")
        return {
            "area": self._area_name(), "level": level, "year": str(day.year), "next": str(day.year + 1),
            "day": f"{day.year}年{day.month}月{day.day}日", "subject": self.subject,
        }.get(name, "")  # fmt: skip

    def _area_name(self) -> str:
        return str(self.request.slots.get("单位") or self.areas.name(self.request.area))

    # -- the document -----------------------------------------------------------------------------
    def document(self) -> Official:
        kind = self.request.kind
        self.registry.count(ask for phrase in self._phrases() for ask in self._asks(phrase))
        blocks = [made for block in kind.blocks for made in self._block(block)]
        title = "".join(run.text for run in self._runs(kind.title))
        addressee = str(self.request.slots.get("主送") or "") if kind.addressed else ""
        signature = str(self.request.slots.get("落款") or self._area_name()) if kind.signed else ""
        made = Official(
            kind.name, title, addressee, tuple(blocks), signature, self.request.as_of, tuple(self.sources), tuple(self.tasks)
        )  # fmt: skip
        mark = "".join(run.text for run in self._runs(kind.mark) if not isinstance(run, Gap)) if kind.mark else ""
        return replace(made, issue=read_issue(self.request.slots, mark, made.day_text, kind.present))

    def _phrases(self) -> list[str]:
        texts = [text for block in self.request.kind.blocks for text in block.values() if isinstance(text, str)]
        texts += [text for value in self.request.slots.values() for text in _paragraphs(value)]
        found = [m[2] for text in texts for m in _MARK.finditer(text) if m[2]]
        return [
            name for phrase in found for name in ([f"{c}户数" for c in CAUSES] if phrase == "top:causes" else [phrase])
        ]

    def _asks(self, phrase: str) -> list[Any]:
        return asks_of(self.meaning(phrase).readings[:1])

    def meaning(self, phrase: str) -> Meaning:
        """What a figure's name asks for: the words of forms. Raises FormError for words that are not known."""
        made = self.reader.meaning(hear([read_words(phrase, self.lexicon)], ""))
        if not made.known:
            raise FormError(
                f"{{{{{phrase}}}}}: 不认得“{made.left or phrase}” / these words name no figure that is known; "
                "写法同表头 / write it as a form's header would"
            )
        return made

    def _block(self, block: Mapping[str, Any]) -> list[Paragraph | Grid]:
        ((what, text),) = block.items()
        if what in ("h1", "h2", "h3", "h4"):
            return [Paragraph(tuple(self._runs(text)), int(what[1]))]
        if what == "p":
            return [Paragraph(tuple(self._runs(text)))]
        if what == "slot":
            written = _paragraphs(self.request.slots.get(text))
            if not written:
                return [Paragraph((Gap(f"待填：{text}"),))]
            return [Paragraph(tuple(self._hand(line))) for line in written]
        if what == "tasks":
            return self._tasks(text)
        if what == "table":
            return [self._table(text)]
        return [people_list(text, self.subject, self.request.kind.public, self.registry, self.areas, self.reader)]

    def _runs(self, text: str) -> list[Run]:
        """A template's text with its words, slots and figures."""
        runs: list[Run] = []
        at = 0
        for found in _MARK.finditer(text):
            if found.start() > at:
                runs.append(Text(text[at : found.start()]))
            at = found.end()
            slot, phrase, word = found.groups()
            if slot:
                written = _paragraphs(self.request.slots.get(slot))
                runs += self._hand(written[0]) if written else [Gap(f"待填：{slot}")]
            elif phrase:
                runs.append(self._causes() if phrase == "top:causes" else self._figure(phrase))
            else:
                runs.append(Text(self.word(word)))
        if at < len(text):
            runs.append(Text(text[at:]))
        return runs

    def _hand(self, text: str) -> list[Run]:
        """What a person wrote: figures may be asked for in {{…}}; those that were typed have no source."""
        runs: list[Run] = []
        for piece in re.split(r"(\{\{[^{}]+\}\}|\[\[[^\[\]]+\]\])", text):
            if piece.startswith("{{"):
                runs.append(self._figure(piece[2:-2]))
                continue
            if piece.startswith("[["):
                runs.append(self._term(piece[2:-2]))
                continue
            for part, typed in typed_figures(piece):
                runs.append(self._typed(part) if typed else Text(part))
        return runs

    def _term(self, name: str) -> Text:
        """A term of the vocabularies with its issuer; raises FormError where it is not clear whose."""
        found = cited(name)
        if isinstance(found, str):
            raise FormError(f"[[{name}]]: {found}")
        return Text(found.text)

    # -- figures ----------------------------------------------------------------------------------
    def _figure(self, phrase: str) -> Run:
        meaning = self.meaning(phrase)
        definition = meaning.readings[0]
        found = figure(self.registry, definition, meaning, [self.request.area], NumberFormat())
        if found.value is None:
            return self._unknown(phrase, definition, found)
        return Figure(*self._noted(phrase, _printed(found.value), definition, found.rows, found))

    def _noted(self, name: str, printed: str, definition: Definition, rows: int, found: Value) -> tuple[str, int]:
        held = next((s for s in self.sources if s.name == name), None)
        if held is None:
            before = self.before.get(name)
            details = {"numerator": found.top, "denominator": found.bottom, "source": described(definition)}
            held = Source(
                len(self.sources) + 1, name, printed, definition.zh, self._area_name() or "全部", self.request.as_of.isoformat(),
                rows, "computed", before if before not in (None, printed) else None, details,
            )  # fmt: skip
            self.sources.append(held)
        return printed, held.number

    def _unknown(self, phrase: str, definition: Definition, found: Value) -> Gap:
        if all(s.name != phrase for s in self.sources):
            self.sources.append(
                Source(
                    len(self.sources) + 1,
                    phrase,
                    "—",
                    f"{definition.zh}：{found.reason}",
                    self._area_name() or "全部",
                    self.request.as_of.isoformat(),
                    found.rows,
                    "unknown",
                    None,
                    {"source": described(definition)},
                )
            )
        return Gap(f"{phrase}：资料不全")

    def _typed(self, text: str) -> Figure:
        number = len(self.sources) + 1
        self.sources.append(Source(number, text, text, "", "", "", None, "typed"))
        return Figure(text, number, typed=True)

    def _causes(self) -> Run:
        """The two causes of poverty that most households have."""
        counted = []
        for cause in CAUSES:
            meaning = self.meaning(f"{cause}户数")
            found = figure(self.registry, meaning.readings[0], meaning, [self.request.area], NumberFormat())
            if isinstance(found.value, int) and found.value:
                counted.append((found.value, cause, meaning.readings[0], found))
        counted.sort(key=lambda item: -item[0])
        if not counted:
            return Gap("主要致贫原因：资料不全")
        shown = counted[:_SHOWN]
        text = "、".join(f"{cause}" for _, cause, _, _ in shown)
        for value, cause, definition, found in shown:
            self._noted(f"{cause}户数", str(value), definition, found.rows, found)
        return Figure(text, next(s.number for s in self.sources if s.name == f"{shown[0][1]}户数"))

    # -- tables -----------------------------------------------------------------------------------
    def _table(self, wanted: Mapping[str, Any]) -> Grid:
        """Rows that a person gave under a slot's name, or blank ones to be written by hand."""
        head = tuple(wanted["columns"])
        written = self.request.slots.get(wanted["slot"])
        given = [item for item in written if isinstance(item, Mapping)] if isinstance(written, list) else []
        rows = [{**item, "序号": number} for number, item in enumerate(given, 1)]
        rows += [{"序号": number} for number in range(len(rows) + 1, wanted["blank"] + 1)] if not rows else []
        return Grid(head, tuple(tuple(str(row.get(column, "")) for column in head) for row in rows))

    def _tasks(self, slot: str) -> list[Paragraph | Grid]:
        """Decisions as tasks: what, who, by when."""
        written = self.request.slots.get(slot)
        rows = [
            item if isinstance(item, Mapping) else {"事项": str(item)}
            for item in (written if isinstance(written, list) else [])
        ]
        if not rows:
            return [Paragraph((Gap(f"待填：{slot}（事项、责任人、时限）"),))]
        tasks = [{key: str(row.get(key) or "") for key in ("事项", "责任人", "时限")} for row in rows]
        self.tasks += tasks
        made = tuple(
            (str(n), t["事项"], t["责任人"] or "〔待定〕", t["时限"] or "〔待定〕") for n, t in enumerate(tasks, 1)
        )
        return [Grid(("序号", "事项", "责任人", "时限"), made)]


def _paragraphs(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [str(item) for item in value if not isinstance(item, Mapping)]
    return [line.strip() for line in str(value).splitlines() if line.strip()]


def _printed(value: Any) -> str:
    return format(value, "f") if not isinstance(value, int) else str(value)


def read_slots(path: Path | None) -> dict[str, Any]:
    """Texts by slot out of YAML or JSON. Raises FormError where the file is no such mapping."""
    if path is None:
        return {}
    import yaml

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeError) as error:
        raise FormError(f"{path.name}: 不是 YAML 或 JSON / is neither YAML nor JSON") from error
    if not isinstance(raw, dict):
        raise FormError(f"{path.name}: 应为 栏目名: 内容 / expected names of slots, each with its text")
    return {str(key): value for key, value in raw.items()}


__all__ = ["ReportRequest", "ReportResult", "read_slots", "write_report"]
