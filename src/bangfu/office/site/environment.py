"""Settings from the environment. A wrong value is refused by its name, with what it should be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

SETTINGS: dict[str, tuple[str, str]] = {
    "BANGFU_HOME": ("数据目录，放数据库、密钥、上传的文件", "folder of the database, the keys and uploaded files"),
    "BANGFU_DATABASE_URL": (
        "数据库，sqlite:///路径 或 postgres://用户:口令@主机/库",
        "sqlite:///path or postgres://user:password@host/name",
    ),
    "BANGFU_STATEMENT_SECONDS": (
        "PostgreSQL：页面的一条查询最多几秒，0 不限",
        "PostgreSQL: seconds after which a page's query is cut off, 0 for never",
    ),
    "BANGFU_KEYS_FILE": ("密钥文件", "file with the keys of personal data"),
    "BANGFU_SECRET_KEY_FILE": ("会话密钥文件", "file with the key that signs sessions"),
    "BANGFU_HOSTS": ("允许的主机名，逗号分隔", "host names, separated by commas"),
    "BANGFU_HTTPS": ("是否经 HTTPS 访问，yes 或 no", "yes where people come over HTTPS, else no"),
    "BANGFU_TIME_ZONE": ("时区", "time zone"),
    "BANGFU_LANGUAGE": ("默认语言，zh-hans 或 en", "default language, zh-hans or en"),
    "BANGFU_RULEBOOK": ("规则集目录", "folder of the rulebook"),
    "BANGFU_DEBUG": ("显示内部错误，仅供开发，yes 或 no", "show internal errors, for developers only"),
    "BANGFU_SESSION_MINUTES": ("多少分钟不操作须重新登录", "minutes without a click after which one must log in again"),
    "BANGFU_MAX_UPLOAD_MB": ("上传文件的最大 MB 数", "largest upload in MB"),
}
"""Every setting: what it is, in Chinese and English. The documents are compared with this table."""
_YES, _NO = {"yes", "true", "1", "on"}, {"no", "false", "0", "off"}


class Environment:
    """Reads settings and says by name what is wrong with one."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def read(self, name: str, default: str, expected: str, convert: Callable[[str], T]) -> T:
        """A setting's value. Raises ImproperlyConfigured with its name, its value and what was expected."""
        if name not in SETTINGS:
            raise KeyError(name)
        text = self.values.get(name, "").strip() or default
        try:
            return convert(text)
        except (ValueError, KeyError, ZoneInfoNotFoundError, ImproperlyConfigured):
            raise ImproperlyConfigured(f"{name}={text!r}: 应为 {expected} / expected {expected}") from None

    def text(self, name: str, default: str = "") -> str:
        """As it stands."""
        return self.read(name, default, "", str)

    def yes(self, name: str, default: str) -> bool:
        """yes or no."""
        return self.read(name, default, "yes | no", _yes)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number in a range."""

        def convert(text: str) -> int:
            number = int(text)
            if not low <= number <= high:
                raise ValueError
            return number

        return self.read(name, str(default), f"{low} – {high}", convert)

    def path(self, name: str, default: Path) -> Path:
        """An absolute path."""
        return Path(self.text(name, str(default))).expanduser().resolve()

    def zone(self, name: str, default: str) -> str:
        """A time zone that this machine knows."""
        return self.read(name, default, "Asia/Shanghai …", lambda text: ZoneInfo(text).key)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        return self.read(name, default, " | ".join(allowed), lambda text: {a: a for a in allowed}[text])

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's dictionary for a database URL of SQLite or PostgreSQL."""

        def convert(text: str) -> dict[str, Any]:
            found: dict[str, Any] = dict(environ.Env.db_url_config(text))
            if found.get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
                raise ValueError
            if found.get("HOST"):
                found["HOST"] = unquote(found["HOST"])  # %2Frun%2Fpostgresql: a socket's folder
            return found

        return self.read(name, default, "sqlite:///… | postgres://…", convert)


def _yes(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES
