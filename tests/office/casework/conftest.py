"""A small county that was run, and hands that do what pages do; shared with what follows from decisions."""

from __future__ import annotations

from case_hands import Hands, Ran, _moving_clock, hands, media, ran, small_county

__all__ = ["Hands", "Ran", "_moving_clock", "hands", "media", "ran", "small_county"]
