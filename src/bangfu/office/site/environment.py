"""Settings from the environment. A wrong value is refused by its name, with what it should be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
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
    "BANGFU_SESSION_HOURS": ("登录满多少小时须重新登录", "hours after which one must log in again in any case"),
    "BANGFU_MAX_SESSIONS": (
        "每人最多同时登录几处，多出时最早的结束",
        "sessions a person may have at once; the oldest ends",
    ),
    "BANGFU_REQUIRE_MFA": (
        "县级角色和管理员是否必须使用两步验证，yes 或 no；正式使用应为 yes",
        "yes where county roles and administrators must use two-step verification; yes in production",
    ),
    "BANGFU_LINK_DAYS": ("设置密码的链接有效几天", "days for which a link to set a password works"),
    "BANGFU_MAIL_URL": (
        "发邮件的服务器 smtp://用户:口令@主机:端口，空白则不发邮件",
        "mail server smtp://user:password@host:port; blank means no mail",
    ),
    "BANGFU_MAIL_FROM": ("发件地址", "sender of mail"),
    "BANGFU_PUBLIC_URL": (
        "群众打开公示的网址，如 https://bangfu.example，印成公示上的二维码；空白则不印",
        "address at which the public reads notices, printed on them as a code; blank prints none",
    ),
    "BANGFU_SMS_GATEWAY": (
        "短信通道：recorder 只记录不发送，http 一般 HTTP 网关，mas 移动云MAS",
        "text messages: recorder keeps and sends nothing, http any HTTP gateway, mas China Mobile's cloud MAS",
    ),
    "BANGFU_SMS_URL": ("短信网关的网址", "address of the gateway"),
    "BANGFU_SMS_ACCOUNT": ("短信网关的账户（移动云MAS 的 apId）", "account at the gateway (apId of the cloud MAS)"),
    "BANGFU_SMS_SECRET_FILE": ("放短信网关密码的文件", "file with the gateway's password"),
    "BANGFU_SMS_COMPANY": ("移动云MAS 的企业名称（ecName）", "ecName of the cloud MAS"),
    "BANGFU_SMS_SIGN": ("移动云MAS 的签名编码（sign）", "sign of the cloud MAS"),
    "BANGFU_SMS_BODY": (
        "一般 HTTP 网关的 JSON 内容，其中 {phone} {text} {id} {account} 被替换",
        "JSON body for the HTTP gateway, in which {phone} {text} {id} {account} are filled in",
    ),
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

    def web_address(self, name: str) -> str:
        """http(s)://host, blank where there is none."""

        def convert(text: str) -> str:
            parts = urlsplit(text)
            if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
                raise ValueError
            return text

        return self.read(name, "", "https://…", convert)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        return self.read(name, default, " | ".join(allowed), lambda text: {a: a for a in allowed}[text])

    def mail(self, name: str) -> dict[str, Any]:
        """Django's settings for a mail URL, nothing where it is blank."""

        def convert(text: str) -> dict[str, Any]:
            if not text:
                return {}
            found: dict[str, Any] = dict(environ.Env.email_url_config(text))
            if not found.get("EMAIL_HOST"):
                raise ValueError
            return {key: value for key, value in found.items() if key.startswith("EMAIL_") and value is not None}

        return self.read(name, "", "smtp://…", convert)

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
