"""A small county that was run, so that decisions rest on real clauses, and hands that do what pages do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

AS_OF = date(2026, 10, 31)
PAPER = "乡镇 3 号柜"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture(scope="session")
def small_county(tmp_path_factory) -> Path:
    """200 households, made once."""
    from bangfu.core.demo import generate

    out = tmp_path_factory.mktemp("casework") / "county"
    generate(out, households=200, seed=1, months=2)
    return out


@dataclass
class Hands:
    """Does things in cases as people of the demo or the cast; `now` is moved forward where days must pass."""

    people: dict
    clock: list = field(default_factory=list)

    def actor(self, who: str):
        """The actor behind an account."""
        from django.utils import timezone

        from bangfu.office.accounts.api import actor_of

        return actor_of(self.people[who], timezone.localdate())

    def paper(self, **values):
        """A paper in a cupboard."""
        from bangfu.office.casework.api import Brought

        return Brought(paper=PAPER, dated=self.today(), values=values)

    def today(self) -> date:
        """The day on which the hands act."""
        from django.utils import timezone

        from bangfu.office.casework import actions

        return timezone.localtime(actions.timezone.now()).date()

    def act(self, case, who: str, step: str, outcome: str, things=None, **more):
        """One step."""
        from bangfu.office.casework.api import Case, Move, act

        version = more.pop("expected", None)
        if version is None:
            version = Case.objects.get(pk=case.pk).version
        move = Move("step_done", step, outcome, things=things or {}, **more)
        return act(actor=self.actor(who), case=case.pk, move=move, expected=version)

    def other(self, case, who: str, kind: str, name: str = "", things=None, **more):
        """Something beside the steps."""
        from bangfu.office.casework.api import Case, Move, act

        version = Case.objects.get(pk=case.pk).version
        return act(
            actor=self.actor(who), case=case.pk, move=Move(kind, name, things=things or {}, **more), expected=version
        )

    def report(self, case):
        """The run as means check."""
        from bangfu.office.casework.api import Brought
        from bangfu.office.runs.api import evidence_run

        run = evidence_run(case.area_code)
        return Brought(run=run.pk, dated=run.as_of) if run else self.paper()

    def until_review(self, case):
        """Dibao up to the township's opinion."""
        from bangfu.office.casework.api import Brought

        self.act(case, "village", "apply", "filed", {"application": self.paper(), "promise": self.paper()})
        answers = {"near_relative": "no", "reported": "no"}
        self.act(case, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
        visit = {"survey": self.paper(), "neighbours": self.paper(count=2), "photos": self.paper(count=1)}
        self.act(case, "village", "investigate", "agreed", visit, companions=("secretary",))
        self.act(
            case, "civil", "means_check", "reported", {"authorisation": self.paper(), "means_report": self.report(case)}
        )
        self.act(case, "township", "review", "reviewed", {"review_opinion": self.paper()})

    def until_confirm(self, case):
        """And through the notice, which takes eight days."""
        self.until_review(case)
        posted = self.paper()
        self.later(8)
        self.act(case, "township", "notice", "no_objection", {"notice": posted})

    def later(self, days: int) -> None:
        """Days pass."""
        self.clock.append(timedelta(days=days))


@pytest.fixture
def _moving_clock(monkeypatch):
    """The actions' clock, which only goes forward."""
    from django.utils import timezone

    from bangfu.office.casework import actions

    steps: list = []

    class Moved:
        localtime, localdate = timezone.localtime, timezone.localdate

        @staticmethod
        def now() -> datetime:
            return timezone.now() + sum(steps, timedelta())

    monkeypatch.setattr(actions, "timezone", Moved)
    return steps


@pytest.fixture
def hands_of(_moving_clock):
    """Hands of some people by their account names."""
    return lambda people: Hands(people, _moving_clock)


@pytest.fixture
def hands(cast, registered, _moving_clock) -> Hands:
    """The cast at work, with two registered households and no run."""
    return Hands(cast.users, _moving_clock)


@dataclass(frozen=True)
class Ran:
    """The county after its run: a household that is missed, one whose answer is open, one that does not qualify."""

    hands: Hands
    missed: object
    area: str


@pytest.fixture
def ran(db, small_county, media, _moving_clock) -> Ran:
    """The demo's people over a county of 200 households that was run."""
    from bangfu.office.accounts.api import User, system_actor
    from bangfu.office.runs import api as runs
    from bangfu.office.site import demo

    demo.load(small_county / "2026-10", AS_OF)
    demo.make_accounts(date(2026, 1, 1), "long-enough-word")
    code = demo.county_code()
    runs.place_bureau_files(code, AS_OF, small_county / "2026-10" / "bureau")
    run = runs.work_now(runs.start(actor=system_actor(), area_code=code, as_of=AS_OF))
    assert run.status == "done"
    users = {user.username: user for user in User.objects.all()}
    hands = Hands(users, _moving_clock)
    (village,) = hands.actor("village").areas("runs.view")
    missed = runs.Finding.objects.filter(run=run, kind="entitled_not_receiving", definition="dibao", area_code=village)
    return Ran(hands, missed.order_by("pk").first(), village)
