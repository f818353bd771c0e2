"""The plain linker of the bench: its decisions on a cast of four, and on generated rows."""

from __future__ import annotations

from datetime import date

import pytest

WANG = ("p1", "h1", "110101199003070046", "王秀英", date(1990, 3, 7), "女")
LI = ("p2", "h1", "110101198803070031", "李建国", date(1988, 3, 7), "男")
LI_SON = ("p3", "h1", "110101201203070059", "李建军", date(2012, 3, 7), "男")
LI_NAMESAKE = ("p4", "h2", "320382198803070013", "李建国", date(1988, 3, 7), "男")


@pytest.fixture(scope="module")
def oracle():
    import linking_oracle as plain

    return plain.Oracle([plain.Person(*entry) for entry in (WANG, LI, LI_SON, LI_NAMESAKE)])


@pytest.mark.parametrize(
    ("number", "name", "birth", "what", "person_no"),
    [
        ("110101199003070046", "张伟", date(1977, 1, 1), "review", "p1"),  # her number with another's name
        ("110101201203070059", "李建国", date(2012, 3, 7), "review", None),  # the son's number with the father's name
        (None, "李建国", date(1988, 3, 7), "review", None),  # two of one name and birth date
        (None, "王秀英", date(1991, 3, 7), "left", None),
        ("320382199003070052", "王秀英", date(1990, 3, 7), "left", None),  # a valid number that is nobody's
        ("110101199003070046", "王秀英", date(1990, 3, 7), "settled", "p1"),
        ("１１０１０１１９９００３０７００４６ ", "王 秀英", None, "settled", "p1"),
        ("110101900307004", "王秀英", None, "settled", "p1"),
        ("110101********0031", "李建国", None, "settled", "p2"),
        ("110101199003700046", "王秀瑛", date(1990, 3, 7), "settled", "p1"),
        ("王秀英", "110101199003070046", None, "settled", "p1"),
        ("999999999999999999", "王秀英", date(1990, 3, 7), "settled", "p1"),
    ],
)
def test_what_becomes_of_a_row(oracle, number, name, birth, what, person_no):
    import linking_oracle as plain

    row = {"id_number": number, "name": name, "birth_date": birth}
    assert oracle.decide(row) == plain.Decision(what, person_no)


def test_on_generated_rows_nobody_is_settled_wrongly_and_most_errors_are_mended(tmp_path):
    import linking_data
    import linking_oracle as plain
    import pyarrow.parquet as pq

    linking_data.generate(linking_data.Wanted(1_500, 1_500, 2), tmp_path)
    oracle = plain.Oracle(plain.people_of(tmp_path / "registry"))
    file = pq.read_table(tmp_path / "bureau.parquet").to_pylist()
    found = plain.score([oracle.decide(row) for row in file], pq.read_table(tmp_path / "truth.parquet").to_pylist())
    assert sum(counts.get("wrong", 0) for counts in found.values()) == 0
    assert found[""]["right"] == found[""]["registered"]
    dirty = [counts for kind, counts in found.items() if kind]
    assert sum(counts.get("right", 0) for counts in dirty) >= 0.9 * sum(counts.get("registered", 0) for counts in dirty)
