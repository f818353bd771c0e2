"""The linking bench as a whole, on the small file, with the exact join alone."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def exact(dirty_file, tmp_path_factory):
    import linking

    (row,) = linking.bench([dirty_file], [linking.EXACT], tmp_path_factory.mktemp("work"))
    return row


def test_an_exact_join_finds_every_clean_row_and_links_somebody_elses_number_wrongly(exact):
    assert exact.recall("settled", lambda kind: kind is None) == 1.0
    assert exact.recall("settled", lambda kind: kind in ("digit_substituted", "id_missing", "columns_swapped")) == 0.0
    assert exact.kinds["somebody_elses_id"]["settled_wrong"] == 4
    assert exact.sum("settled_wrong") == 4
    assert exact.version.startswith("DuckDB ")
    assert exact.seconds[0] > 0
    assert exact.peak_mb[0] > 10


def test_the_tables_name_every_kind_and_say_what_was_missed(exact):
    import linking

    assert linking.wanted_table([exact], 1_000_000) == []
    table = linking.kind_table([exact], linking.further_kinds())
    assert "| somebody_elses_id | 4 | .0000 (4) |" in table
    assert any(line.startswith("| excel_zeroed † |") for line in table)
    ours = linking.Row(linking.OURS, "bangfu", [4.0], [500.0], exact.kinds)
    splink = linking.Row(linking.SPLINK, "Splink", [20.0], [1700.0], exact.kinds)
    missed = linking.wanted_table([splink, ours], 1_000_000)
    assert "| time | ≤ 3 s | 4.00 s | missed |" in missed
    assert "| time beside Splink | ≤ .25 | 0.20 | reached |" in missed
    assert any(line.startswith("| c-recall without area_changed | ≥ .95 | ") for line in missed)


def test_an_engine_that_fails_is_named(capsys, monkeypatch, dirty_file):
    import linking

    (linking.BENCH / ".data").mkdir(exist_ok=True)
    monkeypatch.setattr(linking, "prepare", lambda *_: dirty_file)
    monkeypatch.setattr(
        linking, "command", lambda *_: ([linking.sys.executable, "-c", "raise SystemExit(3)"], dirty_file)
    )
    monkeypatch.setattr(linking.sys, "argv", ["linking.py", "--persons", "8000", "--engines", "exact"])
    assert linking.main() == 1
    assert "failed with exit code 3: " in capsys.readouterr().err
