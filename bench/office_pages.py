"""Pages on a registry of a million persons under load: a real server, real logins, concurrent users.

    python bench/office_pages.py --persons 1000000 --users 10

Prints for each kind of page how many answers, p50, p95 and the slowest, in milliseconds, as the browser sees them.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import office_registry as registry

WANTED = 200.0
USERS = ("civil", "township", "village", "leader", "auditor", "agri")


class Browser:
    """One user with cookies and one connection that is kept."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, float]:
        """Status, text, milliseconds."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "zh-CN"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        took = (time.perf_counter() - started) * 1000
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, text, took

    def log_in(self, user: str) -> None:
        """As a person does."""
        _, text, _ = self.ask("GET", "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert token is not None
        form = urlencode({"csrfmiddlewaretoken": token[1], "login": user, "password": registry.PASSWORD})
        status, _, _ = self.ask("POST", "/accounts/login/", form)
        assert status == 302, f"{user} cannot log in: {status}"


def kinds(dice: random.Random, sample: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """What users ask for, for ever: kind of page and address."""
    from pypinyin import Style, lazy_pinyin

    while True:
        number, name, phone = dice.choice(sample)
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
        yield "home", "/"
        yield "list", "/households/"
        yield "list, monitored", "/households/?monitored=any"
        yield "list, by income", "/households/?sort=income"
        yield "list of persons", "/persons/"
        yield "changes", "/changes/"
        yield "areas", "/areas/"
        yield "imports", "/imports/"
        yield "log", "/audit/"
        yield "household", f"/households/{number}/"
        yield "search by name", f"/search/?q={quote(name)}"
        yield "search by surname", f"/search/?q={quote(name[0])}"
        yield "search by initials", f"/search/?q={initials}"
        yield "search by pinyin", f"/search/?q={''.join(lazy_pinyin(name))}"
        yield "search by phone", f"/search/?q={phone}"
        yield "search by number", f"/search/?q={number[:16]}"


def samples(home: Path, count: int) -> list[tuple[str, str, str]]:
    """Household numbers, heads and telephones, drawn from the generator."""
    del home
    found = []
    for place, (house, _members) in enumerate(registry.households(PERSONS)):
        if place % 97 == 0:
            found.append((house["household_no"], house["head_name"], house["phone"]))
        if len(found) == count:
            break
    return found


PERSONS = 0


def load(port: int, users: int, seconds: float, sample: list[tuple[str, str, str]]) -> dict[str, list[float]]:
    """Concurrent users for some seconds; times by kind."""
    times: dict[str, list[float]] = {}
    wrong: list[str] = []
    lock = threading.Lock()
    until = time.monotonic() + seconds

    def work(place: int) -> None:
        dice = random.Random(place)
        browser = Browser(port)
        browser.log_in(USERS[place % len(USERS)])
        for kind, path in kinds(dice, sample):
            if time.monotonic() > until:
                return
            status, _, took = browser.ask("GET", path)
            with lock:
                if status not in (200, 403, 404) or (status == 404 and USERS[place % len(USERS)] in ("civil", "agri")):
                    wrong.append(f"{status} {path}")
                times.setdefault(kind, []).append(took)
            time.sleep(dice.uniform(0.0, THINK))

    threads = [threading.Thread(target=guarded(work, wrong), args=(place,)) for place in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        print(f"{len(wrong)} wrong answers, first: {wrong[0]}", file=sys.stderr)
    return times


def guarded(work: Callable[[int], None], wrong: list[str]) -> Callable[[int], None]:
    """A thread's failure is told, not lost."""

    def run(place: int) -> None:
        try:
            work(place)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")

    return run


THINK = 0.0


def main() -> int:
    """Serve, load, print a table; 1 where a page is slower than wanted."""
    global PERSONS, THINK
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=0.5, help="longest pause of a user between pages, in seconds")
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    PERSONS, THINK = options.persons, options.think
    return serve_and_load(options.persons, options.users, options.seconds, options.database_url)


def serve_and_load(persons: int, users: int, seconds: float, database_url: str) -> int:
    """Serve the home of that size, load it, print a table; 1 where a page is slower than wanted."""
    home = registry.prepared(persons, database_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from bangfu.entry import entry; entry()",
        "web",
        "--port",
        str(port),
        "--threads",
        "8",
    ]
    server = subprocess.Popen(command)
    try:
        for _ in range(100):
            time.sleep(0.2)
            try:
                if Browser(port).ask("GET", "/health/")[0] == 200:
                    break
            except OSError:
                continue
        sample = samples(home, 2000)
        load(port, users, 3, sample)  # warm
        times = load(port, users, seconds, sample)
    finally:
        server.terminate()
        server.wait()
    print(f"{persons:,} persons, {users} users, {'PostgreSQL' if database_url else 'SQLite'}\n")
    print("| page | answers | p50, ms | p95, ms | slowest, ms |\n|---|---|---|---|---|")
    for kind, found in sorted(times.items()):
        print(f"| {kind} | {len(found)} | {statistics.median(found):.0f} | {p95(found):.0f} | {max(found):.0f} |")
    everything = [took for found in times.values() for took in found]
    print(
        f"| all | {len(everything)} | {statistics.median(everything):.0f} | {p95(everything):.0f} | {max(everything):.0f} |"
    )
    return 0 if max(p95(found) for found in times.values()) <= WANTED else 1


def p95(found: list[float]) -> float:
    """The 95th percentile."""
    return sorted(found)[min(len(found) - 1, int(len(found) * 0.95))]


if __name__ == "__main__":
    sys.exit(main())
