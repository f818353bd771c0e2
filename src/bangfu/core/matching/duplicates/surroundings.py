"""What else a registry says that tells households apart: villages, telephones, accounts, addresses, benefits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bangfu.core.files.identity import HOUSEHOLD_NO, PERSON_NO, PHONE, REGION
from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.names import read_names
from bangfu.core.matching.reading import read_columns, registry_table
from bangfu.core.values.area import read_area_code
from bangfu.core.values.phone import read_phone

HEAD_NAME = ColumnLayout("head_name", headers=("户主姓名", "户主"), personal=True, optional=True)
ADDRESS = ColumnLayout(
    "address", headers=("家庭住址", "住址", "详细地址", "家庭地址", "居住地址"), personal=True, optional=True
)
ACCOUNT = ColumnLayout(
    "account", headers=("银行账号", "一卡通账号", "开户账号", "银行卡号", "账号"), personal=True, optional=True
)
VILLAGE = ColumnLayout("region_code", headers=(*REGION.headers, "所在村代码"), link=True, optional=True)
PROGRAMME = ColumnLayout("programme", headers=("待遇项目", "项目代码", "待遇名称"), optional=True)


def read_some(folder: Path, table: str, columns: tuple[ColumnLayout, ...]) -> dict[str, Any] | None:
    """The columns that a registry table has, or None where there is no such table."""
    try:
        path = registry_table(folder, table)
    except FileError as error:
        if error.code != "no_table":
            raise
        return None
    if path.is_dir() or path.suffix.lower() == ".parquet":
        return read_columns(path, columns)
    found = read_table(path, TableLayout(table, table, columns)).table
    return {name: found.column(name) for name in found.column_names}


def read_households(folder: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    found = read_some(folder, "households", (HOUSEHOLD_NO, HEAD_NAME, VILLAGE, PHONE, ACCOUNT, ADDRESS))
    if found is None or HOUSEHOLD_NO.name not in found:
        told = (
            "没有户信息表（households）：没有比对村、电话、账号和住址",
            "there is no table of households: village, telephone, account and address were not compared",
        )
        return {}, [told]
    return found, []


class HouseholdColumns:
    """The households table in the order of the persons' households."""

    def __init__(self, given: dict[str, Any], homes: Any) -> None:
        self.given, self.count = given, len(homes)
        self.at = positions(homes, given[HOUSEHOLD_NO.name]) if given else None

    def column(self, name: str) -> Any:
        """A column as text, one per household; None where the table lacks it."""
        import pyarrow as pa

        if self.at is None or name not in self.given:
            return None
        return self.given[name].cast(pa.string()).combine_chunks().take(self.at)

    def villages(self) -> tuple[Any, tuple[str, ...]]:
        """Per household its village, and the villages' codes in ascending order."""
        import numpy as np

        column = self.column(VILLAGE.name)
        if column is None:
            return np.full(self.count, -1, np.int32), ()
        encoded = column.dictionary_encode()
        codes = [read_area_code(text or "").value for text in encoded.dictionary.to_pylist()]
        known = tuple(sorted({str(code) for code in codes if code is not None}))
        place = {code: at for at, code in enumerate(known)}
        table = np.array([-1 if code is None else place[str(code)] for code in codes] + [-1], np.int32)
        return table[np.asarray(encoded.indices.fill_null(len(codes)))], known

    def phones(self) -> Any:
        """Per household its telephone as an integer, 0 where there is none that rings."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.column(PHONE.name)
        if column is None:
            return np.zeros(self.count, np.int64)
        plain = pc.fill_null(pc.match_substring_regex(column, r"^1[3-9][0-9]{9}$"), False)
        found = np.asarray(pc.if_else(plain, column, pa.scalar("0")).cast(pa.int64())).copy()
        rest = np.flatnonzero(~np.asarray(plain) & np.asarray(column.is_valid()))
        for at, text in zip(rest.tolist(), column.take(pa.array(rest)).to_pylist(), strict=True):
            read = read_phone(text)
            found[at] = int(read.number) if read.problem in ("ok", "landline") and read.number else 0
        found[np.isin(found % 10**8, np.arange(10) * 11_111_111)] = 0  # 13800000000 and its like reach nobody
        return found

    def head_names(self) -> Any:
        """Per household the key of the head's name."""
        import numpy as np

        column = self.column(HEAD_NAME.name)
        return np.zeros(self.count, np.uint64) if column is None else read_names(column).keys

    def addresses(self) -> Any:
        """Per household a number that stands for its address; −1 where none is written that names a house."""
        import numpy as np
        import pyarrow.compute as pc

        column = self.column(ADDRESS.name)
        if column is None:
            return np.full(self.count, -1, np.int64)
        bare = pc.replace_substring_regex(column, r"\s", "")
        house = pc.fill_null(
            pc.match_substring_regex(bare, r"[0-9０-９一二三四五六七八九十]+\s*(号|室|栋|幢|户)"), False
        )
        codes = np.asarray(bare.dictionary_encode().indices.fill_null(-1)).astype(np.int64)
        codes[~np.asarray(house)] = -1
        return codes


def positions(wanted: Any, keys: Any) -> Any:
    """Where each wanted key stands first in `keys` (Arrow int32, null where nowhere), whatever types the two have."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    if wanted.type != values.type:
        wanted, values = wanted.cast(pa.string()), values.cast(pa.string())
    return pc.index_in(wanted, value_set=values)


def read_benefits(
    folder: Path, homes: Any, households: dict[str, Any]
) -> tuple[tuple[Any, Any], Any, list[tuple[str, str]]]:
    """Accounts of households as pairs (household, account), who receives what, and what could not be told."""
    import pyarrow as pa

    found = read_some(folder, "benefits", (HOUSEHOLD_NO, PERSON_NO, PROGRAMME, ACCOUNT))
    parts = [(households, ACCOUNT.name)] if ACCOUNT.name in households else []
    if found is None or PROGRAMME.name not in found:
        told = (
            "没有待遇表（benefits）：不知道谁在享受待遇，未按此排出先后",
            "there is no table of benefits: who receives what is not known and did not decide the order",
        )
        return _accounts(homes, parts), None, [told]
    if ACCOUNT.name in found and HOUSEHOLD_NO.name in found:
        parts.append((found, ACCOUNT.name))
    nothing = pa.nulls(len(found[PROGRAMME.name]), pa.string())
    names = (HOUSEHOLD_NO.name, PERSON_NO.name, PROGRAMME.name)
    return _accounts(homes, parts), pa.table({name: found.get(name, nothing).cast(pa.string()) for name in names}), []


def _accounts(homes: Any, parts: list[tuple[dict[str, Any], str]]) -> tuple[Any, Any]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    keys, texts = [], []
    for table, name in parts:
        keys.append(positions(table[HOUSEHOLD_NO.name].combine_chunks(), homes))
        texts.append(pc.replace_substring_regex(table[name].cast(pa.string()).combine_chunks(), r"[^0-9]", ""))
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    home, text = pa.concat_arrays(keys), pa.concat_arrays(texts)
    good = pc.and_(home.is_valid(), pc.fill_null(pc.greater_equal(pc.utf8_length(text), 10), False))
    home, text = home.filter(good), text.filter(good)
    code = np.asarray(text.dictionary_encode().indices).astype(np.int64)
    both = np.unique(np.stack([np.asarray(home).astype(np.int64), code]), axis=1)
    return both[0], both[1]


def village_names(folder: Path) -> dict[str, tuple[str, str]]:
    """Village code to names of village and township."""
    name = ColumnLayout("name", headers=("行政村名称", "村名称", "村名"), optional=True)
    township = ColumnLayout("township_name", headers=("乡镇名称", "乡镇"), optional=True)
    found = read_some(folder, "villages", (VILLAGE, name, township)) or {}
    if VILLAGE.name not in found:
        return {}
    empty = [None] * len(found[VILLAGE.name])
    parts = [found[key].to_pylist() if key in found else empty for key in ("name", "township_name")]
    codes = (read_area_code(str(code or "")).value for code in found[VILLAGE.name].to_pylist())
    return {str(code): (str(a or ""), str(b or "")) for code, a, b in zip(codes, *parts, strict=True) if code}
