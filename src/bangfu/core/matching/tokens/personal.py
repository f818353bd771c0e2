"""Which columns of a bureau's file say who somebody is: by their titles, and by what stands in them.

What must not travel beside tokens. A column that is taken out for nothing costs a little; one that is
left in by mistake gives a person away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bangfu.core.files.header import title_key
from bangfu.core.matching.rows import NO_DAY, read_days
from bangfu.core.values.dates import parse_date
from bangfu.core.values.id_number import read_id_number
from bangfu.core.values.text import half_width, name_key

_TITLES = {
    "id": (
        r"身份证|身份号|公民.*号码|证件|证号|证书编?号|护照|残疾(?:人)?证|驾驶?证|军官证|户口[簿本]"
        r"|社(?:会)?保(?:障)?(?:卡|编?号)|医保(?:卡|编?号)|参保号|个人编号|学籍号|学号|病历号|住院号|就诊卡|照片"
        r"|sfz|zjhm|gmsf|^id$|id_?(?:number|card|no)$|certificate_number|passport"
    ),
    "name": (
        r"姓名|名字|曾用名|别名|(?<!与)户主(?!关系)|^(?:配偶|父亲|母亲|子女|家长|联系人)$|监护人|代理人|法定代表|法人代表|负责人"
        r"|经办人|申请人(?!数|次)|被?保险人|投保人|受益人|持[有证]人|权利人|产权人|所有人|车主|户名|^xm$|xingming"
        r"|^(?:\w*(?:person|full|head|owner|contact|given|family)_)?name$|^owner$"
    ),
    "birth": r"出生|生日|^csr[iq]$|^csny$|birth|^dob$",
    "phone": r"电话|手机|联系方式|传真|邮箱|微信|^qq|^(?:lx|sj)(?:dh|h)$|^dh$|phone|mobile|^tel|e-?mail",
    "address": (
        r"住址|地址|住所|坐落|座落|门牌|居住地|户籍地|户籍所在|家庭所在|邮编|籍贯|宗地|不动产.*号|产权证|房权证"
        r"|^(?:hj|jt|jz|xz|tx|lx)?(?:dz|zz)$|address"
    ),
    "account": (
        r"账号|帐号|[账帐]户(?!余额|金额|类型|性质|状态|数)|(?<!慢性病)卡号|存折|开户|银行卡|一卡通(?!.*额)|account(?!_balance)|card_no"
    ),
    "vehicle": r"车牌|号牌号|车架|车辆识别|发动机号|^plate$|plate_number|^vin$",
}
_BY_TITLE = {reason: re.compile(pattern) for reason, pattern in _TITLES.items()}
_GAP = "[ –—-]?"
_START, _END = r"(?:^|[^0-9.]|(?:^|[^0-9])\.)", "(?:$|[^0-9])"  # the digits after a decimal point are no number
_LONG = rf"{_START}[0-9]{{16,}}"
_FOURS = rf"{_START}[0-9]{{4}}(?:[ -][0-9]{{4}}){{3}}"
_EIGHTEEN = _GAP.join(("[1-9][0-9]{5}", "(?:19|20)[0-9]{2}", "[0-9]{2}", "[0-9]{2}", "[0-9]{3}", "[0-9Xx]"))
_FIFTEEN = "[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
_PHONE = _GAP.join((r"(?:\+?86)?", "1[3-9][0-9]", "[0-9]{4}", "[0-9]{4}"))
_LANDLINE = "0[0-9]{2,3}-[0-9]{7,8}"
_EMAIL = r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z]"
_BY_VALUE = {
    "number": f"{_LONG}|{_FOURS}|{_START}{_EIGHTEEN}|{_START}{_FIFTEEN}{_END}",
    "contact": f"{_START}{_PHONE}{_END}|{_START}{_LANDLINE}{_END}|{_EMAIL}",
}
_NUMBER_IN_TEXT = re.compile(f"(?<![0-9])(?:{_EIGHTEEN}|{_FIFTEEN})(?![0-9])")
_PHONE_IN_TEXT = re.compile(f"(?<![0-9]){_PHONE}(?![0-9])")
_DATE_SAMPLE = 200

REASONS: dict[str, tuple[str, str]] = {
    "id": ("标题为证件", "titled as an ID"),
    "name": ("标题为姓名", "titled as a name"),
    "birth": ("标题为出生日期", "titled as a date of birth"),
    "phone": ("标题为联系方式", "titled as a contact"),
    "address": ("标题为地址", "titled as an address"),
    "account": ("标题为账号", "titled as an account"),
    "vehicle": ("标题为车牌", "titled as a plate"),
    "number": ("内容含证件或银行卡样的号码", "holds numbers like IDs or bank cards"),
    "contact": ("内容含手机号或邮箱", "holds telephone numbers or mail addresses"),
    "own_name": ("内容含本人姓名", "holds the person's own name"),
    "own_birth": ("内容是本人出生日期", "is the person's own date of birth"),
}
"""Why a column does not travel, in words."""


class Dropped(NamedTuple):
    """A column that does not travel: its title, a key of REASONS, in how many cells (0: by its title)."""

    title: str
    reason: str
    cells: int


@dataclass(frozen=True, slots=True)
class Owners:
    """Whom the rows are about: `names` distinct, `which` (int64) the index of each row's, len(names) where it has none;
    `days` (int32) of birth since 1970, NO_DAY where it is not known."""

    names: Sequence[str]
    which: Any
    days: Any


def owners(names: Any, days: Any) -> Owners:
    """The owners by an Arrow column of names and an array of days."""
    import numpy as np
    import pyarrow as pa

    encoded = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    encoded = encoded.cast(pa.string()).dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    return Owners(distinct, np.asarray(encoded.indices.fill_null(len(distinct))), days)


def personal_title(title: str) -> str:
    """The reason for which a column of this title is personal; empty where it is not."""
    key = title_key(title)
    return next((reason for reason, pattern in _BY_TITLE.items() if pattern.search(key)), "")


def personal_values(texts: Any, whose: Owners) -> tuple[str, int] | None:
    """The reason for which a column's values are personal, with the number of cells; None where they are not.

    `texts` is an Arrow array of strings, as long as `whose`.
    """
    import pyarrow.compute as pc

    encoded = texts.combine_chunks().dictionary_encode()
    distinct: list[str] = encoded.dictionary.to_pylist()
    for reason, found in _by_pattern(distinct):
        cells = pc.sum(pc.is_in(encoded.indices, value_set=found)).as_py() or 0
        if cells:
            return reason, cells
    if any(not text.isascii() for text in distinct):
        named = _own_names(encoded, distinct, whose)
        if named:
            return "own_name", named
    return _own_births(texts, distinct, whose.days)


def personal_text(text: str, *, phones: bool = True) -> bool:
    """Whether a short text (a file's name, a purpose) carries a valid ID number or, if asked, a mobile phone."""
    shown = half_width(text)
    numbers = (re.sub("[^0-9Xx]", "", found) for found in _NUMBER_IN_TEXT.findall(shown))
    return (phones and bool(_PHONE_IN_TEXT.search(shown))) or any(
        read_id_number(number).problem == "ok" for number in numbers
    )


def _by_pattern(distinct: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Each reason with the indexes of the distinct texts that show it, as an Arrow array."""
    import pyarrow as pa
    import pyarrow.compute as pc

    shown = pa.array([half_width(text) for text in distinct], pa.string())
    for reason, pattern in _BY_VALUE.items():
        yield reason, pc.indices_nonzero(pc.match_substring_regex(shown, pattern)).cast(pa.int32())


def _own_names(encoded: Any, distinct: Sequence[str], whose: Owners) -> int:
    """In how many cells the row's own name stands."""
    import numpy as np

    texts = np.asarray(encoded.indices.fill_null(len(distinct)))
    maybe = np.append(_standing(distinct, whose.names, len(texts)), False)
    rows = np.flatnonzero(maybe[whose.which] & (texts < len(distinct)))
    pairs = zip(texts[rows].tolist(), whose.which[rows].tolist(), strict=True)
    return sum(_names(distinct[text], whose.names[name]) for text, name in pairs)


def _standing(distinct: Sequence[str], names: Sequence[str], rows: int) -> Any:
    """Which names stand anywhere in a column; all may, where it would take longer to tell than to look at each row."""
    import numpy as np

    lengths = {len(name) for name in names} | {len(name_key(name)) for name in names if " " in name}
    if sum(map(len, distinct)) * len(lengths) > rows:
        return np.ones(len(names), bool)
    pieces = {text[at : at + size] for text in distinct for size in lengths for at in range(len(text) - size + 1)}
    found = (name in pieces or (" " in name and name_key(name) in pieces) for name in names)
    return np.fromiter(found, bool, len(names))


def _names(text: str, name: str) -> bool:
    """Whether the text holds the name; one character alone is a word as often as a name."""
    if len(name) < 2 or len(text) < 2:
        return False
    return name in text or (" " in name and name_key(name) in text)


def _own_births(texts: Any, distinct: Sequence[str], born: Any) -> tuple[str, int] | None:
    """A column in which most dates are the person's own date of birth."""
    sample = distinct[:_DATE_SAMPLE]
    if not sample or sum(parse_date(text).value is not None for text in sample) * 2 < len(sample):
        return None
    days = read_days(texts, months=True)
    both = (days != NO_DAY) & (born != NO_DAY)
    same = int((both & (days == born)).sum())
    return ("own_birth", same) if same * 2 > int(both.sum()) else None
