"""A home of its own for commands that run as processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-c", "from bangfu.entry import entry; entry()"]


def environment(home: Path, **changes: str) -> dict[str, str]:
    """The environment of a command, without any setting of ours but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BANGFU_", "DJANGO_"))}
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "src"),
        "BANGFU_HOME": str(home),
        "BANGFU_RULEBOOK": str(ROOT / "rulebook" / "demo-county"),
        **changes,
    }


def bangfu(home: Path, *arguments: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(home, **changes),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
