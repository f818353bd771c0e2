"""Ways to send a text message. Each says whether it went, and if not, whether to try again; none writes a number or a secret."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

SECONDS = 10
_MOST = 20_000


@dataclass(frozen=True)
class Receipt:
    """What became of a message: `sent`, `recorded`, `failed` for good, `again` later, or `unclear` (it may have gone)."""

    outcome: str
    number: str = ""
    error: str = ""


class Gateway(Protocol):
    """A way to send. `name` is kept with the message."""

    name: str

    def send(self, phone: str, text: str, reference: str) -> Receipt:
        """One message; `reference` is ours and the same at every try. Never raises for what a gateway or a network does."""


class GatewayError(RuntimeError):
    """The gateway is not set up; the text says which setting."""


class Recorder:
    """Sends nothing: for trials. What would have been sent is on the page of messages."""

    name = "recorder"

    def send(self, phone: str, text: str, reference: str) -> Receipt:
        """Recorded."""
        return Receipt("recorded")


Post = Callable[[str, bytes, dict[str, str]], tuple[int, bytes]]
"""URL, body, headers to status and answer. Raises OSError where the network fails."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that sends one elsewhere would take numbers and the secret along."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Over HTTP, by the standard library; no redirect is followed."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read(_MOST)
    except urllib.error.HTTPError as error:
        return error.code, error.read(_MOST)


def _asked(send: Post, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any] | Receipt:
    """Status and the JSON of the answer, or what became of it."""
    try:
        status, content = send(url, body, headers)
    except urllib.error.URLError as error:
        timed_out = isinstance(error.reason, TimeoutError)
        return Receipt("unclear", error="timeout") if timed_out else Receipt("again", error="no connection")
    except TimeoutError:
        return Receipt("unclear", error="timeout")  # it may have been taken: sent again, a household would get it twice
    except OSError:
        return Receipt("unclear", error="connection lost")
    if status >= 500 or status == 429:
        return Receipt("again", error=f"http {status}")
    if status >= 300:
        return Receipt("failed", error=f"http {status}")
    try:
        return status, json.loads(content.decode("utf-8", "replace") or "{}")
    except ValueError:
        return status, {}


class HttpGateway:
    """Any gateway that takes a JSON body: the setting BANGFU_SMS_BODY says which, the secret goes as a bearer token."""

    name = "http"

    def __init__(self, url: str, account: str, secret: str, body: str, send: Post = post) -> None:
        try:
            self._body = json.loads(body)
        except ValueError:
            raise GatewayError("BANGFU_SMS_BODY: 应为 JSON / expected JSON") from None
        self._url, self._account, self._secret, self._send = url, account, secret, send

    def send(self, phone: str, text: str, reference: str) -> Receipt:
        """One message; a status of 2xx is taken as sent."""
        words = {"phone": phone, "text": text, "id": reference, "account": self._account}
        body = json.dumps(_filled(self._body, words), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        found = _asked(self._send, self._url, body, headers)
        if isinstance(found, Receipt):
            return found
        answer = found[1] if isinstance(found[1], dict) else {}
        number = next((str(answer[key]) for key in ("id", "msgId", "message_id") if key in answer), "")
        return Receipt("sent", number[:80])


def _filled(value: Any, words: dict[str, str]) -> Any:
    """The body with its places filled, as values: nothing of a text can become JSON."""
    if isinstance(value, dict):
        return {key: _filled(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    if isinstance(value, str):
        for name, word in words.items():
            if value == "{" + name + "}":
                return word
    return value


class MasGateway:
    """移动云MAS, `norsubmit` over HTTP: base64 of a JSON body, with an MD5 over its fields and the secret.

    Written from public descriptions and clients of the protocol; not tried against the real gateway.
    """

    name = "mas"
    AGAIN = frozenset({"SystemError", "SystemBusy", "FlowControl"})
    """Answers after which another try makes sense; every other refusal is for good."""

    def __init__(self, url: str, account: str, secret: str, company: str, sign: str, send: Post = post) -> None:
        self._url, self._account, self._secret = url, account, secret
        self._company, self._sign, self._send = company, sign, send

    def body(self, phone: str, text: str) -> bytes:
        """The request's body. The secret is in the checksum only."""
        fields = {
            "ecName": self._company, "apId": self._account, "mobiles": phone, "content": text, "sign": self._sign,
            "addSerial": "",
        }  # fmt: skip
        joined = "".join((self._company, self._account, self._secret, phone, text, self._sign, ""))
        fields["mac"] = hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()
        return base64.b64encode(json.dumps(fields, ensure_ascii=False).encode())

    def send(self, phone: str, text: str, reference: str) -> Receipt:
        """One message."""
        found = _asked(self._send, self._url, self.body(phone, text), {"Content-Type": "application/json"})
        if isinstance(found, Receipt):
            return found
        answer = found[1] if isinstance(found[1], dict) else {}
        if answer.get("success") is True or answer.get("rspcod") == "success":
            return Receipt("sent", str(answer.get("msgGroup", ""))[:80])
        code = str(answer.get("rspcod", "")) or "no answer"
        code = "".join(sign for sign in code if sign.isalnum() or sign in " _-")[:40]
        return Receipt("again" if code in self.AGAIN or code == "no answer" else "failed", error=code)


def gateway() -> Gateway:
    """The one that is set up. Raises GatewayError naming the setting that is missing."""
    kind = settings.BANGFU_SMS_GATEWAY
    if kind == "recorder":
        return Recorder()
    needed = ["BANGFU_SMS_URL"]
    if kind == "mas":
        needed += ["BANGFU_SMS_ACCOUNT", "BANGFU_SMS_SECRET_FILE", "BANGFU_SMS_COMPANY", "BANGFU_SMS_SIGN"]
    missing = [name for name in needed if not getattr(settings, name)]
    if missing:
        raise GatewayError(f"{missing[0]}: 短信通道 {kind} 需要它 / needed by the gateway {kind}")
    url, account, secret = settings.BANGFU_SMS_URL, settings.BANGFU_SMS_ACCOUNT, _secret()
    if kind == "http":
        return HttpGateway(url, account, secret, settings.BANGFU_SMS_BODY)
    return MasGateway(url, account, secret, settings.BANGFU_SMS_COMPANY, settings.BANGFU_SMS_SIGN)


def _secret() -> str:
    path = settings.BANGFU_SMS_SECRET_FILE
    if not path:
        return ""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except OSError:
        raise GatewayError("BANGFU_SMS_SECRET_FILE: 读不到这个文件 / the file cannot be read") from None
