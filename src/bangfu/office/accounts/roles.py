"""The roles of `domain/users.md`, what each may do, and which duties one person may not hold together.

One table: pages, tests and documents read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PERMISSIONS = {
    "home.view": _("首页"),
    "areas.view": _("查看行政区划"),
    "areas.manage": _("维护行政区划"),
    "accounts.manage": _("管理账户和角色"),
    "accounts.handover": _("交接工作"),
    "registry.view": _("查看户和人"),
    "registry.unmask": _("按目的查看完整个人信息"),
    "registry.propose": _("提出变更"),
    "registry.confirm": _("确认变更"),
    "registry.bulk": _("批量操作"),
    "registry.erase": _("删除个人资料"),
    "registry.vocabulary": _("维护代码表"),
    "windows.manage": _("开关窗口期"),
    "imports.upload": _("上传并检查文件"),
    "imports.commit": _("确认导入"),
    "imports.withdraw": _("撤回一批导入"),
    "runs.view": _("查看月度比对结果"),
    "runs.start": _("启动月度比对"),
    "cases.view": _("查看个案"),
    "cases.act": _("办理个案"),
    "cases.decide": _("对个案作出决定"),
    "means.view": _("查看核对报告"),
    "means.report": _("出具核对报告"),
    "cases.bureau": _("办理本部门的个案步骤"),
    "reports.handle": _("处理自主申报"),
    "grievance.view": _("查看信访投诉"),
    "grievance.handle": _("办理信访投诉"),
    "export": _("导出"),
    "audit.view": _("查看审计日志"),
}
"""Everything that can be allowed, with its label."""
ABOUT_HOUSEHOLDS = frozenset(
    name for name in PERMISSIONS if name.split(".")[0] in ("registry", "imports", "runs", "cases", "means")
)
"""Permissions whose holder works with households; the database shows nobody else a household."""


@dataclass(frozen=True)
class Role:
    """A role: where it can be held, what it allows, what it may not be combined with."""

    code: str
    label: object
    levels: tuple[str, ...]
    permissions: frozenset[str]
    incompatible: frozenset[str] = frozenset()
    by_bureau: bool = False


_READ = {"home.view", "areas.view", "registry.view"}
_CASES = {"cases.view", "cases.act"}
_FIELD = _READ | _CASES | {"registry.propose", "runs.view", "registry.unmask"}
_OFFICE = _FIELD | {
    "registry.confirm",
    "registry.bulk",
    "imports.upload",
    "imports.commit",
    "cases.decide",
    "means.view",
    "means.report",
    "reports.handle",
    "grievance.view",
    "grievance.handle",
    "export",
    "accounts.handover",
}
_COUNTY = _OFFICE | {
    "registry.erase",
    "imports.withdraw",
    "runs.start",
    "windows.manage",
    "registry.vocabulary",
    "areas.manage",
}

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("village_cadre", _("村级信息员"), ("village",), frozenset(_FIELD)),
        Role("first_secretary", _("第一书记"), ("village",), frozenset(_FIELD)),
        Role(
            "case_officer", _("帮扶责任人"), ("village", "township"), frozenset(_READ | _CASES | {"registry.propose"})
        ),
        Role(
            "township_office", _("乡镇经办"), ("township",), frozenset(_OFFICE), frozenset({"auditor", "administrator"})
        ),
        Role(
            "county_civil_affairs",
            _("县民政局"),
            ("county",),
            frozenset(_COUNTY),
            frozenset({"auditor", "administrator"}),
        ),
        Role(
            "county_agriculture",
            _("县农业农村局"),
            ("county",),
            frozenset(_COUNTY),
            frozenset({"auditor", "administrator"}),
        ),
        Role(
            "bureau_officer",
            _("其他部门"),
            ("county",),
            frozenset({"home.view", "areas.view", "imports.upload", "cases.bureau"}),
            by_bureau=True,
        ),
        Role(
            "leader",
            _("领导"),
            ("county", "township"),
            frozenset(
                {"home.view", "areas.view", "registry.view", "runs.view", "means.view"}
                | {"cases.view", "cases.act", "cases.decide", "grievance.view", "grievance.handle"}
            ),
        ),
        Role(
            "auditor",
            _("审计人员"),
            ("county",),
            frozenset(
                _READ
                | {"registry.unmask", "runs.view", "cases.view", "means.view", "grievance.view", "export", "audit.view"}
            ),
            frozenset(
                {"township_office", "county_civil_affairs", "county_agriculture", "administrator", "village_cadre"}
            ),
        ),
        Role(
            "administrator",
            _("系统管理员"),
            ("county", "province", "city"),
            frozenset({"home.view", "areas.view", "areas.manage", "accounts.manage", "accounts.handover"}),
            frozenset({"township_office", "county_civil_affairs", "county_agriculture", "auditor"}),
        ),
    )
}
"""All roles by code. An administrator manages accounts and sees no household; an auditor reads and writes nothing."""

BUREAUS = {
    "civil_affairs": _("民政局"),
    "agriculture": _("农业农村局"),
    "medical_insurance": _("医疗保障局"),
    "health": _("卫生健康局"),
    "education": _("教育局"),
    "housing": _("住房和城乡建设局"),
    "water": _("水利局"),
    "social_security": _("人力资源和社会保障局"),
    "disabled_federation": _("残疾人联合会"),
    "police": _("公安局"),
    "market_regulation": _("市场监督管理局"),
    "finance": _("财政局"),
    "transport": _("交通运输局"),
    "trade_union": _("总工会"),
}
"""Bureaus whose officers bring files."""
