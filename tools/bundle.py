"""`make bundle`: a folder that installs the office on a machine without a network.

Wheels of every dependency for this kind of machine and Python, our own wheel, rulebooks, documents, units, a script that
installs, and the hash of every file.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import messages

from bangfu import __version__

ROOT = Path(__file__).resolve().parent.parent


def pip(*arguments: str) -> None:
    """Run this environment's pip; its failure is ours."""
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], check=True)


def _our_wheel(temporary: Path, wheels: Path) -> None:
    # from a copy, so that building leaves nothing in the checkout
    source = temporary / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(source))


def build(out: Path) -> Path:
    """The bundle's folder; it appears whole or not at all."""
    name = f"bangfu-{__version__}-offline"
    out.mkdir(parents=True, exist_ok=True)
    messages.compile_all()
    with tempfile.TemporaryDirectory(dir=out, prefix=".bundle-") as temporary:
        folder = Path(temporary) / name
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        lock = ROOT / "requirements" / "base.txt"
        pip("download", "--quiet", "--require-hashes", "--only-binary=:all:", "--dest", str(wheels), "-r", str(lock))
        _our_wheel(Path(temporary), wheels)
        shutil.copy(lock, folder / "requirements.txt")
        for part in ("rulebook", "docs", "deploy"):
            shutil.copytree(ROOT / part, folder / part)
        for part in ("README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md"):
            shutil.copy(ROOT / part, folder)
        shutil.copy(ROOT / "deploy" / "install.sh", folder)
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}"
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
        target = out / name
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
    return target


def main() -> int:
    """Build it and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    target = build(parser.parse_args().out.resolve())
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    print(f"{target} ({size:,.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
