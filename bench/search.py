"""Steal the token table and try to name people by how frequent names are; then print how fast a search is and how large it is.

    python -m bench.search [--attacked 300000] [--persons 1000000] [--cases 5000] [--searches 1000] [--data DIR]

Prints the share of persons whom the attack names, by what the attacker knows, the time of one's own caseload of 5,000, and p95 of
searches by tokens, as a page asks for them: with the log, the budget, the keys and the cases that may be told of. Each figure can be
left out with a nought. The names are made up: syllables in Zipf's proportions, as many as a country has. The attacker holds the
table and the true proportions of all names and years, and matches them by rank, also in the knowledge that a fact has up to three
tokens; the larger share is the figure. Whoever stores single names is shown beside it.
All tokens and postings are real ones; only the wrapped keys of those who are merely counted are not.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amparo.access.rules import Viewer

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
    parser.add_argument("--persons", type=int, default=1_000_000, help="among how many persons is searched")
    parser.add_argument("--cases", type=int, default=5_000, help="how many cases the own caseload has")
    parser.add_argument("--searches", type=int, default=1_000, help="how often is searched among all persons")
    parser.add_argument("--data")
    arguments = parser.parse_args()
    rng = random.Random(4)
    given = made_up(GIVEN, rng, exponent=0.95)
    family = made_up(FAMILY, rng, exponent=0.75)
    _read_names_once()
    shares = attack(given, family, arguments.attacked, rng) if arguments.attacked else {}
    for knowing, share in shares.items():
        print(f"{knowing:58} {100 * share:6.2f} % of {arguments.attacked:,} persons named")
    if arguments.cases:
        measure(given, family, arguments.persons, arguments.cases, rng, arguments.data, arguments.searches)
    if shares:
        print(f"{100 * max(shares[TABLE], shares[PARTED]):.2f}")


def _read_names_once() -> None:
    """Keep the keys of names: a million persons share some forty thousand of them."""
    from amparo.vocab.names import _facts, name_keys

    vars(_facts)["name_keys"] = cache(name_keys)


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
PARTED = "the same, by who counts on facts of two tokens each"
KINDS = "if the kind of each token were known"
SINGLE = "for comparison: tokens of single given names"


def attack(given: Names, family: Names, count: int, rng: random.Random) -> dict[str, float]:
    """Match tokens by rank with what the attacker knows to be frequent; return the share of persons who are named."""
    from amparo.vault.rules.tokens import IndexKey, new_search_number, part_of, token_of
    from amparo.vocab.names import name_keys, search_facts

    key = IndexKey(1, rng.randbytes(32))
    truth: dict[int, Fact] = {}
    table: dict[str, Counter[int]] = {TABLE: Counter(), SINGLE: Counter()}
    by_kind: dict[str, Counter[int]] = {}
    persons: list[list[int]] = []
    singles: list[list[int]] = []
    for one, other, year in people(given, family, count, rng):
        facts, number = (
            search_facts(given=one, family=other, birth_year=year),
            new_search_number(rng.randbytes),
        )
        made = [(fact, part_of(fact, number=number, key=key)) for fact in facts]
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
    halves = [(part / 2, fact) for part, fact in everything for _half in range(2)]
    parted = matched(table[TABLE], halves, truth, rng)
    with_kinds: set[int] = set()
    for kind, counted in by_kind.items():
        with_kinds |= matched(counted, sorted(known[kind], reverse=True), truth, rng)
    alone_right = matched(table[SINGLE], sorted(known["g"], reverse=True), truth, rng)
    return {
        TABLE: share(persons, right),
        PARTED: share(persons, parted),
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
    given: Names, family: Names, count: int, cases: int, rng: random.Random, data: str | None, searches: int
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
        viewer, own, now = _open_caseload(given, family, rng, cases)
        _settle(database.url(role="postgres"))
        _search_own(viewer, given, family, rng, len(own), now)
        if count:
            _fill(given, family, count, rng, database.url(role="postgres"))
            _search(viewer, own, count, now, searches)


def _settle(url: str) -> None:
    """Let the database know its tables, as by itself it does within a minute of so many new rows."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


AT_ONCE = 20_000
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = %s"
_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u')
"""
_KEYS = """
    INSERT INTO keyring.person_keys (person, number, compartment, label, record, place, created_at, search_number)
    SELECT gen_random_uuid(), 1, 'protection', wrapped, wrapped, wrapped, now(), number
    FROM numbers, (SELECT decode(repeat('00', 62), 'hex') AS wrapped) AS nothing
"""


def _fill(given: Names, family: Names, count: int, rng: random.Random, url: str) -> None:
    """Copy the tokens and numbers of so many persons in, past the outbox, and index them afterwards."""
    import psycopg

    started, made = time.perf_counter(), 0
    with psycopg.connect(url) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("CREATE TEMPORARY TABLE numbers (number bigint)")
        with _indexed_afterwards(connection, "public", "vault_token"):
            for numbers, rows in _tokens(given, family, count, rng):
                rng.shuffle(rows)
                made += len(rows)
                _copy(connection, "numbers", "".join(f"{number}\n" for number in numbers))
                lines = (f"{token}\t\\\\x{posting.hex()}\n" for token, posting in rows)
                _copy(connection, "vault_token (token, posting)", "".join(lines))
        with _indexed_afterwards(connection, "keyring", "person_keys"):
            connection.execute(_KEYS)
        connection.commit()
        _settle(url)
        size = connection.execute("SELECT pg_total_relation_size('vault_token')").fetchone()
    assert size is not None
    print(
        f"{count:,} persons, {made:,} tokens made and copied in {time.perf_counter() - started:.0f} s, "
        f"{size[0] / count:,.0f} bytes a person",
        flush=True,
    )


def _tokens(
    given: Names, family: Names, count: int, rng: random.Random
) -> Iterator[tuple[list[int], list[tuple[int, bytes]]]]:
    """Make the search numbers and the rows of persons, some thousands at a time: all of them would not fit in memory."""
    from amparo.vault.queries import keeper
    from amparo.vault.rules import Compartment
    from amparo.vault.rules.tokens import new_search_number, part_of, postings_of
    from amparo.vocab.names import search_facts

    key = keeper().index_key(Compartment.PROTECTION)
    for start in range(0, count, AT_ONCE):
        numbers: list[int] = []
        rows: list[tuple[int, bytes]] = []
        for one, other, year in people(given, family, min(AT_ONCE, count - start), rng):
            facts = search_facts(given=one, family=other, birth_year=year)
            numbers.append(new_search_number(rng.randbytes))
            tokens = {part_of(fact, number=numbers[-1], key=key) for fact in facts}
            rows += zip(tokens, postings_of(tokens, number=numbers[-1], key=key), strict=True)
        yield numbers, rows


@contextmanager
def _indexed_afterwards(connection: Any, schema: str, table: str) -> Iterator[None]:
    """Fill a table without its indexes: millions of rows that come in no order are sorted many times quicker at the end."""
    whole = f"{schema}.{table}"
    constraints = connection.execute(_CONSTRAINTS, [whole]).fetchall()
    for name, _ in constraints:
        connection.execute(f"ALTER TABLE {whole} DROP CONSTRAINT {name}")
    indexes = connection.execute(_INDEXES, [schema, table]).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {schema}.{name}")
    yield
    for _, definition in indexes:
        connection.execute(definition)
    for name, definition in constraints:
        connection.execute(f"ALTER TABLE {whole} ADD CONSTRAINT {name} {definition}")


def _copy(connection: Any, into: str, text: str) -> None:
    with connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        copy.write(text)


def _search(viewer: Viewer, own: list[Named], count: int, now: datetime, searches: int) -> None:
    """Search persons who have cases among all, each search in a transaction as a page's is."""
    from amparo.access.context import acting_as
    from amparo.cases.queries import search_persons
    from amparo.cases.rules.searching import SearchPurpose, Wanted
    from amparo.vault.rules.tokens import SEARCHES_A_DAY

    day = 0
    for how in ("given and family name", "both and the year"):
        times, busy, missed, told = [], [], 0, 0
        for at, (one, other, year) in enumerate(own[:searches]):
            day += at % SEARCHES_A_DAY == 0
            wanted = Wanted(given=one, family=other, birth_year=year if how.startswith("both") else None)
            started, began = time.perf_counter(), time.process_time()
            with acting_as(viewer):
                found = search_persons(
                    viewer, wanted, purpose=SearchPurpose.IDENTIFICATION, now=now + timedelta(days=day)
                )
            times.append((time.perf_counter() - started) * 1000)
            busy.append((time.process_time() - began) * 1000)
            missed += not found.rows
            told += not found.rows and not found.are_all
        print(
            f"{count:,} persons, {how}: p50 {statistics.median(times):.1f} ms, p95 {_p95(times):.1f} ms, of that p95 "
            f"{_p95(busy):.1f} ms of a core in this process, {missed} of {len(times):,} not found, "
            f"{told} of these told that too many are alike",
            flush=True,
        )


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times[len(times) // 20 :], n=20)[-1]


def _open_caseload(
    given: Names, family: Names, rng: random.Random, cases: int
) -> tuple[Viewer, list[Named], datetime]:
    """Open cases of one worker, and write the tokens of their persons as the job does."""
    from django.utils import timezone

    from amparo.access.context import acting_as
    from amparo.access.queries import viewer_for_membership
    from amparo.accounts.models import Membership, Organisation, User
    from amparo.cases.actions import open_cases, write_waiting_tokens
    from amparo.cases.rules import CaseDetails, Name, PersonDetails
    from amparo.cases.rules.opening import NewCase
    from amparo.vocab.dates import PartialDate

    now = timezone.now()
    organisation = Organisation.objects.create(name="Bench", kind="ngo", created_at=now)
    user = User.objects.create(email="bench@example.org", name="Bench", created_at=now, is_active=True)
    membership = Membership.objects.create(
        user=user, organisation=organisation, role="caseworker", since=now.date()
    )
    viewer = viewer_for_membership(membership.pk, now)
    assert viewer is not None
    own = list(people(given, family, cases, rng))
    scripts = ("محمد حسين", "Мухаммед Саид", "王小明", "สมชาย ใจดี", "")
    new = [
        NewCase(
            person=PersonDetails(
                names=(
                    Name(text=one, kind="given"),
                    Name(text=other, kind="family"),
                    Name(text=f"{rng.choice(scripts)} {other}", kind="own_script"),
                ),
                birth=PartialDate.parse(str(year)),
            ),
            details=CaseDetails(consent="yes"),
            opened_date=now.date(),
        )
        for one, other, year in own
    ]
    for start in range(0, cases, 500):
        with acting_as(viewer):
            open_cases(new=new[start : start + 500], by=viewer, now=now)
    write_waiting_tokens(now=now)
    return viewer, own, now


def _search_own(
    viewer: Viewer, given: Names, family: Names, rng: random.Random, cases: int, now: datetime
) -> None:
    """Search the own cases by name."""
    from amparo.access.context import acting_as
    from amparo.cases.queries import search_own_caseload
    from amparo.config.memory import collect_seldom

    times, busy = [], []
    collect_seldom()  # as the server does, some seconds after it was started
    for one, other, _ in people(given, family, 124, rng):
        started, began = time.perf_counter(), time.process_time()
        with acting_as(viewer):
            search_own_caseload(viewer, f"{one} {other}", now=now)
        times.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - began) * 1000)
    times, busy = times[4:], busy[4:]
    print(
        f"own caseload of {cases:,}, three names each: p50 {statistics.median(times):.0f} ms, p95 {_p95(times):.0f} ms; "
        f"of that {statistics.median(busy):.0f} ms (least {min(busy):.0f}) of a core in this process; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
