"""What tokens cost, and how fast whoever holds the key reads them back.

    python bench/tokens.py [--rows 1000000] [--days 2000] [--whole-area]

Prints how many tokens a second one core makes, how long `bangfu token` takes as a whole process on a CSV
file of that many rows, and how long it takes with the key to hash every number that a county can have
(`--whole-area` hashes all 36.5 million of one six-digit area instead of some days of it).
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from bangfu.core.matching.numbers import read_numbers
from bangfu.core.matching.rows import read_days
from bangfu.core.matching.tokens.columns import name_tokens, number_tokens
from bangfu.core.matching.tokens.hashing import ID, name_birth_tokens, sound_birth_tokens, tokens_of_numbers
from bangfu.core.matching.tokens.keys import TokenKey

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
YEARS, SEQUENCES, AREAS = 100, 1000, 4
DAYS = round(YEARS * 365.25)
FIRST_DAY = date(1926, 1, 1)


def numbers_of_day(area: str, day: date) -> Iterator[str]:
    """The thousand numbers that an area can give out for one day of birth."""
    head = f"{area}{day:%Y%m%d}"
    base = sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=False))
    for sequence in range(SEQUENCES):
        tens, ones = divmod(sequence, 10)
        hundreds, tens = divmod(tens, 10)
        check = CHECKS[(base + hundreds * 8 + tens * 4 + ones * 2) % 11]
        yield f"{head}{sequence:03d}{check}"


def number_of(area: str, day: date, sequence: int) -> str:
    """One number."""
    body = f"{area}{day:%Y%m%d}{sequence:03d}"
    return body + CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def main() -> None:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=2000)
    parser.add_argument("--whole-area", action="store_true")
    options = parser.parse_args()
    secret = os.urandom(32)
    making(TokenKey(secret))
    reading_back(TokenKey(secret), DAYS if options.whole_area else options.days)
    whole_command(secret, options.rows)


def making(key: TokenKey) -> None:
    """Tokens in memory, on one core."""
    numbers = [number for days in range(200) for number in numbers_of_day("990101", FIRST_DAY + timedelta(days * 150))]
    names = made_names(len(numbers))
    births = [FIRST_DAY + timedelta(at % DAYS) for at in range(len(numbers))]
    rate("HMAC-SM3 alone", len(numbers), lambda: key.tokens(ID, numbers))
    rate("tokens_of_numbers (checked, then hashed)", len(numbers), lambda: tokens_of_numbers(key, numbers))
    rate("name_birth_tokens, every name different", len(names), lambda: name_birth_tokens(key, names, births))
    rate("sound_birth_tokens, every name different", len(names), lambda: sound_birth_tokens(key, names, births))
    texts, column = pa.array(numbers), pa.array(names)
    days = read_days(pa.array(births, pa.date32()))
    rate("a column of numbers, read and hashed", len(numbers), lambda: number_tokens(key, read_numbers(texts).packed))
    rate("a column of names: name and sound with birth", len(names), lambda: name_tokens(key, column, days))


def rate(what: str, count: int, run: object) -> None:
    """Best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        run()  # type: ignore[operator]
        best = min(best, time.perf_counter() - started)
    print(f"{what}: {best / count * 1e6:.2f} µs each, {count / best / 1e6:.2f} million a second")


def reading_back(key: TokenKey, days: int) -> None:
    """Somebody with the key and a file of tokens of unknown people: hash every number, look each token up."""
    hidden = random.Random(1).sample(range(days), min(days, 500))
    victims = [next(numbers_of_day("990101", FIRST_DAY + timedelta(day))) for day in hidden]
    tokens = set(tokens_of_numbers(key, victims))
    started = time.perf_counter()
    found = {}
    for day in range(days):
        numbers = list(numbers_of_day("990101", FIRST_DAY + timedelta(day)))
        for number, token in zip(numbers, key.tokens(ID, numbers), strict=True):
            if token in tokens:
                found[token] = number
    seconds = time.perf_counter() - started
    tried = days * SEQUENCES
    assert sorted(found.values()) == sorted(victims)
    print(f"reading back: {tried:,} numbers of one area in {seconds:.1f} s, all {len(victims)} hidden ones found")
    whole = DAYS * SEQUENCES
    print(
        f"at that rate, {YEARS} years of one area ({whole:,} numbers): {seconds / tried * whole:.0f} s on one core; "
        f"of {AREAS} areas: {seconds / tried * whole * AREAS / 60:.1f} minutes"
    )


def whole_command(secret: bytes, rows: int) -> None:
    """`bangfu token` from a CSV file to a CSV file."""
    rng = random.Random(1)
    names = made_names(rows)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with (folder / "bureau.csv").open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file)
            out.writerow(["证件号码", "姓名", "车辆类型", "估值", "登记日期"])
            for name in names:
                day = FIRST_DAY + timedelta(rng.randrange(DAYS))
                number = number_of(f"9901{rng.randrange(1, 5):02d}", day, rng.randrange(SEQUENCES))
                out.writerow([number, name, rng.choice(["小型汽车", "摩托车"]), rng.randrange(300_000), "2020-01-02"])
        size = (folder / "bureau.csv").stat().st_size / 1e6
        for options in ([], ["--name-birth"]):
            argv = [str(Path(sys.executable).with_name("bangfu")), "token", "--file", str(folder / "bureau.csv")]
            argv += ["--out", str(folder / "tokens.csv"), *options]
            started = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True, env={**os.environ, "BANGFU_TOKEN_KEY": secret.hex()})
            seconds = time.perf_counter() - started
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            command = " ".join(["bangfu token", *options])
            print(f"{command}: {rows:,} rows, {size:.0f} MB: {seconds:.1f} s, {peak:.0f} MB at most")


def made_names(count: int) -> list[str]:
    """Invented names, nearly all different."""
    rng = random.Random(2)
    given = [chr(code) for code in range(0x4E00, 0x8000)]
    return [rng.choice("王李张刘陈杨赵黄周吴") + rng.choice(given) + rng.choice(given) for _ in range(count)]


if __name__ == "__main__":
    main()
