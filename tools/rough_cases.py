"""Cases under rough treatment: processes that work on them are killed at random points; two decide the same one at once.

    python tools/rough_cases.py kill --kills 100
    python tools/rough_cases.py race --rounds 50 [--database-url postgres://…]

A home in a folder of its own (`--home` uses a prepared one). `kill`: a process opens cases, acts in them with files, pays
and closes, moves many at once; it is killed with SIGKILL after a random time. After each kill what an office's worker does at
its start is done (interrupted actions go on, files without a row are set aside), and everything is held against the
events: each case folded again, papers, decisions, files, the chain of the log. `race`: two processes decide one case at
the same moment, as often as asked; one of them must win, the other be told who was quicker.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COUNTY, TOWNSHIP, VILLAGE = "990101", "990101101", "990101101201"
PAPER, HOMES = "3号柜", 400


def setup(home: Path, url: str) -> None:
    """Django over the home."""
    os.environ |= {
        "BANGFU_HOME": str(home),
        "BANGFU_RULEBOOK": str(ROOT / "rulebook" / "demo-county"),
        "DJANGO_SETTINGS_MODULE": "bangfu.office.site.settings",
    }
    if url:
        os.environ["BANGFU_DATABASE_URL"] = url
    import django

    django.setup()


def prepare() -> None:
    """Tables, a village, four people, households; nothing where they are there."""
    from django.db import connection, transaction

    from bangfu.office.accounts import api as accounts
    from bangfu.office.areas import api as areas
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.events import DEMO_LOADED
    from bangfu.office.site.operations import migrate

    if "casework_case" not in connection.introspection.table_names():
        migrate.run(argparse.Namespace(application_role=None))
    if registry.Household.objects.filter(number__startswith="rough-").exists():
        return
    system, start = accounts.system_actor(), date(2026, 1, 1)
    tree = ((COUNTY, "county"), (TOWNSHIP, "township"), (VILLAGE, "village"))
    there = set(areas.Area.objects.values_list("code", flat=True))
    for code, level in tree:
        if code not in there:
            areas.Area.objects.create(code=code, name=code, level=level, parent_code="", valid_from=start)
    people = (
        ("rough-village", "village_cadre", VILLAGE), ("rough-one", "township_office", TOWNSHIP),
        ("rough-two", "township_office", TOWNSHIP),
    )  # fmt: skip
    for name, role, code in people:
        user = accounts.create_user(actor=system, username=name, full_name=name, password="rough-password-2026")
        accounts.grant_role(actor=system, user=user, role=role, area_code=code, starts_on=start)
    origin = registry.Origin(system, "national_export", start, batch="rough")
    with transaction.atomic():
        rows = [{"household_no": f"rough-{n:05d}", "region_code": VILLAGE, "head_name": "赵大"} for n in range(HOMES)]
        _found, entries = registry.add_households(rows, origin)
        audit.record_bulk(system, DEMO_LOADED, audit.Subject("batch", "rough"), "rough", entries)


def actor(name: str) -> Any:
    """Somebody at work."""
    from django.utils import timezone

    from bangfu.office.accounts.api import User, actor_of

    return actor_of(User.objects.get(username=name), timezone.localdate())


def picture(dice: random.Random) -> Any:
    """A file that is another one every time."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + dice.randbytes(20_000), "image/png")


# -- one at a time ---------------------------------------------------------------------------------------------------


class Worker:
    """Does what an office does, at random, without end."""

    def __init__(self, seed: int, told: Callable[[], None]) -> None:
        self.dice, self.told = random.Random(seed), told
        self.village, self.one = actor("rough-village"), actor("rough-one")

    def run(self) -> None:
        """Until somebody ends it."""
        while True:
            try:
                self.dice.choice((self.open, self.act, self.act, self.act, self.act, self.many, self.many_opened))()
            except Exception as error:
                if type(error).__name__ not in ("Invalid", "AlreadyOpen"):
                    raise
            self.told()

    def _home(self) -> str:
        return f"rough-{self.dice.randrange(HOMES):05d}"

    def open(self) -> None:
        """A case of urgent help."""
        from bangfu.office.casework.api import open_case

        open_case(actor=self.village, household=self._home(), procedure="temporary_assistance_emergency")

    def act(self) -> None:
        """The next step of some case of urgent help, with a photo; the second is a decision."""
        from bangfu.office.casework.api import Case

        found = Case.objects.filter(running=True, procedure="temporary_assistance_emergency").order_by("?").first()
        if found is None:
            self.open()
            return
        step_on(found, self.village, self.one, self.dice)

    def many(self) -> None:
        """All cases of dibao that wait for their application are applied for, in small chunks."""
        from django.utils import timezone

        from bangfu.office.casework.api import Case
        from bangfu.office.casework.bulk import moving, running
        from bangfu.office.casework.moves import Move

        running.CHUNK = 4
        cases = list(Case.objects.filter(running=True, procedure="dibao", version=1)[:20])
        things = {name: moving.Same(paper=PAPER, dated=timezone.localdate()) for name in ("application", "promise")}
        if not cases:
            return
        together = moving.Together(cases[0].definition_id, "apply", Move("step_done", "apply", "filed"), things)
        action = running.begin(actor=self.village, sort="move", items=moving.items_of(cases), content={})
        running.move(actor=self.village, action=action, together=together, note="")
        running.confirm(actor=self.village, action=action)

    def many_opened(self) -> None:
        """A dozen cases of dibao."""
        from bangfu.office.casework.api import open_case

        for _ in range(6):
            open_case(actor=self.village, household=self._home(), procedure="dibao")


def step_on(case: Any, village: Any, one: Any, dice: random.Random) -> None:
    """One step of urgent help."""
    from bangfu.office.casework.api import Brought, Move, act

    def brought(**values: Any) -> Any:
        from django.utils import timezone

        return Brought(picture(dice), dated=timezone.localdate(), values=values)

    steps: dict[int, Any] = {
        1: (village, Move("step_done", "report", "urgent", things={"report": brought()})),
        2: (village, Move("step_done", "look", "emergency", things={"scene": brought(count=1)})),
        3: (one, paying(brought())),
        4: (village, Move("step_done", "relief", "over", things={"relieved": brought(count=1)})),
    }
    who, move = steps.get(case.version, (None, None))
    if move is not None:
        act(actor=who, case=case.pk, move=move, expected=case.version)


def paying(payment: Any) -> Any:
    """The decision to pay first."""
    from bangfu.office.casework.api import Brought, Move

    decision = Brought(values={"amount_fen": 200_000, "start_month": "2026-11"})
    things = {"pay_decision": decision, "payment": payment}
    return Move("step_done", "pay", "paid", things=things, verdicts={"within_township_limit": "yes"})


def wrong() -> list[str]:
    """What does not fit in the whole home, after what a worker does when it starts."""
    from bangfu.office.audit.api import verify
    from bangfu.office.casework.api import Case
    from bangfu.office.casework.bulk import running
    from bangfu.office.casework.bulk.rows import BUSY, BulkAction
    from bangfu.office.casework.checking import files_without_a_row, problems
    from bangfu.office.registry import api as registry

    found = list(problems(Case.objects.all()))  # before anything goes on: a kill leaves no half step
    for action in BulkAction.objects.filter(state__in=BUSY):
        running.carry_on(action.pk)
    registry.set_aside(timedelta(0))
    found += list(problems(Case.objects.all()))
    found += [f"{name}: a file without a row" for name in files_without_a_row()]
    if BulkAction.objects.filter(items__answer="would", state="done").exists():
        found.append("an action that ended has left something undone")
    chain = verify()
    return found if chain.good else [*found, f"the log: {chain}"]


def killed_once(seed: int, longest: float) -> int:
    """Starts a worker, kills it at a random point; how many things it had done."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            _everywhere(lambda: Worker(seed, lambda: os.write(writing, b".")).run())
        except BaseException as error:
            print(f"the worker failed: {type(error).__name__}: {error}", file=sys.stderr)
        os._exit(3)
    os.close(writing)
    os.read(reading, 1)  # it is at work
    time.sleep(random.Random(seed).uniform(0, longest))
    os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit("the worker ended by itself")
    done = 1
    while part := os.read(reading, 4096):
        done += len(part)
    os.close(reading)
    return done


def _everywhere(work: Callable[[], Any]) -> Any:
    from bangfu.office.areas.api import everywhere

    with everywhere():
        return work()


def kill(kills: int, longest: float, seed: int) -> int:
    """Kill so many times; 1 where something did not fit."""
    done = 0
    for number in range(kills):
        done += killed_once(seed + number, longest)
        found = _everywhere(wrong)
        print(f"\rkill {number + 1}: {done} things done, {len(found)} wrong ", end="", file=sys.stderr)
        if found:
            print("\n" + "\n".join(found[:20]))
            return 1
    print(file=sys.stderr)
    told = _everywhere(_sizes)
    print(f"{kills} kills, {done} things done before them, nothing wrong after any: {json.dumps(told)}")
    return 0


def _sizes() -> dict[str, int]:
    from bangfu.office.audit.api import Entry
    from bangfu.office.casework.bulk.rows import BulkAction
    from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, Determination

    models = {"cases": Case, "events": CaseEvent, "papers": CaseDocument, "decisions": Determination}
    return {**{name: m.objects.count() for name, m in models.items()}, "bulk actions": BulkAction.objects.count(),
            "rows of the log": Entry.objects.count()}  # fmt: skip


# -- two at once -----------------------------------------------------------------------------------------------------


def race(rounds: int, seed: int) -> int:
    """Two processes decide one case, so often; 1 where not exactly one of them did."""
    ends: Counter[str] = Counter()
    for number in range(rounds):
        pk = _everywhere(lambda number=number: ready_to_pay(number, seed))
        said = at_once(pk)
        wins = [who for who, text in said.items() if text == "done"]
        lost = next((text for text in said.values() if text != "done"), "")
        if len(wins) != 1 or not lost.startswith(f"{wins[0]} 刚在 "):
            print(f"round {number}: {said}")
            return 1
        ends[wins[0]] += 1
        found = _everywhere(wrong)
        if found:
            print("\n".join(found[:20]))
            return 1
    print(f"{rounds} rounds, one decided in each and the other was told: {dict(ends)}")
    return 0


def ready_to_pay(number: int, seed: int) -> int:
    """A case of urgent help that waits for the decision."""
    from bangfu.office.casework.api import Case, open_case

    dice, village = random.Random(seed + number), actor("rough-village")
    made = open_case(actor=village, household=f"rough-{number:05d}", procedure="temporary_assistance_emergency")
    for _ in range(2):
        step_on(Case.objects.get(pk=made.pk), village, village, dice)
    return int(made.pk)


def at_once(pk: int) -> dict[str, str]:
    """What each of two is told who decide the case at the same moment: `done`, or why not."""
    from django.db import connections

    connections.close_all()
    children, start = {}, time.monotonic() + 0.25
    for name in ("rough-one", "rough-two"):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.write(writing, _everywhere(lambda name=name: _paid(name, pk, start)).encode())
            os._exit(0)
        os.close(writing)
        children[name] = (pid, reading)
    said = {}
    for name, (pid, reading) in children.items():
        with os.fdopen(reading, "rb") as file:
            said[name] = file.read().decode()
        os.waitpid(pid, 0)
    return said


def _paid(name: str, pk: int, start: float) -> str:
    from django.utils import timezone

    from bangfu.office.casework.api import Brought, act
    from bangfu.office.pages.refusals import Invalid

    try:
        who, move = actor(name), paying(Brought(paper=PAPER, dated=timezone.localdate()))
        time.sleep(max(0.0, start - time.monotonic()))
        act(actor=who, case=pk, move=move, expected=3)
    except Invalid as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def main() -> int:
    """Kill or race."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kill", "race"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=1.0, help="longest time before a kill, in seconds")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bangfu-rough-") as folder:
        setup(options.home or Path(folder), options.database_url)
        _everywhere(prepare)
        if options.what == "kill":
            return kill(options.kills, options.longest, options.seed)
        return race(min(options.rounds, HOMES), options.seed)


if __name__ == "__main__":
    sys.exit(main())
