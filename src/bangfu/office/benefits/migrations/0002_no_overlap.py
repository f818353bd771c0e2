"""The database refuses two periods of one entitlement that overlap, among those that are not replaced.

PostgreSQL: an exclusion constraint over one range of numbers, entitlement and month together, which needs no extension.
SQLite: a trigger before a row is added. Rows are added and marked only, so that nothing else can make two overlap.
"""

from typing import Any

from django.db import migrations

_MONTH = "(EXTRACT(YEAR FROM {0})::int * 12 + EXTRACT(MONTH FROM {0})::int)"
POSTGRESQL = f"""
ALTER TABLE "benefits_period" ADD CONSTRAINT "benefits_period_no_overlap" EXCLUDE USING gist (
  int8range(
    "entitlement_id" * 1000000 + {_MONTH.format('"start"')},
    "entitlement_id" * 1000000 + COALESCE({_MONTH.format('"end"')}, 999999)
  ) WITH &&
) WHERE ("replaced_at" IS NULL) DEFERRABLE INITIALLY IMMEDIATE
"""
SQLITE = """
CREATE TRIGGER "benefits_period_no_overlap" BEFORE INSERT ON "benefits_period" WHEN NEW."replaced_at" IS NULL BEGIN
  SELECT RAISE(ABORT, 'benefits_period_no_overlap') WHERE EXISTS (
    SELECT 1 FROM "benefits_period" AS other
    WHERE other."entitlement_id" = NEW."entitlement_id" AND other."replaced_at" IS NULL
      AND (NEW."end" IS NULL OR other."start" < NEW."end") AND (other."end" IS NULL OR NEW."start" < other."end")
  );
END
"""


def build(_apps: Any, editor: Any) -> None:
    """Both databases hold it, each in its way."""
    editor.execute(POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE, params=None)


def remove(_apps: Any, editor: Any) -> None:
    """Back to no such rule."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            'ALTER TABLE "benefits_period" DROP CONSTRAINT IF EXISTS "benefits_period_no_overlap"', params=None
        )
    else:
        editor.execute('DROP TRIGGER IF EXISTS "benefits_period_no_overlap"', params=None)


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_entitlements")]

    operations = [migrations.RunPython(build, remove)]
