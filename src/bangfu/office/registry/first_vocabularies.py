"""The first version of every vocabulary: the rulebook's code lists, and lists that no rulebook holds.

`shared/domain/source_systems.md` item 7 tells where the three lists of the 六个精准 stand in the source document.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.office.registry.catalogue import catalogue

MEASURE, BATCH, PRECISION, STATUS, SOURCE = "measure_kind", "measure_batch", "six_precisions", "status_kind", "source"


@dataclass(frozen=True)
class FirstTerm:
    """A term before it is stored."""

    code: str
    label_zh: str
    label_en: str = ""
    group_code: str = ""


@dataclass(frozen=True)
class FirstVersion:
    """A version of a vocabulary before it is stored."""

    name: str
    version: str
    issuer: str
    terms: tuple[FirstTerm, ...]


BATCHES = (
    FirstTerm("production", "发展生产脱贫一批", "lifted by developing production"),
    FirstTerm("relocation", "易地搬迁脱贫一批", "lifted by relocation"),
    FirstTerm("ecology", "生态补偿脱贫一批", "lifted by ecological compensation"),
    FirstTerm("education", "发展教育脱贫一批", "lifted by education"),
    FirstTerm("social_security", "社会保障兜底一批", "guaranteed by social security"),
)
BATCH_OF = {
    "industry": "production",
    "employment": "production",
    "finance": "production",
    "welfare_post": "production",
    "infrastructure": "production",
    "living_conditions": "production",
    "relocation": "relocation",
    "ecology": "ecology",
    "education": "education",
    "compulsory_education": "education",
    "safety_net": "social_security",
    "health": "social_security",
    "housing": "social_security",
    "safe_water": "social_security",
    "social_aid": "social_security",
}
"""Which of the 五个一批 a kind of measure counts towards unless its record says otherwise. No document maps the
14 kinds to the five: this is ours, and a county changes it as a new version of the vocabulary."""

STATUSES = (
    FirstTerm("建档立卡", "建档立卡", "registered as poor"),
    FirstTerm("脱贫", "脱贫", "graduated from poverty"),
    FirstTerm("返贫", "返贫", "fallen back into poverty"),
    FirstTerm("监测", "监测对象", "monitored"),
    FirstTerm("低保", "低保", "dibao"),
    FirstTerm("特困", "特困供养", "extreme-hardship support"),
    FirstTerm("低保边缘", "低保边缘家庭", "near-dibao"),
    FirstTerm("刚性支出困难", "刚性支出困难家庭", "unavoidable-expense hardship"),
)
"""Codes are the words of the national table, which the rulebook's policies compare with."""

SOURCES = (
    FirstTerm("national_export", "国家系统导出", "export of the national system"),
    FirstTerm("township_list", "乡镇台账", "township list"),
    FirstTerm("bureau_list", "部门名单", "bureau list"),
    FirstTerm("survey", "入户采集", "home visit"),
    FirstTerm("office", "乡镇登记", "entered at the office"),
    FirstTerm("change", "变更", "confirmed change"),
    FirstTerm("bulk", "批量操作", "bulk action"),
    FirstTerm("areas", "区划调整", "change of areas"),
    FirstTerm("withdrawal", "冲销", "withdrawal"),
    FirstTerm("other", "其他", "other"),
)

_SIX = {
    "national": (
        "国务院扶贫办",
        (
            ("扶持对象精准", "whom to help"),
            ("项目安排精准", "which projects"),
            ("资金使用精准", "use of funds"),
            ("措施到户精准", "measures for each household"),
            ("因村派人精准", "whom to send to a village"),
            ("脱贫成效精准", "results"),
        ),
    ),
    "gansu-a": (
        "甘肃（一）",
        (
            ("范围精准", "scope"),
            ("对象精准", "whom to help"),
            ("任务精准", "tasks"),
            ("目标精准", "aims"),
            ("措施精准", "measures"),
            ("责任精准", "responsibility"),
        ),
    ),
    "gansu-b": (
        "甘肃（二）",
        (
            ("对象精准", "whom to help"),
            ("目标精准", "aims"),
            ("内容精准", "contents"),
            ("方式精准", "methods"),
            ("考评精准", "assessment"),
            ("保障精准", "safeguards"),
        ),
    ),
}

LABELS = {
    BATCH: ("五个一批", "five batches"),
    PRECISION: ("六个精准", "six precisions"),
    STATUS: ("身份类别", "kinds of status"),
    SOURCE: ("来源", "sources"),
    "measure_kind": ("帮扶措施类别", "kinds of measures"),
    "poverty_cause": ("致贫原因", "causes of poverty"),
    "risk": ("返贫致贫风险", "risks of falling back"),
    "monitored_kind": ("监测对象类别", "kinds of monitored households"),
    "household_type": ("户类型", "types of households"),
    "programme": ("待遇项目", "programmes"),
    "relation": ("与户主关系", "relations to the head"),
    "sex": ("性别", "sex"),
    "house_grade": ("住房等级", "grades of houses"),
    "resolution_kind": ("风险消除方式", "ways a risk was resolved"),
    "disaster_kind": ("自然灾害子项", "kinds of disasters"),
    "road_kind": ("入户路类型", "kinds of roads"),
    "id_kind": ("证件类型", "kinds of ID"),
    "id_problem": ("证件号码问题", "faults of ID numbers"),
    "political_status": ("政治面貌", "political status"),
    "education": ("文化程度", "education"),
    "school_status": ("在校生状况", "school status"),
    "not_in_school_reason": ("未上学原因", "reasons for not being in school"),
    "health": ("健康状况", "health"),
    "disability_kind": ("残疾类别", "kinds of disability"),
    "disability_grade": ("残疾等级", "grades of disability"),
    "labour_skill": ("劳动技能", "labour capacity"),
    "marriage": ("婚姻状况", "marriage"),
    "declared_dibao": ("低保享受情况", "dibao as recorded"),
    "declared_hardship": ("特困享受情况", "hardship support as recorded"),
    "job_place": ("务工区域", "places of work"),
    "post_kind": ("公益岗位类别", "kinds of welfare posts"),
}
"""What a vocabulary is called on pages; one that is not here is shown by its name."""


def first_versions() -> list[FirstVersion]:
    """All first versions. Codes come from the rulebook of the installation."""
    found = []
    for name, codes in catalogue().codes.items():
        groups = BATCH_OF if name == MEASURE else {}
        terms = tuple(FirstTerm(code, zh, en, groups.get(code, "")) for code, (zh, en) in codes.labels.items())
        found.append(FirstVersion(name, "1", "规则集 / rulebook", terms))
    found.append(FirstVersion(BATCH, "1", "国务院扶贫办", BATCHES))
    found.append(FirstVersion(STATUS, "1", "国家系统与民政", STATUSES))
    found.append(FirstVersion(SOURCE, "1", "帮扶 / Bangfu", SOURCES))
    for version, (issuer, words) in _SIX.items():
        terms = tuple(FirstTerm(str(place), zh, en) for place, (zh, en) in enumerate(words, 1))
        found.append(FirstVersion(PRECISION, version, issuer, terms))
    return found
