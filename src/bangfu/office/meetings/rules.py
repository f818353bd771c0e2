"""The arithmetic of a meeting: who is needed, what votes add up to, what comes out. Pure, so that it is tested by itself.

It says the same as the case engine (`core/procedures/things.py`): what a meeting accepts, a case accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

QUORUM, LEAST = "2/3", 5
"""Where a procedure says nothing else: two thirds of those entitled, five at least."""


@dataclass(frozen=True)
class Votes:
    """Counts of persons. `relatives` are those present who must abstain."""

    entitled: int
    present: int
    in_favour: int
    against: int
    abstaining: int
    relatives: int

    @property
    def result(self) -> str:
        """`carried` by more than half of those present who need not abstain, else `lost`."""
        return "carried" if 2 * self.in_favour > self.present - self.relatives else "lost"

    def values(self) -> dict[str, int]:
        """As the case engine names them."""
        return {
            "entitled": self.entitled, "present": self.present, "in_favour": self.in_favour, "against": self.against,
            "abstaining": self.abstaining, "relatives_abstained": self.relatives,
        }  # fmt: skip


def needed(entitled: int, quorum: str, least: int) -> int:
    """How many of those entitled must be present: the share, rounded up, and the least."""
    above, below = map(int, quorum.split("/"))
    return max(-(-entitled * above // below), least)


def quorum_problem(entitled: int, present: int, quorum: str, least: int) -> str:
    """What is wrong with the attendance; empty where nothing is."""
    if present > entitled:
        return _("到会 %(present)s 人，多于应到 %(entitled)s 人") % {"present": present, "entitled": entitled}
    wanted = needed(entitled, quorum, least)
    if present < wanted:
        said = {"entitled": entitled, "present": present, "needed": wanted}
        return _("应到 %(entitled)s 人，到会 %(present)s 人，至少须 %(needed)s 人，不能表决") % said
    return ""


def vote_problems(votes: Votes, quorum: str, least: int) -> Iterator[str]:
    """Everything that is wrong with a count."""
    if problem := quorum_problem(votes.entitled, votes.present, quorum, least):
        yield problem
    cast = votes.in_favour + votes.against + votes.abstaining
    if cast + votes.relatives != votes.present:
        said = {"present": votes.present, "favour": votes.in_favour, "against": votes.against,
                "abstaining": votes.abstaining, "relatives": votes.relatives}  # fmt: skip
        yield (
            _(
                "到会 %(present)s 人，赞成 %(favour)s、反对 %(against)s、弃权 %(abstaining)s、回避 %(relatives)s，合计不符"
            )
            % said
        )
