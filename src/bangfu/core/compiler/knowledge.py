"""What is known of a value: exactly, or as a range with the inputs that are missing.

A mask of missing inputs is a tuple of (word, node) pairs, 64 inputs to a word. The invariant everywhere:
where a value is determined its mask is zero, and where it is not its mask is not zero, unless the cause is a
division by zero, which no missing input could change.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.core.compiler.ir import BOOL, Builder, E

Mask = tuple[tuple[int, E], ...]
NOTHING: Mask = ()
WORD = 64


@dataclass(frozen=True, slots=True)
class End:
    """One end of a range as a fraction `n / d`; `d` is positive, an int or a node; `n` NULL means unbounded."""

    n: E
    d: int | E = 1


@dataclass(frozen=True, slots=True)
class Num:
    """A number, money (fen) or date between `lo` and `hi`; `exact` means always known, with lo being hi."""

    lo: End
    hi: End
    mask: Mask
    exact: bool


@dataclass(frozen=True, slots=True)
class Bool:
    """A condition: true, false or NULL (not decided)."""

    v: E
    mask: Mask
    exact: bool


@dataclass(frozen=True, slots=True)
class Val:
    """Text or a text code: a value or NULL (missing)."""

    v: E
    mask: Mask
    exact: bool


Known = Num | Bool | Val


class Masks:
    """Operations on masks, word by word."""

    def __init__(self, build: Builder) -> None:
        self.build = build

    def bit(self, position: int) -> Mask:
        """The mask of one input."""
        return ((position // WORD, self.build.bit(position % WORD)),)

    def union(self, *masks: Mask) -> Mask:
        """All bits of all masks."""
        words: dict[int, E] = {}
        for mask in masks:
            for word, node in mask:
                words[word] = self.build.union(words[word], node) if word in words else node
        return tuple(sorted(words.items(), key=lambda item: item[0]))

    def where(self, condition: E, mask: Mask) -> Mask:
        """The mask where the condition is true, else none."""
        if condition is self.build.true:
            return mask
        if condition.op == "const":
            return NOTHING
        return tuple((word, self.build.pick(condition, node, self.build.none_missing)) for word, node in mask)

    def either(self, condition: E, yes: Mask, no: Mask) -> Mask:
        """One mask or the other."""
        none = self.build.none_missing
        words = sorted({word for word, _ in (*yes, *no)})
        left, right = dict(yes), dict(no)
        return tuple((w, self.build.pick(condition, left.get(w, none), right.get(w, none))) for w in words)

    def undecided(self, v: E, *masks: Mask) -> Mask:
        """The union where the condition `v` is NULL."""
        assert v.kind == BOOL
        return self.where(self.build.isnull(v), self.union(*masks))
