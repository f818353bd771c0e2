"""Two generated counties, each written once: a small one and the default one."""

from __future__ import annotations

import pytest

from bangfu.core.demo import DemoResult, generate


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """A county of 2,000 households."""
    return generate(tmp_path_factory.mktemp("small") / "county", households=2000, seed=3)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """The default county of 12,000 households."""
    return generate(tmp_path_factory.mktemp("county") / "county", seed=1)
