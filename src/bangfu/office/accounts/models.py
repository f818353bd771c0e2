"""Users and the roles that they hold in areas and bureaus."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from bangfu.office.accounts.roles import BUREAUS, ROLES
from bangfu.office.privacy.api import PersonalData


def new_user_key() -> str:
    """A stable name for the log, never reused."""
    return uuid.uuid4().hex


class UserManager(BaseUserManager["User"]):
    """Creates users; who may do so is `actions.invite`'s business."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A saved user, without a usable password where none is given."""
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works here. Never deleted: what they did stays theirs; an account is closed instead."""

    key = models.CharField("标识", max_length=64, unique=True, default=new_user_key)
    username = models.CharField("用户名", max_length=40, unique=True)
    full_name = models.CharField("姓名", max_length=60)
    email = models.EmailField("电子邮箱", blank=True)
    area_code = models.CharField("所属区划", max_length=12, blank=True, help_text="由谁管理这个账户")
    language = models.CharField(
        "语言", max_length=10, default="zh-hans", choices=(("zh-hans", "中文"), ("en", "English"))
    )
    is_active = models.BooleanField("可登录", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"full_name": "name of an official", "email": "work address", "username": "account name"},
        erased_by="closing the account; name and address are kept with what the person did",
        kept="as long as the audit log",
    )

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name that pages show."""
        return self.full_name

    def get_short_name(self) -> str:
        """Likewise."""
        return self.full_name

    @property
    def state(self) -> str:
        """`closed`, `invited` (no password yet) or `open`."""
        if not self.is_active:
            return "closed"
        return "open" if self.has_usable_password() else "invited"


class Assignment(models.Model):
    """A role held by a user in an area (and, for a bureau's officer, for a bureau) from one day to another.

    `ends_on` is the first day no more; one that equals `starts_on` never came into force.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name="用户")
    role = models.CharField("角色", max_length=30, choices=[(code, code) for code in ROLES])
    area_code = models.CharField("区划代码", max_length=12)
    bureau = models.CharField("部门", max_length=30, blank=True, choices=[(code, code) for code in BUREAUS])
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True, help_text="不再担任的第一天")
    granted_by = models.CharField("授予人", max_length=64)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"user": "which official held which duty"},
        erased_by="never; an office is a public matter",
        kept="as long as the audit log",
    )

    class Meta:
        verbose_name = "任职"
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="accounts_assignment_dates"
            ),
        )
        indexes = (models.Index(fields=("user", "ends_on"), name="accounts_assignment_user"),)

    def __str__(self) -> str:
        return f"{self.role}@{self.area_code}"


class AccessLink(models.Model):
    """A link by which somebody sets their own password: once, for some days. Only a hash of its secret is kept."""

    KINDS = (("invite", "邀请"), ("reset", "重设密码"))

    user = models.ForeignKey(User, models.PROTECT, related_name="links", verbose_name="用户")
    kind = models.CharField("类别", max_length=8, choices=KINDS)
    secret_hash = models.CharField("密文摘要", max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.CharField("建立人", max_length=64)
    expires_at = models.DateTimeField("失效时间")
    ended_at = models.DateTimeField("使用或作废时间", null=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"user": "which official was invited"}, erased_by="never", kept="as long as the audit log"
    )

    class Meta:
        verbose_name = "设置密码的链接"

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"

    @staticmethod
    def hash_of(secret: str) -> str:
        """What is kept of a secret."""
        return hashlib.sha256(secret.encode()).hexdigest()


class Session(AbstractBaseSession):
    """A browser in which somebody is logged in; Django's session with who, since when, last seen, and from where."""

    user_id = models.BigIntegerField("用户", null=True, db_index=True)
    started_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近活动", null=True)
    address = models.CharField("地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    personal_data: ClassVar[PersonalData] = PersonalData(
        fields={"address": "network address of an official's browser", "agent": "its kind"},
        erased_by="logging out, or the end of the session",
        kept="while somebody is logged in",
    )

    class Meta:
        verbose_name = "会话"

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """A name for pages, from which the session's key cannot be told."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:20]

    @property
    def device(self) -> str:
        """The browser and the machine, as people call them; empty where they cannot be told."""
        found = [next((name for mark, name in marks if mark in self.agent), "") for marks in (_BROWSERS, _MACHINES)]
        return " · ".join(name for name in found if name)

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes these rows."""
        from bangfu.office.accounts.sessions import SessionStore

        return SessionStore


_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
