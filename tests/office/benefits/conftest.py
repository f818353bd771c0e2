"""The hands and the small county of the cases' tests, for what follows from decisions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "casework_hands", Path(__file__).resolve().parents[1] / "casework" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_found = importlib.util.module_from_spec(_spec)
sys.modules["casework_hands"] = _found  # dataclasses look their module up
_spec.loader.exec_module(_found)

_moving_clock, hands, hands_of, media = _found._moving_clock, _found.hands, _found.hands_of, _found.media
ran, small_county = _found.ran, _found.small_county
