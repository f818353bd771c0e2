"""Receipt numbers: what is mistyped is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.values.receipt import ALPHABET, LENGTH, check_character, new_receipt, read_receipt, shown_receipt

BODIES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


def test_what_is_no_receipt_reads_as_none():
    for typed in ("", "ABC", "ABCDEFGHJK2", "ABCDEFGHJ!", "\0" * 10, "ａ" * 10):
        assert read_receipt(typed) == ""


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(body, place, other):
    receipt = body + check_character(body)
    wrong = receipt[:place] + other + receipt[place + 1 :]
    assert read_receipt(wrong) == (receipt if wrong == receipt else "")


@given(BODIES, st.integers(0, LENGTH - 2))
def test_neighbours_that_changed_places_are_found(body, place):
    receipt = body + check_character(body)
    swapped = receipt[:place] + receipt[place + 1] + receipt[place] + receipt[place + 2 :]
    assert read_receipt(swapped) == (receipt if swapped == receipt else "")


def test_a_new_one_reads_back_however_it_is_typed():
    receipt = new_receipt()
    assert read_receipt(f" {shown_receipt(receipt).lower()} ") == receipt
    assert new_receipt() != receipt
