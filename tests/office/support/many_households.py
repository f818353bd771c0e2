"""More households for tests that need a page full."""

from __future__ import annotations

from datetime import date


def more(count, area="990101101201", start=0, **values):
    """Households of one area, by the way that imports write them."""
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    origin = registry.Origin(system_actor(), "national_export", date(2026, 10, 31))
    common = {
        "region_code": area,
        "household_type": "general",
        "monitored_kind": "none",
        "declared_per_capita": 900_000,
    }
    rows = [
        {"household_no": f"{area}9{n:03d}", "head_name": f"李{n:03d}", "phone": f"137{n:08d}", **common, **values}
        for n in range(start, start + count)
    ]
    kept = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return registry.add_households(kept, origin)[0]
