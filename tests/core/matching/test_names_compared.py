"""Names are compared by what they are, however they are written."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bangfu.core.matching.characters import LEFT_OUT, PLANE, SURNAME_SOUNDS, VARIANTS, forms, sounds, surname_sounds
from bangfu.core.matching.names import (
    BLANK,
    DIFFERENT,
    EQUAL,
    NO_NAME,
    ONE_CHARACTER,
    PART,
    SOUND,
    Names,
    comparable_name,
    read_names,
    relate,
    relations,
    sound_keys,
    text_of,
)

WORDS = {
    BLANK: "blank",
    EQUAL: "equal",
    SOUND: "sound",
    ONE_CHARACTER: "one character",
    PART: "part",
    DIFFERENT: "different",
}
COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗覃单仇区解任查朴曾伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英玉梅建国民"
)
DOTS = "·•‧・･．.⋅∙●"
NAMES = st.text(COMMON, min_size=1, max_size=6) | st.text(COMMON + DOTS + " 　（）()abz09𠮷𡈽䶮\ue000", max_size=14)


def column(*names: str | None) -> Names:
    return read_names(pa.array(names, pa.string()))


def how(one: str | None, two: str | None) -> str:
    left, right = column(one), column(two)
    (found,) = relations(left, left.keys, right, right.keys).tolist()
    return WORDS[found]


# -- one name in several writings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "张伟民", "張偉民", "张 伟 民", "　张伟民　", "张伟民\u200b", "张\xa0伟民", "张伟民（曾用名张三）", "张伟民(女)", "张伟民【户主】", "张伟民（已故",
        "张伟民）", "“张伟民”", "张伟民*", "张伟民、", "\ufeff张伟民", "张伟民\r\n", "张-伟-民",
    ],
)  # fmt: skip
def test_a_name_equals_itself_in_any_writing(written: str) -> None:
    assert how(written, "张伟民") == "equal"
    assert comparable_name(written) == "张伟民"


@pytest.mark.parametrize("dot", DOTS)
def test_every_middle_dot_and_none_are_one_name(dot: str) -> None:
    assert how(f"阿依古丽{dot}买买提", "阿依古丽·买买提") == "equal"
    assert how(f"阿依古丽 {dot} 买买提", "阿依古丽买买提") == "equal"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("陳龍", "陈龙"), ("羅葉蘭", "罗叶兰"), ("閻銳", "阎锐"), ("閆銳", "闫锐"), ("鄧麗君", "邓丽君"), ("趙國強", "赵国强"),
        ("李昇", "李升"), ("王喆", "王哲"), ("王堃", "王坤"), ("張珮", "张佩"), ("劉甯", "刘宁"), ("高村", "髙邨"), ("王淸", "王清"),
        ("山﨑", "山崎"), ("李二〇", "李二零"), ("龑", "䶮"), ("ＡＬＩ", "ali"), ("Ali", "ALI"), ("O'Brien", "Obrien"), ("John Smith", "JOHNSMITH"),
        ("薴", "苎"), ("王恵", "王惠"),
    ],
)  # fmt: skip
def test_traditional_variant_and_wide_characters_are_the_same_name(one: str, two: str) -> None:
    assert how(one, two) == "equal"


@pytest.mark.parametrize(
    "nothing", [None, "", " ", "　", "/", "-", "—", "null", "（）", "·", "无", "無", "不详", "未知", " 无 "]
)
def test_what_says_nothing_is_no_name(nothing: str | None) -> None:
    assert comparable_name(nothing) == ""
    assert column(nothing).keys.tolist() == [NO_NAME]
    assert how(nothing, "张伟民") == how("张伟民", nothing) == how(nothing, nothing) == "blank"


def test_rare_characters_are_kept_apart() -> None:
    assert how("𠮷野家", "𠮷野家") == "equal"
    assert how("王𡈽民", "王土民") == "one character"
    assert how("王\ue000", "王\ue001") == "one character"
    assert how("𠮷", "吉") == "different"


@given(NAMES)
@example("薴")
@example("((张)伟)民")
@example("张）")
@example("·空")
@example("n·ull")
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = comparable_name(name)
    assert comparable_name(once) == once
    (key,) = column(name).keys.tolist()
    assert column(once).keys.tolist() == [key]


def test_folding_a_character_twice_changes_nothing() -> None:
    table = forms()
    assert (table[table] == table).all()
    assert (table[list(LEFT_OUT)] == 0).all()
    assert all(table[ord(before)] == table[ord(after)] for before, after in VARIANTS.items())


@given(st.lists(st.none() | NAMES, max_size=12))
def test_equal_keys_are_equal_names(names: list[str | None]) -> None:
    read = column(*names)
    texts = [comparable_name(name) for name in names]
    keys = read.keys.tolist()
    for one, left in zip(texts, keys, strict=True):
        for two, right in zip(texts, keys, strict=True):
            assert (left == right) == (one == two)
    assert [text_of(read, key) for key in keys] == texts


@given(st.lists(st.none() | NAMES, min_size=1, max_size=8), st.data())
def test_slices_chunks_and_dictionaries_are_the_same_column(names: list[str | None], data: Any) -> None:
    array = pa.array(names, pa.string())
    keys = read_names(array).keys.tolist()
    start = data.draw(st.integers(0, len(names)))
    assert read_names(array.slice(start)).keys.tolist() == keys[start:]
    assert read_names(array.cast(pa.large_string())).keys.tolist() == keys
    assert read_names(array.dictionary_encode()).keys.tolist() == keys
    assert (
        read_names(pa.chunked_array([array.slice(start), array.slice(0, start)])).keys.tolist()
        == keys[start:] + keys[:start]
    )
    assert len(read_names(array.slice(0, 0))) == 0


# -- names that are not equal -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two", "relation"),
    [
        ("张伟民", "张卫民", "sound"), ("张伟民", "章伟民", "sound"), ("李晓红", "李小红", "sound"), ("林红", "凌红", "sound"), ("周志", "邹字", "sound"),
        # a surname has its own reading
        ("覃丽", "秦丽", "sound"), ("单雄", "善雄", "sound"), ("仇英", "求英", "sound"), ("区汉", "欧汉", "sound"), ("解珍", "谢珍", "sound"),
        ("任强", "仁强", "sound"), ("查良", "扎良", "sound"), ("朴正", "飘正", "sound"), ("曾国", "增国", "sound"), ("萧红", "肖红", "sound"),
        ("傅红", "付红", "sound"), ("阎锡", "闫锡", "sound"), ("乐嘉", "月嘉", "sound"), ("盖叫", "葛叫", "sound"), ("翟志", "宅志", "sound"),
        ("覃丽", "谭丽", "different"), ("单雄", "丹雄", "different"), ("曾国", "层国", "different"), ("朴正", "普正", "different"), ("仇英", "愁英", "different"),
        # in a given name it has not
        ("王单", "王丹", "sound"), ("王任", "王认", "sound"), ("王乐", "王悦", "one character"),
        ("张伟民", "张大民", "one character"), ("张伟民", "李伟民", "one character"), ("张伟", "张芳", "one character"), ("张伟", "李伟", "different"),
        ("张", "李", "different"), ("张", "张", "equal"), ("张", "张伟", "different"), ("张伟", "张大伟", "part"), ("张伟民", "张伟", "part"),
        ("张伟民", "伟民", "part"), ("张伟民", "民伟张", "different"), ("张伟民", "张民伟", "different"),
        ("阿依古丽·买买提", "阿依古丽", "part"), ("阿依古丽·买买提", "阿依古力·买买提", "sound"), ("阿依古丽·买买提", "阿依古兰·买买提", "one character"),
        ("阿依古丽·买买提", "买买提", "different"), ("欧阳文静", "欧阳静", "part"), ("司马相如", "司马如相", "different"),
    ],
)  # fmt: skip
def test_how_two_names_stand_to_one_another(one: str, two: str, relation: str) -> None:
    assert how(one, two) == how(two, one) == relation
    assert WORDS[relate(comparable_name(one), comparable_name(two))] == relation


def test_every_surname_of_the_table_is_folded_and_has_a_sound_of_its_own() -> None:
    for character in SURNAME_SOUNDS:
        assert forms()[ord(character)] == ord(character)
        assert 0xD800 <= surname_sounds()[ord(character)] < 0xE000


def test_a_sound_is_no_character_and_a_character_without_one_sounds_like_itself() -> None:
    table = sounds()
    codes = np.arange(PLANE)
    heard = (table >= 0xD800) & (table < 0xE000)
    written = (codes < 0xD800) | (codes >= 0xE000)
    assert heard[0x4E00:0x9FA6].mean() > 0.99
    assert (table[~heard & written] == forms()[~heard & written]).all()
    # no letter, digit or private character sounds like a Chinese one
    assert not heard[:0x2E00].any()
    assert not heard[0xE000:0xF900].any()


@given(st.lists(st.tuples(NAMES, NAMES), max_size=10))
@example([("王a", "王" + chr(0x3513)), ("李1", "李" + chr(0x346A))])
@example([("王伟", "王伟"), ("阿依古丽买买提", "阿依古丽"), ("", "张"), ("𠮷野家", "吉野家")])
def test_in_bulk_and_one_by_one_say_the_same_and_so_in_either_order(pairs: list[tuple[str, str]]) -> None:
    one, two = column(*(left for left, _ in pairs)), column(*(right for _, right in pairs))
    there = relations(one, one.keys, two, two.keys).tolist()
    back = relations(two, two.keys, one, one.keys).tolist()
    alone = [relate(comparable_name(left), comparable_name(right)) for left, right in pairs]
    assert there == back == alone


@given(NAMES)
def test_a_name_equals_itself(name: str) -> None:
    read = column(name)
    expected = [BLANK if not comparable_name(name) else EQUAL]
    assert relations(read, read.keys, read, read.keys).tolist() == expected


@given(NAMES, NAMES)
def test_equal_sounds_are_equal_sound_keys(one: str, two: str) -> None:
    left, right = column(one), column(two)
    relation = relations(left, left.keys, right, right.keys).tolist()[0]
    same = sound_keys(left).tolist() == sound_keys(right).tolist()
    if relation in (EQUAL, SOUND):
        assert same
    elif relation != BLANK:
        assert not same


class CountedLookups(dict[int, str]):
    """Texts of long names that count how often somebody goes through all of them."""

    walks = 0

    def __iter__(self) -> Any:
        self.walks += 1
        return super().__iter__()

    def items(self) -> Any:
        self.walks += 1
        return super().items()

    def values(self) -> Any:
        self.walks += 1
        return super().values()


def test_comparing_a_few_names_never_goes_through_all_long_ones() -> None:
    read = column("阿依古丽·买买提", "古丽娜尔·艾合买提", "张伟民")
    long = CountedLookups(read.long)
    names = Names(read.keys, long)
    sound_keys(names)
    relations(names, names.keys, names, names.keys[::-1])
    assert long.walks == 0


def test_one_long_name_that_stands_often_is_kept_once() -> None:
    one = pa.array(["阿依古丽·买买提"]).take(pa.array(np.zeros(100_000, np.int64)))
    tracemalloc.start()
    read = read_names(one)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(read.long) == 1
    assert len(set(read.keys.tolist())) == 1
    assert peak < 80 * 2**20
