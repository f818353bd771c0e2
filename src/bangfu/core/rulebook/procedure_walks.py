"""Every way that a case can go through a procedure's steps, as a small graph.

A state is the steps that are open and those that wait for open ones; who acts, what is left behind and how
conditions come out are left aside, so every real path is one of these. The engine uses the same two functions
to move, and the checker to prove that nothing is skipped and nothing gets stuck.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bangfu.core.rulebook.procedure_model import Procedure, Step

Open = frozenset[str]
State = tuple[Open, Open]
"""(open steps, steps that wait for open ones)."""
Watched = tuple[Open, Open, bool]
"""A state, and whether the watched step was done and still counts."""
MOST_STATES = 20_000


def settled(steps: Mapping[str, Step], opened: Iterable[str], waiting: Iterable[str]) -> State:
    """Opens what waits for nothing that is open."""
    now, later = set(opened), set(waiting) - set(opened)
    # a step that waits for another waiting one stays behind it
    for name in sorted(later):
        blocked = set(steps[name].waits_for) & (now | later - {name})
        if not blocked:
            now.add(name)
    return frozenset(now), frozenset(later - now)


def downstream(steps: Mapping[str, Step], start: str) -> frozenset[str]:
    """`start` and every later step that its outcomes lead to.

    Steps are listed in order; an outcome that leads to an earlier one goes back and is not followed.
    """
    order = {name: number for number, name in enumerate(steps)}
    found, stack = {start}, [start]
    while stack:
        here = stack.pop()
        for outcome in steps[here].outcomes.values():
            for branch in outcome.branches:
                for name in branch.steps:
                    if order.get(name, -1) > order[here] and name not in found:
                        found.add(name)
                        stack.append(name)
    return frozenset(found)


def again(steps: Mapping[str, Step], step: str, targets: Iterable[str]) -> frozenset[str]:
    """What has to be done again where `step` leads on to `targets`: what follows those that stand before it."""
    order = {name: number for number, name in enumerate(steps)}
    back = [name for name in targets if order[name] <= order[step]]
    return frozenset(name for target in back for name in downstream(steps, target))


def led_on(steps: Mapping[str, Step], state: State, step: str, targets: Iterable[str]) -> State:
    """The state after a step that is done and leads to `targets`."""
    named = frozenset(targets)
    redone = again(steps, step, named)
    return settled(steps, state[0] - {step} - redone, state[1] - redone | named)


def sent_back(steps: Mapping[str, Step], state: State, to: str) -> State:
    """The state after a return or an objection: what `to` leads to is closed, and `to` opened."""
    redone = downstream(steps, to)
    return settled(steps, (state[0] - redone) | {to}, state[1] - redone)


class Walks:
    """The states that a procedure can reach, and where each leads.

    `watch` names a step: each state then knows whether it was done and still counts, and `unwatched` are the
    ends that can be reached while it does not.
    """

    def __init__(self, procedure: Procedure, *, watch: str = "") -> None:
        self.procedure, self.watch = procedure, watch
        self.start = (*settled(procedure.steps, procedure.starts, ()), False)
        self.moves: dict[Watched, set[Watched]] = {}
        self.ends: dict[str, set[Watched]] = {}
        self.unwatched: set[str] = set()
        self.too_many = False
        self._explore()

    def _explore(self) -> None:
        stack = [self.start]
        self.moves[self.start] = set()
        while stack:
            state = stack.pop()
            for after, done in self._after(state):
                if isinstance(after, str):
                    self.ends.setdefault(after, set()).add(state)
                    if not done:
                        self.unwatched.add(after)
                    continue
                moved = (*after, done)
                self.moves[state].add(moved)
                if moved not in self.moves:
                    if len(self.moves) >= MOST_STATES:
                        self.too_many = True
                        return
                    self.moves[moved] = set()
                    stack.append(moved)

    def _after(self, watched: Watched) -> Iterator[tuple[State | str, bool]]:
        steps, state, done = self.procedure.steps, watched[:2], watched[2]
        for name in sorted(state[0]):
            counted = done or name == self.watch
            for outcome in steps[name].outcomes.values():
                for branch in outcome.branches:
                    if branch.end:
                        yield branch.end, counted
                    else:
                        redone = again(steps, name, branch.steps)
                        yield led_on(steps, state, name, branch.steps), counted and self.watch not in redone
            for back in steps[name].returns:
                yield sent_back(steps, state, back), done and self.watch not in downstream(steps, back)
        objections = self.procedure.objections
        if objections is not None and state[0] & set(objections.during):
            to = objections.to
            yield sent_back(steps, state, to), done and self.watch not in downstream(steps, to)

    def reached(self) -> frozenset[str]:
        """Every step that is open in some state."""
        return frozenset(name for opened, *_ in self.moves for name in opened)

    def stuck(self) -> list[Watched]:
        """States from which no end can be reached, in no particular order."""
        before: dict[Watched, set[Watched]] = {state: set() for state in self.moves}
        for state, after in self.moves.items():
            for other in after:
                before[other].add(state)
        stack = [state for states in self.ends.values() for state in states]
        fine = set(stack)
        while stack:
            for state in before[stack.pop()]:
                if state not in fine:
                    fine.add(state)
                    stack.append(state)
        return [state for state in self.moves if state not in fine]
