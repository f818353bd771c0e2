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
    """`start` and every step that its outcomes can lead to."""
    found, stack = {start}, [start]
    while stack:
        for outcome in steps[stack.pop()].outcomes.values():
            for branch in outcome.branches:
                for name in branch.steps:
                    if name in steps and name not in found:
                        found.add(name)
                        stack.append(name)
    return frozenset(found)


def sent_back(steps: Mapping[str, Step], state: State, to: str) -> State:
    """The state after a return or an objection: what `to` leads to is closed, and `to` opened."""
    again = downstream(steps, to)
    return settled(steps, (state[0] - again) | {to}, state[1] - again)


class Walks:
    """The states that a procedure can reach, and where each leads. `without` names a step that is never done."""

    def __init__(self, procedure: Procedure, *, without: str = "") -> None:
        self.procedure, self.without = procedure, without
        self.start: State = settled(procedure.steps, procedure.starts, ())
        self.moves: dict[State, set[State]] = {}
        self.ends: dict[str, set[State]] = {}
        self.too_many = False
        self._explore()

    def _explore(self) -> None:
        stack = [self.start]
        self.moves[self.start] = set()
        while stack:
            state = stack.pop()
            for after in self._after(state):
                if isinstance(after, str):
                    self.ends.setdefault(after, set()).add(state)
                    continue
                self.moves[state].add(after)
                if after not in self.moves:
                    if len(self.moves) >= MOST_STATES:
                        self.too_many = True
                        return
                    self.moves[after] = set()
                    stack.append(after)

    def _after(self, state: State) -> Iterator[State | str]:
        steps, (opened, waiting) = self.procedure.steps, state
        for name in sorted(opened):
            if name == self.without:
                continue
            for outcome in steps[name].outcomes.values():
                for branch in outcome.branches:
                    if branch.end:
                        yield branch.end
                    else:
                        yield settled(steps, opened - {name}, waiting | set(branch.steps))
            for back in steps[name].returns:
                yield sent_back(steps, state, back)
        objections = self.procedure.objections
        if objections is not None and opened & set(objections.during):
            yield sent_back(steps, state, objections.to)

    def reached(self) -> frozenset[str]:
        """Every step that is open in some state."""
        return frozenset(name for opened, _ in self.moves for name in opened)

    def stuck(self) -> list[State]:
        """States from which no end can be reached, in no particular order."""
        before: dict[State, set[State]] = {state: set() for state in self.moves}
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
