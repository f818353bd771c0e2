"""Settings of the tests: a home of their own, quick hashes, the demo county's rulebook."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_home = (
    Path(tempfile.gettempdir()) / f"bangfu-office-tests-{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
)
_home.mkdir(exist_ok=True)
(_home / "keys").write_text(f"k1 {'1f' * 32}\naudit {'2e' * 32}\n", encoding="ascii")
for name in list(os.environ):
    if name.startswith("BANGFU_") and not name.startswith("BANGFU_TEST_"):
        del os.environ[name]
os.environ["BANGFU_HOME"] = str(_home)
os.environ["BANGFU_RULEBOOK"] = str(ROOT / "rulebook" / "demo-county")
os.environ["BANGFU_HOSTS"] = "localhost,127.0.0.1,testserver"
if url := os.environ.get("BANGFU_TEST_DATABASE_URL"):
    os.environ["BANGFU_DATABASE_URL"] = url

from bangfu.office.site.settings import *  # noqa: E402, F403
from bangfu.office.site.settings import TASKS  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
TASKS["default"]["BACKEND"] = "django_tasks.backends.immediate.ImmediateBackend"
