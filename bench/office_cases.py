"""Many cases: a county's cases written through bulk functions, 10,000 moved by one bulk action, every page of cases timed.

    python bench/office_cases.py fill --persons 60000 --cases 20000
    python bench/office_cases.py move --persons 60000 --count 10000
    python bench/office_cases.py pages --persons 60000 --users 4

The registry is that of bench/office_registry.py; its home is kept in `bench/.data/office-N` and used again. `fill` draws
cases of dibao, its review and monitoring at every stage over the last fourteen months, two thirds of them closed; every event goes
through the engine. `move` opens cases, applies for them and moves them all from application to acceptance by one action, as
`bangfu worker` does: engine, events, open steps, papers, log. `pages` serves the home and asks for every page of cases as the browser
does.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import office_registry as registry

CHUNK = 2000
NO = {"near_relative": "no", "reported": "no"}
PAPER = "3号柜"


def setup(persons: int, url: str) -> Path:
    """Django, over a registry of that size."""
    home = registry.prepared(persons, url)
    registry.settings(home, url)
    import django

    django.setup()
    return home


# -- filling ---------------------------------------------------------------------------------------------------------


class Scribe:
    """Writes cases with their history: each event is accepted by the engine, all rows of a chunk are written at once."""

    def __init__(self, seed: int) -> None:
        from bangfu.core.api import procedures as p
        from bangfu.office.accounts.api import User
        from bangfu.office.casework import engine

        self.p, self.engine, self.dice = p, engine, random.Random(seed)
        self.days, self.known = engine.calendar(), engine.current()
        self.people = {user.username: user for user in User.objects.all()}
        self.now = datetime.now(UTC)
        self.rows: dict[str, list[Any]] = {name: [] for name in ("events", "steps", "passed", "papers")}

    def actor(self, who: str, role: str, area: str) -> Any:
        """A person of the demo in a role that covers the case."""
        return self.p.Actor(self.people[who].key, role, area)

    def papers(self, case: Any, names: list[str], at: datetime, **values: dict[str, Any]) -> tuple[Any, ...]:
        """Papers in a cupboard; their rows get keys in the order in which they are made."""
        from bangfu.office.casework.models import CaseDocument

        found = []
        for name in names:
            self.next_paper += 1
            day = self.days.day(at)
            row = CaseDocument(
                pk=self.next_paper, case=case, thing=name, paper=PAPER, dated=day, added_by="bench", added_at=at
            )
            self.rows["papers"].append(row)
            found.append(
                self.p.Thing(
                    name,
                    f"doc:{row.pk}",
                    day,
                    {**values.get(name, {}), **({"proof": f"doc:{row.pk}"} if name.endswith("notice") else {})},
                )
            )
        return tuple(found)

    next_paper = 0

    def write(self, case: Any, procedure: Any, story: list[Any]) -> None:
        """A case and what happened in it, as far as the engine and today allow."""
        from bangfu.office.casework.bulk.opening import event_row

        p, state, found = self.p, None, None
        for tell in story:
            event = tell(case)
            if event is None or event.at > self.now:
                break
            after = (
                p.open_case(procedure, event, self.days)
                if state is None
                else p.apply(procedure, state, event, self.days)
            )
            if isinstance(after, p.Refusal):
                raise SystemExit(f"{procedure.id}: {after}")
            state = after
            self.rows["events"].append(event_row(case, event, state, "某人", ""))
            found = self.engine.projected(case, procedure, state, event, event.at, {})
            self.rows["passed"] += found.passed
        assert found is not None
        self.rows["steps"] += found.steps

    def flush(self, cases: list[Any]) -> None:
        """Everything of the chunk, and a row of the log."""
        from bangfu.office.casework.engine import PROJECTED
        from bangfu.office.pages.inserting import insert, update

        update(cases, ["number", *PROJECTED])
        for name in ("papers", "events", "steps", "passed"):
            insert(self.rows[name])
            self.rows[name] = []


def dibao(scribe: Scribe, opened: datetime, length: int) -> list[Any]:
    """The steps of a case of dibao as functions of the case: at most `length` of them, with days between."""
    p, dice, at = scribe.p, scribe.dice, [opened]

    def step(
        who: str, role: str, digits: int, name: str, outcome: str, papers: list[str], days: tuple[int, int], **more: Any
    ) -> Any:
        def tell(case: Any) -> Any:
            at[0] += timedelta(days=dice.randint(*days), minutes=dice.randint(1, 50))
            actor = scribe.actor(who, role, case.area_code[:digits])
            values = {
                "neighbours": {"count": 2},
                "photos": {"count": 1},
                "decision": {"amount_fen": 56_000, "start_month": "2026-12", "class": "B"},
            }
            if name == "notice":  # it hung for as long as it has to
                made = scribe.papers(case, papers, at[0] - timedelta(days=8))
            else:
                made = scribe.papers(case, papers, at[0], **values)
            return p.StepDone(at[0], actor, made, step=name, outcome=outcome, **more)

        return tell

    def begin(case: Any) -> Any:
        actor = scribe.actor("village", "village_cadre", case.area_code)
        return p.Opened(opened, actor, case=case.number, area=case.area_code, matter="dibao")

    along = (scribe.people["secretary"].key if "secretary" in scribe.people else "along",)
    story = [
        begin,
        step("village", "village_cadre", 12, "apply", "filed", ["application", "promise"], (0, 2)),
        step("township", "township_office", 9, "accept", "accepted", ["receipt"], (0, 4), verdicts=NO),
        step("village", "village_cadre", 12, "investigate", "agreed", ["survey", "neighbours", "photos"], (1, 9), with_persons=along),
        step("civil", "county_civil_affairs", 6, "means_check", "reported", ["authorisation", "means_report"], (1, 12)),
        step("township", "township_office", 9, "review", "reviewed", ["review_opinion"], (0, 9)),
        step("township", "township_office", 9, "notice", "no_objection", ["notice"], (9, 14)),
        step("civil", "county_civil_affairs", 6, "confirm", "granted", ["decision", "grant_letter"], (0, 14), verdicts=NO),
    ]  # fmt: skip
    return story[:length]


def fill(count: int, seed: int = 1) -> float:
    """Cases of that many households; rows a second."""
    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.audit import api as audit
    from bangfu.office.casework import events
    from bangfu.office.casework.models import Case, CaseDocument
    from bangfu.office.pages.inserting import insert
    from bangfu.office.registry.api import Household

    scribe, actor = Scribe(seed), system_actor("bench")
    scribe.next_paper = CaseDocument.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    procedure = scribe.known["dibao"]
    stored = scribe.engine.stored(procedure)
    homes = Household.objects.order_by("pk").values_list("pk", "area_code", "number")
    step = max(1, homes.count() // count)
    started, made = time.perf_counter(), 0
    part: list[Any] = []
    for place, (pk, area, _number) in enumerate(homes.iterator()):
        if place % step or made + len(part) >= count:
            continue
        part.append((pk, area))
        if len(part) == CHUNK or made + len(part) == count:
            made += _chunk(scribe, part, procedure, stored, actor, (transaction, audit, events, Case, insert))
            part = []
            print(f"\r{made:,} cases, {made / (time.perf_counter() - started):,.0f}/s ", end="", file=sys.stderr)
    if part:
        made += _chunk(scribe, part, procedure, stored, actor, (transaction, audit, events, Case, insert))
    print(file=sys.stderr)
    return made / (time.perf_counter() - started)


def _chunk(scribe: Scribe, part: list[Any], procedure: Any, stored: Any, actor: Any, tools: Any) -> int:
    transaction, audit, events, case_model, insert = tools
    dice, cases, stories = scribe.dice, [], []
    for pk, area in part:
        # two thirds came to their end, the others are under way
        closed = dice.random() < 0.67
        opened = scribe.now - timedelta(
            days=dice.randint(90, 420) if closed else dice.randint(0, 45), minutes=dice.randint(0, 600)
        )
        found = dice.random() < 0.4
        kind = dice.choice(("entitled_not_receiving", "receiving_not_entitled")) if found else ""
        cases.append(case_model(
            number=f"B{pk}", definition=stored, procedure=procedure.id, matter="dibao", topic="dibao", household_id=pk,
            area_code=area, opened_at=opened, opened_by="bench", opened_name="某人", moved_at=opened,
            origin="finding" if found else "application", origin_ref=f"run:1/{kind}/dibao" if found else "", found_as=kind,
        ))  # fmt: skip
        stories.append(dibao(scribe, opened, 8 if closed else dice.randint(1, 7)))
    with transaction.atomic():
        insert(cases)
        for case, story in zip(cases, stories, strict=True):
            case.number = f"GA{case.opened_at:%Y}-{case.pk:06d}"
            scribe.write(case, procedure, story)
        scribe.flush(cases)
        subject = audit.Subject("casework_bulk", "bench")
        rows = [
            audit.entry(actor, events.OPENED, audit.Subject("case", c.number, c.area_code), after={"bench": True})
            for c in cases
        ]
        audit.record_bulk(actor, events.BULK_OPENED, subject, "cases:bench", rows)
    return len(cases)


# -- moving ----------------------------------------------------------------------------------------------------------


def move(count: int) -> dict[str, float]:
    """Seconds to open so many cases, to preview and to do one move of all of them."""
    from django.utils import timezone

    from bangfu.office.accounts.api import User, actor_of
    from bangfu.office.areas.api import everywhere
    from bangfu.office.casework.bulk import moving, running
    from bangfu.office.casework.models import Case
    from bangfu.office.casework.moves import Move

    with everywhere():
        county = actor_of(User.objects.get(username="county-everything"), timezone.localdate())
        wanted = (
            Case.objects.filter(running=True, procedure="dibao", steps__step="apply").distinct().order_by("pk")[:count]
        )
        cases = list(wanted)
        if len(cases) < count:
            raise SystemExit(f"{len(cases)} cases at the step apply only; fill with --at-apply {count}")
        things = {name: moving.Same(paper=PAPER, dated=timezone.localdate()) for name in ("application", "promise")}
        together = moving.Together(cases[0].definition_id, "apply", Move("step_done", "apply", "filed"), things)
        action = running.begin(actor=county, sort="move", items=moving.items_of(cases), content={})
        running.AT_ONCE = running.MOST
        found = {}
        began = time.perf_counter(), time.process_time()
        running.move(actor=county, action=action, together=together, note="")
        found["preview"], found["preview, processor"] = time.perf_counter() - began[0], time.process_time() - began[1]
        began = time.perf_counter(), time.process_time()
        running.confirm(actor=county, action=action)
        found["done"], found["done, processor"] = time.perf_counter() - began[0], time.process_time() - began[1]
        found |= running.counts(action)
        found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def at_apply(count: int) -> None:
    """So many cases that wait for their application, of households without one; and somebody who may act in the whole county."""
    from django.db import transaction
    from django.utils import timezone

    from bangfu.office.accounts.api import User, create_user, grant_role, system_actor
    from bangfu.office.areas.api import Area, everywhere
    from bangfu.office.audit import api as audit
    from bangfu.office.casework import events
    from bangfu.office.casework.models import Case
    from bangfu.office.pages.inserting import insert
    from bangfu.office.registry.api import Household

    with everywhere():
        if not User.objects.filter(username="county-everything").exists():
            user = create_user(
                actor=system_actor(), username="county-everything", full_name="某人", password=registry.PASSWORD
            )
            for code in Area.objects.filter(level="township").values_list("code", flat=True):
                grant_role(
                    actor=system_actor(),
                    user=user,
                    role="township_office",
                    area_code=code,
                    starts_on=timezone.localdate(),
                )
        scribe, actor = Scribe(9), system_actor("bench")
        procedure = scribe.known["dibao"]
        stored = scribe.engine.stored(procedure)
        busy = Case.objects.filter(running=True).values("household")
        homes = list(Household.objects.exclude(pk__in=busy).order_by("pk").values_list("pk", "area_code")[:count])
        for start in range(0, len(homes), CHUNK):
            part, cases = homes[start : start + CHUNK], []
            for pk, area in part:
                cases.append(Case(
                    number=f"B{pk}", definition=stored, procedure=procedure.id, matter="dibao", topic="dibao", household_id=pk,
                    area_code=area, opened_at=scribe.now, opened_by="bench", opened_name="某人", moved_at=scribe.now, origin="application",
                ))  # fmt: skip
            with transaction.atomic():
                insert(cases)
                for case in cases:
                    case.number = f"GA{case.opened_at:%Y}-{case.pk:06d}"
                    scribe.write(case, procedure, dibao(scribe, scribe.now, 1))
                scribe.flush(cases)
                rows = [audit.entry(actor, events.OPENED, audit.Subject("case", c.number, c.area_code)) for c in cases]
                audit.record_bulk(
                    actor, events.BULK_OPENED, audit.Subject("casework_bulk", "bench"), "cases:bench", rows
                )


# -- pages -----------------------------------------------------------------------------------------------------------


def pages(persons: int, users: int, seconds: float, think: float, url: str) -> int:
    """Serve, load, print a table; 1 where a page is slower than wanted."""
    import office_pages

    office_pages.PERSONS, office_pages.THINK = persons, think
    office_pages.kinds = _kinds  # type: ignore[assignment]
    office_pages.samples = lambda _home, count: _cases(count)  # type: ignore[assignment,misc]
    return office_pages.serve_and_load(persons, users, seconds, url)


def _cases(count: int) -> list[Any]:
    from bangfu.office.casework.models import Case

    found = list(Case.objects.order_by("pk").values_list("pk", "area_code", "household__number"))
    return random.Random(3).sample(found, min(count, len(found)))


def _kinds(dice: random.Random, sample: list[Any]) -> Any:
    while True:
        pk, area, number = dice.choice(sample)
        yield "board", "/cases/"
        for view in ("mine", "overdue", "soon", "others", "suspended", "running", "closed"):
            yield f"board, {view}", f"/cases/?view={view}"
        yield "board of a procedure and step", "/cases/?view=running&procedure=dibao&step=review"
        yield "board of a village", f"/cases/?view=running&area={area}"
        yield "board, found and put right", "/cases/?view=all&found=entitled_not_receiving&decided=grant"
        yield "places", "/cases/places/"
        yield "places of a township", f"/cases/places/?area={area[:9]}"
        yield "where it stalls", "/cases/stalls/"
        yield "where it stalls in a township", f"/cases/stalls/?area={area[:9]}"
        yield "steps behind a figure", "/cases/passed/?procedure=dibao&step=review"
        yield "calendar", "/cases/calendar/"
        yield "case", f"/cases/{pk}/"
        yield "cases of a household", f"/cases/household/{number}/"


def main() -> int:
    """Fill, move or time the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("fill", "move", "pages"))
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=0.5)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    setup(options.persons, options.database_url)
    from bangfu.office.areas.api import everywhere

    if options.what == "pages":
        return pages(options.persons, options.users, options.seconds, options.think, options.database_url)
    with everywhere():
        if options.what == "fill":
            print(f"{fill(options.cases):,.0f} cases a second")
        else:
            at_apply(options.count)
            for name, value in move(options.count).items():
                print(f"{name}: {value:,.2f}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.office.site.settings")
    sys.exit(main())
