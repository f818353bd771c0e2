"""The one command `bangfu`: the office's commands are read by the office, all others by the core.

The core's commands start without Django; `bangfu --help` lists both.
"""

from __future__ import annotations

import sys
from typing import NoReturn

OFFICE = ("migrate", "serve", "web", "worker", "backup", "restore", "doctor", "account", "audit", "keys", "replay")
"""Commands of `bangfu.office`."""


def entry() -> NoReturn:
    """Run one command; the process ends with its exit code."""
    if len(sys.argv) > 1 and sys.argv[1] in OFFICE:
        from bangfu.office.site.cli import entry as office

        office()
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        from bangfu.core.cli.main import main

        code = main(sys.argv[1:])
        print(f"\n办公系统 / the office: {'  '.join(OFFICE)}\n  bangfu serve --help")
        sys.exit(code)
    from bangfu.core.cli import entry as core

    core()
