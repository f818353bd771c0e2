"""What the page and the PDF both show of a means-check report, in one language: sections, lines and tables of text.

The report is the dictionary that the matching core builds (schema `bangfu.means-report/1`); nothing is computed here
that it does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from bangfu.core.documents.means_report_words import (
    COVERS,
    HEADS,
    META,
    NOTES,
    NOTHING,
    PAGE,
    SECTIONS,
    SIGN,
    TITLE,
    WORDS,
)

RESULT_TONES = {
    "rows": "known",
    "none": "none",
    "silent": "unknown",
    "review": "unknown",
    "no_file": "unknown",
    "not_asked": "off",
}
STATUS_TONES = {"current": "good", "expired": "bad", "none": "bad", "not_authorised": "bad"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a second line in small type, and a tone (known, none, unknown, off; blank for a dash)."""

    text: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: column titles, their relative widths, and rows of cells."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section: an optional heading, lines of text, an optional table."""

    heading: str = ""
    lines: tuple[str, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole report as shown; `page` holds {page} and {total}."""

    lang: str
    title: str
    report_no: str
    sha256: str
    made_on: str
    status: str
    status_tone: str
    notices: tuple[str, ...]
    meta: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    signatures: tuple[str, ...]
    hash_label: str
    page: str

    def as_dict(self) -> dict[str, Any]:
        """As plain dictionaries and lists."""
        return asdict(self)


class Viewer:
    """Makes a View of one report in `zh` or `en`."""

    def __init__(self, report: Mapping[str, Any], lang: str) -> None:
        self.report, self.lang = report, lang
        self.comma = "、" if lang == "zh" else ", "
        self.semicolon = "；" if lang == "zh" else "; "
        self.colon = "：" if lang == "zh" else ": "
        self.files = {source["file"]: self._of(source["label"]) for source in report["sources"] if source["file"]}

    def view(self) -> View:
        """Everything that is shown, in its order."""
        report = self.report
        granted = report["authorisation"]["status"] == "granted"
        sections = [self._conclusions(), self._persons()]
        if granted:
            sections += [self._facts(), self._person_facts(), self._conflicts(), self._missing()]
        sections.append(self._sources())
        if granted:
            sections.append(self._rows())
        sections.append(self._notes())
        return View(
            self.lang,
            TITLE.get(self.lang),
            report["report_no"],
            report["sha256"],
            report["made_on"],
            f"{self._word('status')}{self.colon}{self._of(report['status'])}",
            STATUS_TONES[report["status"]["code"]],
            tuple(self._of(notice) for notice in report["notices"]),
            tuple(self._meta()),
            tuple(sections),
            tuple(label.get(self.lang) for label in SIGN),
            self._word("hash"),
            PAGE.get(self.lang),
        )

    # -- pieces -----------------------------------------------------------------------------------------

    def _of(self, text: Mapping[str, Any] | None) -> str:
        return "" if text is None else str(text[self.lang] or text["zh"])

    def _word(self, name: str, **values: object) -> str:
        return WORDS[name].get(self.lang).format(**values)

    def _dash(self, text: str | None) -> str:
        return text or self._word("none")

    def _cell(self, text: str | None, note: str = "") -> Cell:
        return Cell(text or self._word("none"), note, "" if text else "blank")

    def _grid(self, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]) -> Grid:
        titles = tuple(HEADS[name].get(self.lang) for name in heads)
        return Grid(titles, tuple(widths), tuple(tuple(row) for row in rows))

    def _section(self, name: str, *blocks: Block) -> Section:
        return Section(name, SECTIONS[name].get(self.lang), blocks)

    def _empty(self, name: str) -> Section:
        return self._section(name, Block(lines=(NOTHING[name].get(self.lang),)))

    def _named(self, name: str, number: str) -> str:
        return name or (self._word("unnamed", number=number) if number else "")

    def _meta(self) -> Iterable[tuple[str, str]]:
        report, household, valid = self.report, self.report["household"], self.report["validity"]
        place = [household["township_name"], household["village_name"] or household["region_code"], household["group"]]
        last = valid["last_day"] and valid["last_day"] + self._word(
            "days", days=valid["days"], why=self._of(valid["why"])
        )
        oldest = self._word("oldest", source=self._of(valid["oldest"])) if valid["oldest"] else ""
        values = {
            "report_no": report["report_no"],
            "household": household["household_no"],
            "head": household["head_name"],
            "address": " ".join(filter(None, place)),
            "members": self._word("persons", count=len(report["persons"])),
            "purpose": report["purpose"],
            "operator": report["operator"],
            "made_on": report["made_on"],
            "as_of": (report["as_of"] or "") and report["as_of"] + oldest,
            "last_day": last or self._word("not_counted"),
        }
        return ((META[name].get(self.lang), self._dash(value)) for name, value in values.items())

    # -- sections ---------------------------------------------------------------------------------------

    def _conclusions(self) -> Section:
        return self._section("conclusions", Block(lines=tuple(self._of(line) for line in self.report["conclusions"])))

    def _persons(self) -> Section:
        rows = []
        for person in self.report["persons"]:
            answer = person["authorisation"] or self.report["authorisation"]
            granted = answer["status"] == "granted"
            rows.append(
                (
                    Cell(self._named(person["name"], person["person_no"]), person["id_number"]),
                    self._cell(person["relation"]),
                    Cell(self._of(answer["said"]), tone="known" if granted else "unknown"),
                    self._cell(answer["number"], answer["purpose"]),
                    self._cell(self._period(answer), answer["document"]),
                )
            )
        if not rows:
            return self._empty("persons")
        heads = ("name", "relation", "signed", "number", "valid")
        return self._section("persons", Block(grid=self._grid(heads, (25, 18, 18, 25, 36), rows)))

    def _period(self, answer: Mapping[str, Any]) -> str:
        if not answer.get("signed_on"):
            return ""
        text = self._word("signed", signed=answer["signed_on"])
        if answer["valid_from"] != answer["signed_on"]:
            text += self._word("from", start=answer["valid_from"])
        if not answer["valid_to"]:
            return f"{text}{self.semicolon}{self._word('until_withdrawn')}"
        return text + self._word("until", end=(date.fromisoformat(answer["valid_to"]) - timedelta(days=1)).isoformat())

    def _facts(self) -> Section:
        if not self.report["facts"]:
            return self._empty("facts")
        return self._section("facts", Block(grid=self._fact_grid(self.report["facts"])))

    def _person_facts(self) -> Section:
        told = [person for person in self.report["persons"] if person["facts"]]
        blocks = [Block(self._person_heading(person), grid=self._fact_grid(person["facts"])) for person in told]
        return self._section("person_facts", *(blocks or [Block(lines=(NOTHING["facts"].get(self.lang),))]))

    def _person_heading(self, person: Mapping[str, Any]) -> str:
        parts = [person["relation"], person["id_number"]]
        rest = self.comma.join(filter(None, parts))
        name = self._named(person["name"], person["person_no"])
        if not rest:
            return name
        return f"{name}（{rest}）" if self.lang == "zh" else f"{name} ({rest})"

    def _fact_grid(self, facts: Sequence[Mapping[str, Any]]) -> Grid:
        """Known facts one by one; of the others those that say the same, of the same source and day, in one line."""
        groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        for fact in facts:
            said = self._of(fact["said"])
            same = (fact["state"], said, fact["source"], fact["as_of"] or "", self._of(fact["reason"]))
            own = fact["fact"] if fact["state"] == "known" else ""
            groups.setdefault((*same, own), []).append(fact)
        rows = []
        order = ("known", "none", "unknown")
        for (state, said, source, as_of, reason, _), listed in sorted(
            groups.items(), key=lambda g: order.index(g[0][0])
        ):
            items = self.comma.join(self._of(fact["label"]) for fact in listed)
            where = self.files.get(source, source)
            cells = [Cell(items), Cell(said, tone=state), self._cell(where), self._cell(as_of)]
            rows.append([*cells, self._cell(reason)])
        return self._grid(("item", "result", "source", "as_of", "note"), (30, 24, 26, 18, 30), rows)

    def _conflicts(self) -> Section:
        rows = [
            (
                Cell(self._of(item["label"]), self._named(item["name"], item["person_no"])),
                Cell(self._of(item["one"]["said"]), self._side(item["one"])),
                Cell(self._of(item["other"]["said"]), self._side(item["other"])),
                self._cell(self._of(item["message"])),
            )
            for item in self.report["conflicts"]
        ]
        if not rows:
            return self._empty("conflicts")
        return self._section(
            "conflicts", Block(grid=self._grid(("item", "one", "other", "note"), (24, 26, 26, 40), rows))
        )

    def _side(self, side: Mapping[str, Any]) -> str:
        return self._of(side["label"])

    def _missing(self) -> Section:
        rows = []
        for line in self.report["missing"]:
            persons = self.comma.join(self._named(one["name"], one["person_no"]) for one in line["persons"])
            what = self.comma.join(self._of(fact) for fact in line["facts"])
            cells = [Cell(what, persons), Cell(self._of(line["reason"])), self._cell(self._of(line["who"]))]
            rows.append([*cells, Cell(self._of(line["todo"]))])
        if not rows:
            return self._empty("missing")
        heads = ("missing", "why", "who", "todo")
        return self._section("missing", Block(grid=self._grid(heads, (34, 30, 24, 34), rows)))

    def _sources(self) -> Section:
        came, basis = [], []
        reasons = {self._of(source["reason"]) for source in self.report["sources"]}
        if len(reasons) == 1 and all(source["result"] == "not_asked" for source in self.report["sources"]):
            listed = self.comma.join(self._of(source["label"]) for source in self.report["sources"])
            return self._section(
                "sources", Block(lines=(self._word("all_closed", reason=reasons.pop(), sources=listed),))
            )
        for source in self.report["sources"]:
            label = Cell(self._of(source["label"]), source["file"])
            tone = RESULT_TONES[source["result"]]
            covers = COVERS.get(source["coverage"])
            came.append(
                (
                    label,
                    Cell(self._of(source["said"]), self._of(source["reason"]), tone),
                    self._cell(covers.get(self.lang) if covers else ""),
                    self._cell(source["as_of"]),
                    self._cell(source["received_on"]),
                )
            )
            if source["file"]:
                basis.append((Cell(self._of(source["label"])), *self._basis(source)))
        heads = ("source", "came_back", "covers", "as_of", "received")
        blocks = [Block(self._word("came_back"), grid=self._grid(heads, (34, 34, 18, 20, 20), came))]
        if basis:
            grid = self._grid(("source", "bureau", "basis", "exchange"), (26, 30, 46, 22), basis)
            blocks.append(Block(self._word("basis"), grid=grid))
        return self._section("sources", *blocks)

    def _basis(self, source: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
        answer, exchange = source["authorisation"], source["exchange"]
        bureau = source["bureau"] or self._of(source["supplier"])
        number = answer["number"] if answer["status"] == "granted" else ""
        asked = ""
        if exchange is not None and exchange["asked_at"]:
            asked = self._word("asked_on", day=exchange["asked_at"])
        return (
            self._cell(bureau),
            Cell(number or self._of(answer["said"]), source["legal_basis"]),
            self._cell(exchange["record_no"] if exchange else "", asked),
        )

    def _rows(self) -> Section:
        blocks = []
        for source in self.report["sources"]:
            if source["rows"]:
                heading = f"{self._of(source['label'])}{self.colon}{self._of(source['said'])}"
                grid = self._grid(
                    ("person", "row", "content", "method"), (20, 16, 52, 36), map(self._row, source["rows"])
                )
                blocks.append(Block(heading, grid=grid))
        return self._section("rows", *blocks) if blocks else self._empty("rows")

    def _row(self, row: Mapping[str, Any]) -> tuple[Cell, ...]:
        cells = (f"{self._of(cell['label'])}{self.colon}{self._of(cell['said'])}" for cell in row["values"])
        content = (
            Cell(self._word("review"), tone="unknown") if row["review"] else self._cell(self.semicolon.join(cells))
        )
        return (
            self._cell(self._named(row["name"], row["person_no"])),
            Cell(self._word("row", row=row["row"])),
            content,
            Cell(self._of(row["method"])),
        )

    def _notes(self) -> Section:
        return self._section("notes", Block(lines=tuple(note.get(self.lang) for note in NOTES)))


def view_of(report: Mapping[str, Any], lang: str = "zh") -> View:
    """The report as it is shown. Raises KeyError where it is no report of schema `bangfu.means-report/1`."""
    return Viewer(report, lang).view()
