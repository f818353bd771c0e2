"""Put this checkout's package and its `bangfu` command into the environment that runs this script.

A wheel is not built for a checkout, so that setting up needs no build back end from a registry:
one `.pth` line and one small launcher do what an editable install does.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
LAUNCHER = """#!{python}
from bangfu.entry import entry

if __name__ == "__main__":
    entry()
"""


def link() -> Path:
    """Write the `.pth` file and the launcher; return the launcher's path."""
    site = Path(sysconfig.get_path("purelib"))
    (site / "bangfu.pth").write_text(f"{SOURCE}\n", encoding="utf-8")
    launcher = Path(sysconfig.get_path("scripts")) / "bangfu"
    launcher.write_text(LAUNCHER.format(python=sys.executable), encoding="utf-8")
    launcher.chmod(0o755)
    return launcher


if __name__ == "__main__":
    print(link())
