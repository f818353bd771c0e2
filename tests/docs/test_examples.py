"""The YAML and Python that the documents show as examples work."""

from __future__ import annotations

import inspect
import re
import shutil
import textwrap
from datetime import date
from pathlib import Path

import pytest
import yaml

from bangfu.core import api
from bangfu.core.files.manifest import read_manifest
from bangfu.core.rulebook.loader import load

from .conftest import DOCS, ROOT

NAMED = {
    "elder_age": {"type": "integer", "value": 70, "source": "an example"},
    "heating_amount": {"type": "money", "per": "year", "value": 600, "source": "an example"},
}
"""The parameters that the example of a policy asks its reader to add."""


def example(page: str, begins: str) -> str:
    """The indented block of a page that begins so."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"(?m)^( +){re.escape(begins)}.*(?:\n(?:\1.*|\s*))*", text)
    assert found is not None
    return textwrap.dedent(found[0])


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A rulebook of one's own beside the demo county's, which it extends."""
    shutil.copytree(ROOT / "rulebook", tmp_path / "rulebook")
    mine = tmp_path / "rulebook" / "mine"
    for folder in ("policies", "parameters"):
        (mine / folder).mkdir(parents=True)
    (mine / "rulebook.yml").write_text("name: mine\nversion: '1'\nextends: demo-county\n", encoding="utf-8")
    return mine


def test_the_example_of_a_policy_loads(county: Path) -> None:
    (county / "policies" / "heating.yml").write_text(
        example("howto/add-a-policy.md", "id: heating_subsidy"), encoding="utf-8"
    )
    (county / "parameters" / "heating.yml").write_text(yaml.safe_dump(NAMED), encoding="utf-8")
    policy = load(county).policies["heating_subsidy"]
    assert [clause.id for clause in policy.conditions] == ["covered", "elder"]
    assert policy.valid_from == date(2026, 11, 1)


@pytest.mark.parametrize("page", ["howto/change-a-parameter.md", "rulebook.md"])
def test_the_example_of_a_parameter_loads(county: Path, page: str) -> None:
    text = example(page, "dibao_standard:")
    (county / "parameters" / "standard.yml").write_text(text, encoding="utf-8")
    old, new = load(county).parameters["dibao_standard"].values
    assert (old.value, old.end, new.value, new.start) == (52000, date(2026, 7, 1), 56000, date(2026, 7, 1))


def test_the_example_of_a_manifest_covers_its_township_in_its_period(tmp_path: Path) -> None:
    (tmp_path / "vehicles.manifest.json").write_text(example("files.md", "{"), encoding="utf-8")
    manifest, problem = read_manifest(tmp_path / "vehicles.csv")
    assert problem is None
    assert manifest is not None
    assert manifest.covers("990101101201", date(2026, 9, 30))
    assert not manifest.covers("990101101201", date(2026, 10, 1))
    assert not manifest.covers("990101202201", date(2026, 9, 30))


def test_the_library_is_called_as_its_readme_shows() -> None:
    text = (ROOT / "src/bangfu/core/README.md").read_text(encoding="utf-8")
    (call,) = re.findall(r"api\.screen\((.*)\)", text)
    names = re.findall(r"(\w+)=", call)
    inspect.signature(api.screen).bind(**dict.fromkeys(names))
    assert set(re.findall(r"= api\.(\w+)", text)) <= set(api.__all__)


def test_the_library_readme_has_every_package() -> None:
    text = (ROOT / "src/bangfu/core/README.md").read_text(encoding="utf-8")
    listed = {
        name for cell in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    packages = {path.parent.name for path in (ROOT / "src/bangfu/core").glob("*/__init__.py")}
    assert listed == packages - {"cli"}
