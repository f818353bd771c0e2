"""The table of links of each file, as `bangfu match` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bangfu.core.matching import linking
from bangfu.core.matching.crosscheck.ranges import NOBODY, SURE, TableLinks
from bangfu.core.matching.crosscheck.registry import Registry
from bangfu.core.matching.crosscheck.residual import Decided
from bangfu.core.matching.crosscheck.store import read_arrow
from bangfu.core.matching.linking import Links
from bangfu.core.matching.links import links_table
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.names import Names
from bangfu.core.matching.numbers import Numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import FileRows
from bangfu.core.matching.rows import Rows, read_rows


def write_links(registry: Registry, links: TableLinks, decided: Decided, path: Path) -> None:
    """Write one row for each row of data of the file, in its order."""
    import pyarrow.parquet as pq

    table = table_of_links(registry, links, decided)
    pq.write_table(table, path, use_dictionary=["method"], compression="snappy", write_statistics=False)


def table_of_links(registry: Registry, links: TableLinks, decided: Decided) -> Any:
    """The columns of `bangfu match`: row_no, person_no, method, score, review, note."""
    import numpy as np

    store = links.store
    row_no = store.read("row")
    kept = np.argsort(row_no)  # the store's row of each row that was read, in the order of the file
    rank = np.empty(len(kept), np.int64)
    rank[kept] = np.arange(len(kept))
    rejected = store.meta["rejected"]
    order = np.full(len(kept) + len(rejected), -1, np.int64)
    order[row_no[kept]] = np.arange(len(kept))
    assert links.method is not None
    score = _scores()[links.method]
    person, method, review = links.person.astype(np.int64), links.method.copy(), np.zeros(len(kept), bool)
    person[decided.row], method[decided.row] = decided.person, decided.method
    score[decided.row], review[decided.row] = decided.score, decided.review
    others = {int(rank[decided.row[at]]): who for at, who in decided.others.items()}
    found = Links(
        np.where(person == NOBODY, linking.NOBODY, person)[kept], method[kept], score[kept], review[kept], others
    )
    rows = Rows(_numbers(links, rank, order), Names(np.empty(0, np.uint64), {}), np.empty(len(kept)), None, None, None)
    every = np.zeros(len(order), np.int64)
    file = FileRows(Path(store.meta["file"]), rows, order, (), every, every, (), ())
    return links_table(People(rows, registry.all_person_no()), file, found)


def _numbers(links: TableLinks, rank: Any, order: Any) -> Numbers:
    """What was wrong with the numbers and what was repaired, in the order of the file."""
    import numpy as np

    store = links.store
    texts = store.texts()
    again = read_rows({"id_number": texts.column("id_number"), "name": texts.column("name")})
    problems = np.zeros(store.rows, np.uint8)
    problems[rank[: store.unnumbered]] = again.numbers.problems
    repaired = read_arrow(store.path / "repairs.arrow")
    rows = repaired.column("row_no").to_pylist()
    done = {
        int(order[row]): tuple(text.split(",")) for row, text in zip(rows, repaired["repairs"].to_pylist(), strict=True)
    }
    return Numbers(np.empty(0, np.int64), problems, done)


def _scores() -> Any:
    """How probable a link is by the code of its method, for those that number and name settle."""
    import numpy as np

    found = np.zeros(len(CODES), np.float32)
    for verdict, code in SURE.items():
        found[code] = linking.SCORES[verdict][1]
    return found
