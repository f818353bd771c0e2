"""The figures of the summary page, computed from a run's files. No figure here is rounded or made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bangfu.core.screening.labels import Directory, InputTitle, RunTitles
from bangfu.core.screening.worklists_results import ACTIONABLE, CANNOT_TELL, PolicyCounts, RunResults

KINDS = (*ACTIONABLE, CANNOT_TELL)
UNITS = {"household": "户次", "person": "人次"}


@dataclass(slots=True)
class Kind:
    """One finding over all policies.

    `households` are distinct; `units` counts findings by what they count (户次, 人次, 项); `fen` sums money
    by the policy's period. `changes` counts new, unchanged and gone. `households` is None where findings were
    not computed.
    """

    households: int | None = None
    units: Counter[str] = field(default_factory=Counter)
    fen: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Village:
    """A village's findings to act on (条), and its registered households as the denominator."""

    code: str
    name: str
    township: str
    households: int
    findings: int

    @property
    def rate(self) -> float | None:
        """Findings per 100 registered households; None where there is no household to divide by."""
        return 100 * self.findings / self.households if self.households else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A missing input: how many decisions wait for it, and of how many households."""

    id: str
    title: InputTitle
    findings: int
    households: int


@dataclass(frozen=True, slots=True)
class Events:
    """One alert or check: rows and distinct households."""

    id: str
    severity: str
    rows: int
    households: int


@dataclass(slots=True)
class Figures:
    """Everything that the page shows; None where an output was not computed."""

    kinds: dict[str, Kind]
    villages: list[Village]
    elsewhere: int
    wanted: list[Wanted] | None
    alerts: list[Events] | None
    checks: list[Events] | None
    indicators: list[dict[str, Any]] | None


def figures(results: RunResults, directory: Directory, titles: RunTitles) -> Figures:
    """Read the run's outputs and count."""
    kinds = {kind: kind_of(results.policies, titles, kind) for kind in KINDS}
    table = _findings(results)
    villages: list[Village] = []
    elsewhere, wanted = 0, None
    if table is not None:
        for name, kind in kinds.items():
            _households(table, name, kind)
        villages, elsewhere = _villages(table, results, directory)
        wanted = _wanted(table, titles)
    return Figures(
        kinds,
        villages,
        elsewhere,
        wanted,
        _events(results, "alerts"),
        _events(results, "checks"),
        _indicators(results, directory),
    )


def kind_of(policies: Iterable[PolicyCounts], titles: RunTitles, kind: str) -> Kind:
    """The sums of one finding over policies, never mixing households with persons nor months with years."""
    it = Kind()
    for one in policies:
        title = titles.policy(one.policy)
        it.units[UNITS.get(title.of, "项")] += one.findings.get(kind, 0)
        it.fen[title.per] += one.fen.get(kind, 0)
    return it


def _findings(results: RunResults) -> Any:
    """The findings as one table with a column `kind`, or None where they were not computed."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    paths = results.files("findings")
    if paths is None:
        return None
    columns = ["policy", "household_no", "finding", "status", "change", "missing"]
    tables = []
    for path in paths:
        file = pq.ParquetFile(path)
        tables.append(file.read(columns=[name for name in columns if name in file.schema_arrow.names]))
    table = pa.concat_tables(tables)
    if "change" not in table.column_names:
        table = table.append_column("change", pa.nulls(len(table), pa.string()))
    finding, change = table["finding"].cast(pa.string()), table["change"].cast(pa.string())
    undecided = pc.and_(pc.is_null(finding), pc.equal(table["status"].cast(pa.string()), "unknown"))
    kind = pc.if_else(pc.fill_null(undecided, False), CANNOT_TELL, finding)
    table = table.set_column(table.schema.get_field_index("change"), "change", pc.fill_null(change, ""))
    return table.append_column("kind", kind)


def _households(table: Any, name: str, kind: Kind) -> None:
    import pyarrow.compute as pc

    rows = table.filter(pc.equal(table["kind"], name))
    for entry in pc.value_counts(rows["change"].combine_chunks()).to_pylist():
        kind.changes[entry["values"]] += entry["counts"]
    rows = rows.filter(pc.not_equal(rows["change"], "gone"))
    kind.households = pc.count_distinct(rows["household_no"], mode="only_valid").as_py()


def _villages(table: Any, results: RunResults, directory: Directory) -> tuple[list[Village], int]:
    """Villages by findings per 100 households, and the findings that belong to no listed village."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pc.and_(pc.is_in(table["kind"], pa.array(ACTIONABLE)), pc.not_equal(table["change"], "gone"))
    found: Counter[str] = Counter()
    for entry in pc.value_counts(table.filter(wanted)["household_no"].combine_chunks()).to_pylist():
        number = entry["values"]
        found[directory.household(number).region_code if number is not None else ""] += entry["counts"]
    villages = []
    for code, households in results.village_households.items():
        names = directory.village(code)
        villages.append(Village(code, names.village_name or code, names.township_name, households, found.pop(code, 0)))
    villages.sort(key=lambda it: (-(it.rate or 0.0), -it.findings, it.code))
    return villages, sum(found.values())


def _wanted(table: Any, titles: RunTitles) -> list[Wanted]:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = table.filter(pc.and_(pc.equal(table["kind"], CANNOT_TELL), pc.not_equal(table["change"], "gone")))
    lists = rows["missing"].combine_chunks()
    parents = pc.list_parent_indices(lists)
    flat = pc.list_flatten(lists).cast(pa.string())
    # A member's fact keeps its dot, so that it is told from a household's fact of the same name.
    names = pc.replace_substring_regex(flat, r"^.*\.", "*.")
    each = pa.table({"name": names, "row": parents, "household": rows["household_no"].combine_chunks().take(parents)})
    counted: dict[str, list[Any]] = {}
    for raw in pc.unique(each["name"].combine_chunks()).to_pylist():
        counted.setdefault(titles.input(raw)[0], []).append(raw)
    wanted = []
    for name, raws in counted.items():
        part = each.filter(pc.is_in(each["name"], pa.array(raws)))
        findings, households = (pc.count_distinct(part[column]).as_py() for column in ("row", "household"))
        wanted.append(Wanted(name, titles.input(raws[0])[1], findings, households))
    return sorted(wanted, key=lambda it: (-it.findings, it.id))


def _events(results: RunResults, name: str) -> list[Events] | None:
    rows = results.rows(name, ["id", "severity", "household_no", "change"])
    if rows is None:
        return None
    counts: Counter[str] = Counter()
    households: dict[str, set[object]] = {}
    severity: dict[str, str] = {}
    for row in rows:
        if row["change"] == "gone":
            continue
        counts[row["id"]] += 1
        severity[row["id"]] = row["severity"] or ""
        households.setdefault(row["id"], set()).add(row["household_no"])
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Events(id, severity[id], count, len(households[id] - {None})) for id, count in ranked]


def _indicators(results: RunResults, directory: Directory) -> list[dict[str, Any]] | None:
    """The indicators of the widest area of each; those of its parts stay in indicators.parquet."""
    columns = [*("indicator", "area", "period", "numerator", "denominator", "value", "unit", "title_zh", "stated")]
    rows = results.rows("indicators", columns)
    if rows is None:
        return None
    listed = list(rows)
    widest: dict[str, int] = {}
    for row in listed:
        size = len(row["area"] or "")
        widest[row["indicator"]] = min(widest.get(row["indicator"], size), size)
    kept = [row for row in listed if row["stated"] is not None or len(row["area"] or "") == widest[row["indicator"]]]
    for row in kept:
        area = row["area"] or ""
        named = directory.village(area)
        row["area_name"] = (named.village_name if len(area) == 12 else named.township_name) or area
    return kept
