"""The hands and the small county of the cases' tests, for what follows from decisions."""

from __future__ import annotations

from case_hands import Hands, Ran, _moving_clock, hands, media, ran, small_county

__all__ = ["Hands", "Ran", "_moving_clock", "hands", "media", "ran", "small_county"]
