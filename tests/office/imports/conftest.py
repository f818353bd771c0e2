"""Fixtures of the imports' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conftest_imports import _own_files, post, upload  # noqa: F401
