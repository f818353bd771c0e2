"""Links and pictures exist, records are complete, and no package index is named anywhere."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from .conftest import DOCS, READMES, ROOT, pages, tables, without_blocks

GENERATED = {DOCS / "benchmarks.md": ("bench/rules.py", "--markdown")}
"""Pages that a command writes: they may be linked before it has run."""
LINKS = [
    pytest.param(page, target, id=f"{page.relative_to(ROOT)}: {target}")
    for page in pages()
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page.read_text(encoding="utf-8")))
    if not target.startswith(("https://", "http://"))
]
RECORDS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
HOSTS = re.compile(
    r"pypi\.(?:org|python)|pythonhosted|npmjs\.|npmmirror|tsinghua|aliyun|ustc\.edu|douban\.com|index-url|goproxy|crates\.io",
)


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    name, _, anchor = target.partition("#")
    goal = (page.parent / name).resolve() if name else page
    if goal in GENERATED and not goal.exists():
        script, option = GENERATED[goal]
        assert option in (ROOT / script).read_text(encoding="utf-8")
        return
    assert goal.exists()
    if anchor:
        assert anchor in anchors(goal)


def test_every_page_under_docs_can_be_reached_from_the_readme() -> None:
    reached, left = set(), [READMES[0]]
    while left:
        page = left.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        found = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
        left += [(page.parent / target).resolve() for target in found if "://" not in target]
    assert sorted(set(DOCS.rglob("*.md")) - reached) == []


@pytest.mark.parametrize("image", sorted((DOCS / "images").iterdir()), ids=lambda path: path.name)
def test_a_picture_is_small_and_shown(image: Path) -> None:
    assert image.suffix == ".png"
    assert image.stat().st_size < 300_000
    shown = [f"(docs/images/{image.name})" in readme.read_text(encoding="utf-8") for readme in READMES]
    pages = [page for page in DOCS.rglob("*.md") if f"images/{image.name})" in page.read_text(encoding="utf-8")]
    assert all(shown) or (pages and not any(shown)), "in both READMEs, or where the documents tell of it"


def test_the_list_of_decisions_is_complete_and_in_order() -> None:
    text = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    ((_, rows),) = tables(text)
    listed = [re.findall(r"\[(.+)\]\((.+)\)", cell)[0] for _, cell in rows]
    assert [file for _, file in listed] == [path.name for path in RECORDS]
    assert [path.name[:4] for path in RECORDS] == [f"{n:04d}" for n in range(1, len(RECORDS) + 1)]
    for title, file in listed:
        first = (DOCS / "decisions" / file).read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# {file[:4]}. {title}"


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name)
def test_a_decision_says_context_decision_consequences_alternatives(record: Path) -> None:
    headings = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Alternatives"]


def test_the_layers_on_the_page_are_those_that_the_linter_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    held = [name.strip() for line in contracts[0]["layers"] for name in line.split("|")]
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    (rows,) = [rows for header, rows in tables(page) if header[0].startswith("layer")]
    shown = [name for cell, *_ in rows for name in re.findall(r"`(\w+)`", cell)]
    assert shown == held
    packages = {path.name for path in (ROOT / "src/bangfu/core").iterdir() if (path / "__init__.py").exists()}
    assert packages | {"cli", "api"} == set(shown)


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_tracked_file_names_a_package_index() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in listed.splitlines():
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or path.suffix in (".png", ".parquet", ".xlsx"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {match[0]}" for match in HOSTS.finditer(text)]
    assert found == []
