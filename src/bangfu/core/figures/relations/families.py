"""Kinds of parts that make up a whole between them, and kinds that overlap: what tells a list of all parts from a list of some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Closure = Literal["whole", "most", "some", "none"]

# the parts of each family exclude one another; where all members marked * are named, the list is of all parts;
# = says what the whole must be called for that
_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("*男", "*女"),
    ("*集中", "*分散"),
    ("*城市|城镇|城区", "*农村|乡村"),
    ("*初访|初次", "*重访|重复"),
    ("*同意|赞成", "*反对|不同意", "弃权"),
    ("*(?<!基本)(?<!不)满意", "基本满意", "*不满意"),
    ("*一级", "二级", "三级", "*四级"),
    ("*A级", "B级", "C级", "*D级"),
    ("*省外", "省内县外|市内县外|省内|市外", "*县内|县域内|本县|本地"),
    ("*竣工|完工|完成|建成|已改造", "在建|正在建|正在实施|正在施工", "*未开工|未启动|待开工|尚未"),
    ("*已整改|已完成|已解决|办结|整改到位|已销号|已化解|已脱贫|已入住", "正在|在办",
     "*未整改|未完成|未办结|未销号|未化解|未脱贫|未入住|剩余"),
    ("=低保|五保|特困|兜底|救助对象", "*低保", "*五保|特困"),
    ("=监测|三类", "*脱贫不稳定", "*边缘", "突发"),
    ("=应到|应参", "*实到|到会|出席|实际参", "*请假|缺席|未到"),
    ("优秀", "良好", "合格", "*不合格"),
    ("*医保|医疗保险|报销|统筹", "大病保险", "医疗救助", "*自付|自费|自理|实际支付|个人支付|个人承担"),
    ("*高于|超过|超出", "持平|等于", "*低于|没有达到|未达到|未达"),
    ("*合格|达标", "*不合格|不达标|未达标"),
    ("*户用", "*村级"),
    ("*新建", "改建|扩建|改扩建|续建|巩固提升|提升|维修|修缮|改造|加固"),
    ("小学", "初中|初级中学", "高中|普高", "中职|职高|职中|职业", "幼儿园|学前", "教学点", "义务教育"),
    ("中央|国家", "省级|省财政|省里|省配套", "市级|市财政", "县级|区级|县财政|区财政|县配套|地方", "自筹|群众|社会|企业|捐赠|其他"),
    ("贫困户|脱贫户|脱贫劳动力|脱贫人口", "*一般农户|一般户|非贫困户|普通农户"),
    ("稳定脱贫", "监测"),
    ("*第一产业|一产", "*第二产业|二产", "*第三产业|三产"),
    ("*夏粮", "早稻", "*秋粮"),
)  # fmt: skip
_ATTRIBUTES = re.compile(
    r"女|党员|周?岁|少数民族|残疾|大病|慢性病|慢病|患者|劳动力|老年|老人|儿童|学历|文化|退役|军人|留守|致富能手|高血压|糖尿病|重点|困难"
)
_TREATMENTS = re.compile(
    r"享受|落实|参加|参与|使用|接受|申报|办理|通过|利用|带动|帮扶措施|受益|发现|存在|以上|以下|补贴|待遇|实施|开展"
)
_OTHERS = re.compile(r"其余|其他|其它|剩余|另外|另有|余下|剩下")


def closure(whole: str, words: Sequence[str]) -> Closure:
    """Whether parts, by the words around them, are a whole family, usually all of one, some of one, or of none."""
    best: Closure = "none"
    for every in _FAMILIES:
        named = every[0].startswith("=")
        if named and not re.search(every[0][1:], whole):
            continue
        family = every[1:] if named else every
        found = [_member(family, word) for word in words]
        if None in found or len(set(found)) != len(found):
            continue
        needed = {place for place, member in enumerate(family) if member.startswith("*")}
        starred = needed and needed <= set(found)
        if starred and len(needed) > 1:
            return "whole"
        best = "most" if starred or best == "most" else "some"
    return best


def _member(family: Sequence[str], word: str) -> int | None:
    """The member that a part's words name; the last named wins, since it stands next to the figure."""
    found = [
        (match.end(), len(match[0]), place)
        for place, member in enumerate(family)
        for match in re.finditer(member.lstrip("*"), word)
    ]
    return max(found)[2] if found else None


def overlap(words: Sequence[str]) -> bool:
    """Whether parts may count one person or household twice, or are picked out of more: an attribute right by a figure
    (女党员), a treatment anywhere (享受低保政策的脱贫户)."""
    return any(_ATTRIBUTES.search(word[-6:]) or _TREATMENTS.search(word) for word in words)


def names_the_rest(words: Sequence[str]) -> bool:
    """Whether one part is what is left (其余, 其他): then the list is of all parts."""
    return any(_OTHERS.search(word) for word in words)


def alike(words: Sequence[str]) -> str:
    """The ending of two characters or more that all names of parts share: 电站 of 光伏电站 and 村级电站; empty where none."""
    heads = [re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", word) for word in words]
    if len(heads) < 2 or not all(heads):
        return ""
    shortest = min(len(head) for head in heads)
    for length in range(shortest, 1, -1):
        endings = {head[-length:] for head in heads}
        if len(endings) == 1:
            return endings.pop()
    return ""
