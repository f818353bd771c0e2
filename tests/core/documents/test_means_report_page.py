"""The report as a page: complete in both languages, safe against what data may hold, and readable on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.documents.means_report import as_json, page
from tests.core.support.report_factory import (
    CAR,
    DEPOSIT,
    IDS,
    PEOPLE,
    WAGE_CONFLICT,
    Row,
    built,
    county,
    source_rows,
    write_registry,
)

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
EVIL = '<script>document.title="run"</script><img src=x onerror=alert(1)>'
LONG = "很长的单位名称" * 60 + "x" * 400
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; Debian's package has it")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("page"), conflicts=[WAGE_CONFLICT])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = county(
        tmp_path_factory.mktemp("hostile"),
        conflicts=[WAGE_CONFLICT | {"message_zh": EVIL, "value": EVIL}],
        sources=source_rows(vehicles={"legal_basis": EVIL, "source": EVIL, "label_zh": EVIL}),
    )
    people = [(no, household, EVIL if no == "P1" else name, rel) for no, household, name, rel in PEOPLE]
    write_registry(folder / "county", people)
    rows = [Row("payroll", at, "P1", "id_name", values={"employer": LONG, "plate": EVIL}) for at in range(200)]
    return built(folder, rows=rows, purpose=EVIL)


def test_whatever_came_from_data_is_text(hostile: dict[str, Any]) -> None:
    html = page(hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") > 200


def test_the_page_holds_every_part_and_no_whole_number(base: Path) -> None:
    html = page(built(base))
    for said in (
        "家庭经济状况核对报告",
        "报告状态：有效",
        "2026-12-28（90 天；从所用来源中最早的数据截止日起算：重新打印旧数据，不会使报告变新）",
        "9901**********001X",
        "83,000.00 元",
        "该来源的数据不覆盖本户",
        "登记簿填报无工资，另一来源有工资",
        "自然资源、住建",
        "文件第 42 条",
        "证件号码和姓名一致",
        "本报告只列出核对所得的情况，不是对是否符合救助条件的认定。",
        built(base)["sha256"],
    ):
        assert said in html
    assert not any(number in html for number in IDS.values())


def test_english_is_complete(base: Path) -> None:
    html = page(built(base), "en")
    assert '<html lang="en">' in html
    for said in (
        "Household Means-Check Report",
        "What is missing, and who can supply it",
        "social security",
        "Status: current",
    ):
        assert said in html
    for chinese in ("报告状态", "数据截至", "未知", "证件号码和姓名一致", "机动车登记"):
        assert chinese not in html


def test_a_household_that_has_not_agreed_has_no_table_of_facts(base: Path) -> None:
    html = page(built(base, "H2"))
    assert 'class="facts"' not in html
    assert "以下来源均未查询（没有授权）：死亡登记、机动车登记" in html
    assert "报告状态：没有授权" in html


def test_the_json_is_the_report_itself(base: Path) -> None:
    import json

    report = built(base)
    assert json.loads(as_json(report)) == report


# -- in a real browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield made
        made.close()


@pytest.fixture(scope="module")
def pages(base: Path, hostile: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "zh": page(built(base, rows=[CAR, DEPOSIT])),
        "en": page(built(base), "en"),
        "refused": page(built(base, "H5")),
        "hostile": page(hostile),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["zh", "en", "refused", "hostile"])
def test_nothing_is_pushed_sideways_and_nothing_runs(
    browser: Any, pages: dict[str, str], name: str, width: int
) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 800})
    shown.goto(pages[name])
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.title() != "run"
    shown.close()


@needs_browser
@pytest.mark.parametrize(("name", "width"), [("zh", 390), ("zh", 1280), ("en", 390), ("refused", 390)])
def test_axe_finds_nothing(browser: Any, pages: dict[str, str], name: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = browser.new_page(viewport={"width": width, "height": 800})
    shown.goto(pages[name])
    assert [violation["id"] for violation in Axe().run(shown).response["violations"]] == []
    shown.close()


@needs_browser
def test_the_page_asks_for_nothing_but_itself(browser: Any, pages: dict[str, str]) -> None:
    asked: list[str] = []
    shown = browser.new_page()
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(pages["hostile"])
    assert asked == [pages["hostile"]]


@needs_browser
def test_on_a_phone_each_value_stands_beside_its_name(browser: Any, pages: dict[str, str]) -> None:
    shown = browser.new_page(viewport={"width": 390, "height": 800})
    shown.goto(pages["zh"])
    cell = shown.locator("section.facts td[data-head='结果']").first
    assert cell.evaluate("node => getComputedStyle(node, '::before').content") == '"结果"'
    assert shown.locator("section.facts thead").bounding_box()["width"] <= 1
