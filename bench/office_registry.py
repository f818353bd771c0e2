"""A registry of many persons in the office's database, through the same bulk functions as an import, with keys and log.

    python bench/office_registry.py --persons 1000000

The home is `bench/.data/office-N`; it is kept and used again. Names, numbers and villages are invented; the area 990101 is nowhere.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import linking_names as names

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "bench" / ".data"
PASSWORD = "bench-password-2026"
AS_OF = date(2026, 10, 31)
CHUNK = 4000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = [word.rstrip("0123456789.") for word in names.COMMON_SURNAMES.split()]
_GIVEN = "".join(names.POOLS)


def home_of(persons: int) -> Path:
    """Where the registry of that size lies."""
    return DATA / f"office-{persons}"


def settings(home: Path, url: str = "") -> None:
    """Point this process at the home."""
    os.environ["BANGFU_HOME"] = str(home)
    os.environ["BANGFU_RULEBOOK"] = str(ROOT / "rulebook" / "demo-county")
    if url:
        os.environ["BANGFU_DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.office.site.settings")


def number(dice: random.Random, born: date, area: str) -> str:
    """A well-formed ID number."""
    body = f"{area}{born:%Y%m%d}{dice.randrange(1000):03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def villages(persons: int) -> list[str]:
    """Codes of villages of some 1,500 persons in townships of twenty."""
    count = max(2, persons // 1500)
    return [f"990101{101 + place // 20}{201 + place % 20}" for place in range(count)]


def households(persons: int, seed: int = 1) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Households with their members, village by village."""
    dice = random.Random(seed)
    codes = villages(persons)
    made = 0
    for place in range(persons // 3 + 1):
        code = codes[place * len(codes) // (persons // 3 + 1)]
        house = f"{code}{place:07d}"
        size = min(dice.choice((1, 2, 3, 3, 4, 5)), persons - made)
        if size <= 0:
            return
        surname = dice.choice(_SURNAMES)
        members = [_member(dice, house, place, surname) for place in range(size)]
        made += size
        yield _house(dice, house, code, members[0]["name"]), members


def _house(dice: random.Random, house: str, code: str, head: str) -> dict[str, Any]:
    return {
        "household_no": house,
        "region_code": code,
        "head_name": head,
        "group_name": f"第{dice.randrange(1, 9)}组",
        "phone": f"199{dice.randrange(10**8):08d}",
        "household_type": "graduated" if dice.random() < 0.12 else "general",
        "monitored_kind": dice.choice(("unstable_graduated", "near_poor_vulnerable"))
        if dice.random() < 0.02
        else "none",
        "safe_water": True,
        "house_grade": dice.choice("AABBBC"),
        "business_income": dice.randrange(4_000_000),
        "transfer_income": dice.randrange(900_000),
        "declared_per_capita": dice.randrange(400_000, 3_000_000),
    }


def _member(dice: random.Random, house: str, place: int, surname: str) -> dict[str, Any]:
    born = date(1935, 1, 1) + timedelta(dice.randrange(32_000))
    return {
        "person_no": f"{house}{place:02d}",
        "household_no": house,
        "name": surname + "".join(dice.choice(_GIVEN) for _ in range(dice.choice((1, 2, 2)))),
        "id_number": number(dice, born, "990101"),
        "sex": dice.choice(("male", "female")),
        "birth_date": born.isoformat(),
        "relation": "head" if place == 0 else dice.choice(("spouse", "son", "daughter", "father", "mother")),
        "education": dice.choice(("primary", "junior", "senior")),
        "health": dice.choice(("healthy", "healthy", "healthy", "chronic", "disabled")),
        "labour_skill": dice.choice(("ordinary", "weak", "none")),
        "resident_insurance": True,
    }


def fill(persons: int) -> float:
    """Fill an empty database; returns rows per second with keys, blind indexes, statements and log."""
    from django.db import transaction

    from bangfu.office.accounts import api as accounts
    from bangfu.office.areas import api as areas
    from bangfu.office.audit import api as audit
    from bangfu.office.registry import api as registry
    from bangfu.office.site.demo import make_accounts
    from bangfu.office.site.events import DEMO_LOADED

    codes = villages(persons)
    tree = {"99": "示例省", "9901": "示例市", "990101": "示例县"}
    tree |= {code[:9]: f"第{code[6:9]}乡" for code in codes} | {code: f"第{code[6:]}村" for code in codes}
    level = {digits: name for name, digits in areas.DIGITS.items()}
    above = {4: 2, 6: 4, 9: 6, 12: 9}
    areas.Area.objects.bulk_create(
        areas.Area(
            code=c, name=n, level=level[len(c)], parent_code=c[: above.get(len(c), 0)], valid_from=date(2020, 1, 1)
        )
        for c, n in tree.items()
    )
    make_accounts(date(2026, 1, 1), PASSWORD)
    actor = accounts.system_actor("bench")
    origin = registry.Origin(actor, "national_export", AS_OF, batch="bench")
    started, rows = time.perf_counter(), 0
    pairs = households(persons)
    while part := [pair for _, pair in zip(range(CHUNK), pairs, strict=False)]:
        with transaction.atomic():
            found, entries = registry.add_households([house for house, _ in part], origin)
            by_number = {house.number: house for house in found}
            _, more = registry.add_persons([m for _, members in part for m in members], by_number, origin)
            registry.recount(found)
            audit.record_bulk(actor, DEMO_LOADED, audit.Subject("batch", "bench"), "bench", entries + more)
        rows += len(entries) + len(more)
        print(f"\r{rows:,} rows, {rows / (time.perf_counter() - started):,.0f}/s ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return rows / (time.perf_counter() - started)


def prepared(persons: int, url: str = "") -> Path:
    """A home with a registry of that size; made once."""
    home = home_of(persons)
    settings(home, url)
    done = home / ("filled-postgres" if url else "filled")
    if not done.exists():
        home.mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from bangfu.office.site.operations import migrate

        migrate.run(argparse.Namespace(application_role=None))
        rate = fill(persons)
        done.write_text(f"{rate:.0f}\n", encoding="utf-8")
    return home


def main() -> int:
    """Fill and say how fast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    home = prepared(options.persons, options.database_url)
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
