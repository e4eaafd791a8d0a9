"""Steal the token table and try to name people by how frequent names are; then print how fast a search is and how large it is.

    python -m bench.search [--attacked 300000] [--persons 1000000] [--cases 5000] [--data DIR]

Prints the share of persons whom the attack names, by what the attacker knows, the time of one's own caseload of 5,000, and p95 of
searches by tokens. The names are made up: syllables in Zipf's proportions, as many as a country has. The attacker holds the table and
the true proportions of all names and years, and matches them by rank. Whoever stores single names is shown beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import uuid4

GIVEN, FAMILY = 4_000, 40_000
YEARS = range(1950, 2021)
STARTS = [
    "b",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "y",
    "z",
    "ch",
    "kh",
    "sh",
    "th",
    "tr",
]
VOWELS = ["a", "e", "i", "o", "u", "aa", "ia", "ou"]
Fact = tuple[str, str]
Named = tuple[str, str, int]


@dataclass(frozen=True)
class Names:
    """Names with their proportions, the most frequent first."""

    names: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def steps(self) -> list[float]:
        """Return the sums by which names are drawn."""
        return list(accumulate(self.shares))


def main() -> None:
    """Attack, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--attacked", type=int, default=300_000, help="among how many persons the attack names"
    )
    parser.add_argument("--persons", type=int, default=100_000, help="among how many persons is searched")
    parser.add_argument("--cases", type=int, default=5_000, help="how many cases the own caseload has")
    parser.add_argument("--data")
    arguments = parser.parse_args()
    rng = random.Random(4)
    given = made_up(GIVEN, rng, exponent=0.95)
    family = made_up(FAMILY, rng, exponent=0.75)
    shares = attack(given, family, arguments.attacked, rng)
    for knowing, share in shares.items():
        print(f"{knowing:58} {100 * share:6.2f} % of {arguments.attacked:,} persons named")
    measure(given, family, arguments.persons, arguments.cases, rng, arguments.data)
    print(f"{100 * shares[TABLE]:.2f}")


def made_up(count: int, rng: random.Random, *, exponent: float) -> Names:
    """Make names of two to four syllables in the proportions of Zipf's law."""
    names: dict[str, None] = {}
    while len(names) < count:
        syllables = rng.choice((2, 2, 3, 3, 4))
        name = "".join(rng.choice(STARTS) + rng.choice(VOWELS) for _ in range(syllables))
        names[name + rng.choice(("", "", "n", "r", "m", "l"))] = None
    weights = [1 / rank**exponent for rank in range(1, count + 1)]
    return Names(tuple(names), tuple(weight / sum(weights) for weight in weights))


def people(given: Names, family: Names, count: int, rng: random.Random) -> Iterator[Named]:
    """Draw people."""
    first = rng.choices(given.names, cum_weights=given.steps, k=count)
    last = rng.choices(family.names, cum_weights=family.steps, k=count)
    return zip(first, last, rng.choices(YEARS, k=count), strict=True)


TABLE = "the token table as it is"
KINDS = "if the kind of each token were known"
SINGLE = "for comparison: tokens of single given names"


def attack(given: Names, family: Names, count: int, rng: random.Random) -> dict[str, float]:
    """Match tokens by rank with what the attacker knows to be frequent; return the share of persons who are named."""
    from amparo.vault.rules.tokens import IndexKey, token_of
    from amparo.vocab.names import name_keys, search_facts

    key = IndexKey(1, rng.randbytes(32))
    truth: dict[int, Fact] = {}
    table: dict[str, Counter[int]] = {TABLE: Counter(), SINGLE: Counter()}
    by_kind: dict[str, Counter[int]] = {}
    persons: list[list[int]] = []
    singles: list[list[int]] = []
    for one, other, year in people(given, family, count, rng):
        facts = search_facts(given=one, family=other, birth_year=year)
        made = [(fact, token_of(fact, key=key)) for fact in facts]
        truth.update((token, fact) for fact, token in made)
        table[TABLE].update(token for _, token in made)
        for fact, token in made:
            by_kind.setdefault(fact[0], Counter())[token] += 1
        persons.append([token for _, token in made])
        alone = [(("g", each), token_of(("g", each), key=key)) for each in name_keys(one)[:1]]
        truth.update((token, fact) for fact, token in alone)
        table[SINGLE].update(token for _, token in alone)
        singles.append([token for _, token in alone])
    known = known_to_attacker(given, family, len(truth))
    everything = sorted((item for kind in known if kind != "g" for item in known[kind]), reverse=True)
    right = matched(table[TABLE], everything, truth, rng)
    with_kinds: set[int] = set()
    for kind, counted in by_kind.items():
        with_kinds |= matched(counted, sorted(known[kind], reverse=True), truth, rng)
    alone_right = matched(table[SINGLE], sorted(known["g"], reverse=True), truth, rng)
    return {
        TABLE: share(persons, right),
        KINDS: share(persons, with_kinds),
        SINGLE: share(singles, alone_right),
    }


def known_to_attacker(given: Names, family: Names, most: int) -> dict[str, list[tuple[float, Fact]]]:
    """Return the true proportions of all forms; of pairs, as many of the most frequent as there are tokens."""
    import numpy

    first, last = _keys(given), _keys(family)
    year = 1 / len(YEARS)
    known: dict[str, list[tuple[float, Fact]]] = {
        "g": [(p, ("g", key)) for key, p in _keys(given, 1).items()]
    }
    known["gy"] = [(p * year, ("gy", f"{key} {each}")) for key, p in first.items() for each in YEARS]
    known["sy"] = [(p * year, ("sy", f"{key} {each}")) for key, p in last.items() for each in YEARS]
    one, other = list(first), list(last)
    product = numpy.outer(list(first.values()), list(last.values())).ravel()
    best = numpy.argpartition(product, -min(most, product.size))[-min(most, product.size) :]
    pairs: dict[str, float] = {}
    for place in best:
        form = " ".join(sorted((one[place // len(other)], other[place % len(other)])))
        pairs[form] = pairs.get(form, 0.0) + float(product[place])
    known["gs"] = [(p, ("gs", form)) for form, p in pairs.items()]
    return known


def _keys(names: Names, most: int = 9) -> dict[str, float]:
    from amparo.vocab.names import name_keys

    found: dict[str, float] = {}
    for name, part in zip(names.names, names.shares, strict=True):
        for key in name_keys(name)[:most]:
            found[key] = found.get(key, 0.0) + part
    return found


def matched(
    counted: Counter[int], known: list[tuple[float, Fact]], truth: dict[int, Fact], rng: random.Random
) -> set[int]:
    """Put the tokens beside the known forms by rank, ties at random; return those that stand beside their own."""
    tokens = list(counted)
    rng.shuffle(tokens)
    tokens.sort(key=lambda token: counted[token], reverse=True)
    return {token for token, (_, fact) in zip(tokens, known, strict=False) if truth[token] == fact}


def share(persons: list[list[int]], right: set[int]) -> float:
    """Return the share of persons of whom one token at least is known for what it is."""
    return sum(not right.isdisjoint(tokens) for tokens in persons) / len(persons)


def measure(
    given: Names, family: Names, count: int, cases: int, rng: random.Random, data: str | None
) -> None:
    """Fill a real database with tokens of so many persons, and search it."""
    folder = Path(data or tempfile.mkdtemp(prefix="amparo-bench-"))
    os.environ.update(
        AMPARO_DATA=str(folder), DJANGO_SETTINGS_MODULE="amparo.config.settings", AMPARO_TRAINING="1",
        AMPARO_LOG_LEVEL="WARNING",
    )  # fmt: skip
    import subprocess
    import sys

    from amparo.config.embedded import EmbeddedDatabase

    with EmbeddedDatabase(folder / "database").running() as database:
        subprocess.run([sys.executable, "-m", "amparo.cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        _own_caseload(given, family, rng, cases)
        asked = _fill(given, family, count, rng, database.url(role="postgres"))
        _search(asked, count)


def _fill(given: Names, family: Names, count: int, rng: random.Random, url: str) -> list[Named]:
    """Copy tokens and numbers in, past the outbox; give some of the people, to be searched."""
    import psycopg

    from amparo.vault.queries import keeper
    from amparo.vault.rules import Compartment
    from amparo.vault.rules.tokens import new_search_number, postings_of, token_of
    from amparo.vocab.names import search_facts

    asked: list[Named] = []
    key = keeper().index_key(Compartment.PROTECTION)
    started = time.perf_counter()
    rows: list[tuple[int, bytes]] = []
    numbers: list[int] = []
    for one, other, year in people(given, family, count, rng):
        number = new_search_number(rng.randbytes)
        facts = search_facts(given=one, family=other, birth_year=year)
        tokens = sorted({token_of(fact, key=key) for fact in facts})
        rows += zip(tokens, postings_of(tokens, number=number, key=key), strict=True)
        numbers.append(number)
        if len(asked) < 2_000:
            asked.append((one, other, year))
    rng.shuffle(rows)
    with psycopg.connect(url) as connection:
        _copy(connection, "vault_token (token, posting)", rows)
        wrapped, now = b"\0" * 62, datetime.now(UTC)
        keys = ((uuid4(), 1, "protection", wrapped, wrapped, wrapped, now, number) for number in numbers)
        columns = "(person, number, compartment, label, record, place, created_at, search_number)"
        _copy(connection, f"keyring.person_keys {columns}", keys)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        size = connection.execute("SELECT pg_total_relation_size('vault_token')").fetchone()
    assert size is not None
    print(
        f"{count:,} persons, {len(rows):,} tokens made and copied in {time.perf_counter() - started:.0f} s, "
        f"{size[0] / count:,.0f} bytes a person"
    )
    return asked


def _copy(connection: Any, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _search(asked: list[Named], count: int) -> None:
    from amparo.vault.actions import find_persons
    from amparo.vault.rules import Compartment
    from amparo.vocab.names import possible_facts

    for knowing, compartments in (
        ("one compartment", (Compartment.PROTECTION,)),
        ("all", tuple(Compartment)),
    ):
        for how in ("given and family name", "both and the year"):
            times, missed = [], 0
            for at, (one, other, year) in enumerate(asked):
                facts = possible_facts(
                    given=one, family=other, birth_year=year if how.startswith("both") else None
                )
                started = time.perf_counter()
                found = find_persons(facts, compartments=compartments, searcher=at, day=date(2026, 11, 22))
                times.append((time.perf_counter() - started) * 1000)
                missed += not found
            p95 = statistics.quantiles(times[100:], n=20)[-1]
            print(
                f"{count:,} persons, {knowing}, {how}: p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, "
                f"{missed} not found"
            )
            from amparo.vault.actions import forget_search_days

            forget_search_days(before=date(2027, 1, 1))


def _own_caseload(given: Names, family: Names, rng: random.Random, cases: int) -> None:
    """Open cases of one worker and search them by name."""
    from django.utils import timezone

    from amparo.access.queries import viewer_for_membership
    from amparo.accounts.models import Membership, Organisation, User
    from amparo.cases.actions import open_cases
    from amparo.cases.queries import search_own_caseload
    from amparo.cases.rules import CaseDetails, Name, PersonDetails
    from amparo.cases.rules.opening import NewCase

    now = timezone.now()
    organisation = Organisation.objects.create(name="Bench", kind="ngo", created_at=now)
    user = User.objects.create(email="bench@example.org", name="Bench", created_at=now, is_active=True)
    membership = Membership.objects.create(
        user=user, organisation=organisation, role="caseworker", since=now.date()
    )
    viewer = viewer_for_membership(membership.pk, now)
    assert viewer is not None
    own = ("محمد حسين", "Мухаммед Саид", "王小明", "สมชาย ใจดี", "")
    new = [
        NewCase(
            person=PersonDetails(
                names=(
                    Name(text=one, kind="given"),
                    Name(text=other, kind="family"),
                    Name(text=f"{rng.choice(own)} {other}", kind="own_script"),
                )
            ),
            details=CaseDetails(consent="yes"),
            opened_date=now.date(),
        )
        for one, other, _ in people(given, family, cases, rng)
    ]
    for start in range(0, cases, 500):
        open_cases(new=new[start : start + 500], by=viewer, now=now)
    times, busy = [], []
    for one, other, _ in people(given, family, 24, rng):
        started, began = time.perf_counter(), time.process_time()
        search_own_caseload(viewer, f"{one} {other}", now=now)
        times.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - began) * 1000)
    print(
        f"own caseload of {cases:,}, three names each: p50 {statistics.median(times[4:]):.0f} ms, max {max(times[4:]):.0f} ms; "
        f"of that {statistics.median(busy[4:]):.0f} ms of a core in this process"
    )


if __name__ == "__main__":
    main()
