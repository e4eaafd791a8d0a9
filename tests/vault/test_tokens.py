"""A dumped token table tells neither who nor what, and what belongs to a person goes with her."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import count, pairwise
from random import Random
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from amparo.vault.actions import (
    Hits,
    SearchesUsedUp,
    begin_sealing,
    change_custodian,
    delete_tokens,
    find_persons,
    forget_search_days,
    make_index_keys,
    order_tokens,
    order_tokens_of_all,
    persons_of,
    rotate_keys,
    searches_left,
    sweep_tokens,
    waiting_persons,
    write_tokens,
)
from amparo.vault.actions import tokens as token_actions
from amparo.vault.custodians import Custodian, CustodianAway
from amparo.vault.custodians.shares import new_shares
from amparo.vault.keeping import LocalKeeper
from amparo.vault.models import CompartmentKey, PersonKeys, SearchDay, Token
from amparo.vault.queries import custodian, keeper
from amparo.vault.rules import Compartment, IndexMissing
from amparo.vault.rules.tokens import (
    SEARCHES_A_DAY,
    IndexKey,
    new_search_number,
    numbers_of,
    numbers_under,
    part_of,
    parts_of,
    postings_of,
    postings_under,
    token_of,
)
from tests.factories.accounts import NOW

KEY, OTHER = IndexKey(1, b"k" * 32), IndexKey(1, b"o" * 32)
TODAY = date(2026, 11, 22)
FACTS = st.tuples(st.sampled_from(["gs", "gy", "doc", "tel"]), st.text(max_size=20))
NUMBERS = st.integers(0, 2**63 - 1)
TOKENS = st.integers(-(2**63), 2**63 - 1)
PROTECTION = (Compartment.PROTECTION,)
PAIR, YEAR = ("gs", "a b"), ("gy", "a 1998")
VECTOR = 2158133040681367918
PARTS = (4680285181934849227, -3036642180917194236, -7314756554409478024)


@given(FACTS)
def test_a_token_is_the_start_of_a_keyed_hash(fact: tuple[str, str]) -> None:
    digest = hmac.digest(KEY.secret, fact[0].encode() + b"\0" + fact[1].encode(), "sha256")
    assert token_of(fact, key=KEY) == int.from_bytes(digest[:8], signed=True)
    assert token_of(fact, key=KEY) != token_of(fact, key=OTHER)


def test_tokens_stay_what_they_are_between_versions() -> None:
    assert token_of(("gs", "amn ktt"), key=KEY) == VECTOR
    assert parts_of(("gs", "amn amn"), key=KEY) == PARTS


@given(FACTS, NUMBERS)
def test_a_person_stands_under_one_of_the_tokens_of_a_fact(fact: tuple[str, str], number: int) -> None:
    parts = parts_of(fact, key=KEY)
    assert parts[0] == token_of(fact, key=KEY)
    assert part_of(fact, number=number, key=KEY) in parts
    assert {part_of(fact, number=each, key=KEY) for each in range(6)} == set(parts)
    assert set(parts).isdisjoint(parts_of(fact, key=OTHER))


def test_as_many_facts_have_one_token_as_two_and_three() -> None:
    counts = Counter(len(parts_of(("gs", str(each)), key=KEY)) for each in range(3_000))
    assert all(900 < counts[parts] < 1_100 for parts in (1, 2, 3))


@given(NUMBERS, st.lists(TOKENS, max_size=20, unique=True))
def test_a_posting_gives_the_number_back_and_nothing_else(number: int, tokens: list[int]) -> None:
    postings = postings_of(tokens, number=number, key=KEY)
    rows = list(zip(tokens, postings, strict=True))
    assert numbers_of(rows, key=KEY) == [number] * len(tokens)
    assert numbers_of(rows, key=OTHER) == [None] * len(tokens)
    assert postings == postings_of(tokens, number=number, key=KEY)
    assert len(set(postings)) == len(tokens)
    assert {len(posting) for posting in postings} <= {16}


@given(FACTS, st.lists(NUMBERS, max_size=20, unique=True), TOKENS)
def test_the_postings_under_a_fact_give_their_numbers_back_and_no_other_token_does(
    fact: tuple[str, str], numbers: list[int], other: int
) -> None:
    tokens, postings = postings_under(fact, numbers, key=KEY)
    assert tokens == [part_of(fact, number=number, key=KEY) for number in numbers]
    rows = zip(tokens, numbers, strict=True)
    assert postings == [postings_of([token], number=number, key=KEY)[0] for token, number in rows]
    found = []
    for part in parts_of(fact, key=KEY):
        joined = b"".join(posting for token, posting in zip(tokens, postings, strict=True) if token == part)
        found += numbers_under(part, joined, key=KEY)
        assert numbers_under(part, joined, key=OTHER) == []
        assert other == part or numbers_under(other, joined, key=KEY) == []
    assert sorted(found) == sorted(numbers)


@given(NUMBERS, TOKENS, TOKENS)
def test_a_posting_that_was_moved_to_another_token_is_nobodys(number: int, one: int, other: int) -> None:
    (posting,) = postings_of([one], number=number, key=KEY)
    assert numbers_of([(other, posting)], key=KEY) == [number if one == other else None]


def test_a_number_has_63_bits() -> None:
    assert new_search_number(lambda count: b"\xff" * count) == 2**63 - 1
    assert len({new_search_number() for _ in range(100)}) == 100


def with_keys(count: int) -> list[UUID]:
    persons = [uuid4() for _ in range(count)]
    begin_sealing((), new=persons, now=NOW)
    return persons


@pytest.mark.django_db
class TestTable:
    """The rows as a thief finds them."""

    def test_a_row_holds_a_token_and_a_posting_and_nothing_that_groups(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'vault_token'"
            )
            assert set(cursor.fetchall()) == {("token", "bigint"), ("posting", "bytea")}

    def test_persons_of_one_name_share_its_tokens_and_no_posting(self) -> None:
        people = with_keys(30)
        facts = (("gs", str(each)) for each in count())
        fact = next(each for each in facts if len(parts_of_fact(each)) == 3)
        write_tokens({person: [fact] for person in people})
        rows = list(Token.objects.values_list("token", "posting"))
        assert {token for token, _ in rows} == set(parts_of_fact(fact))
        assert len({bytes(posting) for _, posting in rows}) == 30
        assert set(find([fact])) == set(people)

    def test_rows_are_written_in_random_order(self) -> None:
        persons = with_keys(60)
        facts = {person: [("gs", f"{at} {n}") for n in range(5)] for at, person in enumerate(persons)}
        write_tokens(facts, rng=Random(3))
        owner = {
            part: person for person, own in facts.items() for fact in own for part in parts_of_fact(fact)
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM vault_token ORDER BY ctid")
            order = [owner[token] for (token,) in cursor.fetchall()]
        neighbours = sum(one == other for one, other in pairwise(order))
        assert neighbours < 20  # in the order of persons there would be 240

    def test_written_again_nothing_is_doubled(self) -> None:
        (person,) = with_keys(1)
        for _ in range(2):
            write_tokens({person: [("gs", "a b"), ("gy", "a 1998")]})
        assert Token.objects.count() == 2

    def test_who_has_no_keys_has_no_tokens(self) -> None:
        write_tokens({uuid4(): [("gs", "a b")]})
        assert not Token.objects.exists()


@pytest.mark.django_db
class TestErasing:
    """What is kept of a person goes with her."""

    def test_exactly_the_tokens_of_one_person_are_deleted(self) -> None:
        one, other = with_keys(2)
        facts = [("gs", "a b"), ("gy", "a 1998"), ("doc", "XA passport P1234567")]
        write_tokens({one: facts, other: facts})
        assert delete_tokens({one: facts}) == 3
        assert set(find(facts)) == {other}

    def test_without_her_keys_nobody_is_found_and_the_sweep_takes_the_rest(self) -> None:
        one, other = with_keys(2)
        write_tokens({one: [("gs", "a b")], other: [("gs", "a b")]})
        PersonKeys.objects.filter(person=one).delete()
        assert set(find([("gs", "a b")])) == {other}
        assert sweep_tokens() == 1
        assert Token.objects.count() == 1
        assert sweep_tokens() == 0

    def test_a_forged_row_finds_nobody(self) -> None:
        (person,) = with_keys(1)
        write_tokens({person: [("gs", "a b")]})
        Token.objects.update(token=parts_of_fact(("gs", "c d"))[0])
        assert find([("gs", "c d")]) == {}
        assert sweep_tokens() == 1


@pytest.mark.django_db
class TestCommonFacts:
    """What very many share tells nothing alone, and nobody is lost without a word."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(token_actions, "MOST_ALONE", 3)
        monkeypatch.setattr(token_actions, "MOST_READ", 5)

    def asked(self, *facts: tuple[str, str]) -> Hits:
        return find_persons(facts, compartments=PROTECTION, searcher=1, day=TODAY)

    def test_a_fact_of_few_names_them_all(self) -> None:
        few = with_keys(3)
        write_tokens({person: [PAIR] for person in few})
        found = self.asked(PAIR, YEAR)
        assert found.are_all
        assert set(found.kinds) == set(few)

    @pytest.mark.parametrize("many", [4, 6], ids=["read", "only confirming"])
    def test_a_fact_of_many_names_nobody_alone_and_that_is_said(self, many: int) -> None:
        write_tokens({person: [YEAR] for person in with_keys(many)})
        found = self.asked(PAIR, YEAR)
        assert not found.are_all
        assert found.kinds == {}

    @pytest.mark.parametrize("many", [4, 6], ids=["read", "only confirming"])
    def test_whom_a_rare_fact_names_is_found_with_the_common_one_that_fits_her_too(self, many: int) -> None:
        hers, namesake, *others = with_keys(many + 1)
        write_tokens({hers: [PAIR, YEAR], namesake: [PAIR]} | {other: [YEAR] for other in others})
        found = self.asked(PAIR, YEAR)
        assert found.kinds == {hers: {"gs", "gy"}, namesake: {"gs"}}
        assert not found.are_all

    def test_two_facts_of_many_name_those_whom_both_fit(self) -> None:
        hers, *others = with_keys(9)
        write_tokens(
            {hers: [PAIR, YEAR]}
            | {other: [PAIR] for other in others[:4]}
            | {other: [YEAR] for other in others[4:]}
        )
        found = self.asked(PAIR, YEAR)
        assert found.kinds == {hers: {"gs", "gy"}}
        assert not found.are_all

    def test_two_facts_of_one_kind_are_not_two(self) -> None:
        write_tokens({person: [YEAR, ("gy", "a 1999")] for person in with_keys(4)})
        assert self.asked(YEAR, ("gy", "a 1999")).kinds == {}

    def test_the_rarer_facts_name_first(self) -> None:
        hers, *others = with_keys(4)
        write_tokens({hers: [("tel", "+1")]} | {other: [PAIR] for other in others})
        found = self.asked(PAIR, ("tel", "+1"))
        assert found.kinds == {hers: {"tel"}}
        assert not found.are_all

    def test_who_compares_for_the_walls_is_given_everybody(self) -> None:
        persons = with_keys(7)
        write_tokens({person: [YEAR] for person in persons})
        assert persons_of([YEAR], compartments=PROTECTION) == set(persons)

    @pytest.mark.parametrize("many", [2, 5, 6, 30])
    def test_however_many_share_facts_the_questions_are_as_few(
        self, many: int, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
    ) -> None:
        rare, *others = with_keys(many)
        write_tokens({rare: [PAIR, YEAR]} | {other: [YEAR] for other in others})
        self.asked(PAIR)  # the key of the search is at hand from here on
        # Two of the savepoint, the budget, the postings, the persons; and who is confirmed by a fact of too many to be read.
        with django_assert_num_queries(6 if many > 5 else 5):
            assert self.asked(PAIR, YEAR).kinds[rare] == {"gs", "gy"}

    def test_a_row_of_another_length_hides_nobody(self) -> None:
        persons = with_keys(2)
        write_tokens({person: [PAIR] for person in persons})
        Token.objects.bulk_create(Token(token=part, posting=b"\0") for part in parts_of_fact(PAIR))
        assert set(self.asked(PAIR).kinds) == set(persons)


@pytest.mark.django_db
class TestOrders:
    """Tokens wait for one another."""

    def test_an_order_stands_once_until_it_is_written(self) -> None:
        (person,) = with_keys(1)
        assert [order_tokens([person], now=NOW, enough=each) for each in (1, 2)] == [True, False]
        assert waiting_persons() == [person]
        write_tokens({person: []})
        assert waiting_persons() == []

    def test_all_who_have_keys_can_be_ordered_anew(self) -> None:
        persons = with_keys(3)
        order_tokens_of_all(now=NOW)
        assert set(persons) <= set(waiting_persons())

    def test_each_compartment_has_one_index_key(self) -> None:
        assert Counter(CompartmentKey.objects.filter(use="index").values_list("compartment", flat=True)) == {
            each.value: 1 for each in Compartment
        }
        assert not make_index_keys(nobody, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
class TestIndexKeys:
    """The keys of the compartments' search come and go with the keyring."""

    def test_an_older_installation_gets_its_index_keys_once_and_has_everybody_found(self) -> None:
        persons = with_keys(2)
        CompartmentKey.objects.filter(use="index").delete()
        holder = LocalKeeper(custodian())
        with pytest.raises(IndexMissing, match="amparo migrate"):
            holder.index_key(Compartment.PROTECTION)
        keeper.cache_clear()
        assert delete_tokens({persons[0]: [("gs", "a b")]}) == 0, "her record can be changed"
        with pytest.raises(CustodianAway):
            make_index_keys(lambda: new_shares(2, 3)[0], now=NOW)
        assert make_index_keys(custodian, now=NOW)
        assert holder.index_key(Compartment.PROTECTION).secret
        assert set(persons) <= set(waiting_persons())
        assert not make_index_keys(nobody, now=NOW)

    def test_where_the_custodian_was_away_the_next_rotation_makes_them(self) -> None:
        CompartmentKey.objects.filter(use="index").delete()
        rotate_keys(custodian(), compartments=[Compartment.HEALTH], now=NOW)
        kept = [LocalKeeper(custodian()).index_key(each).secret for each in Compartment]
        rotate_keys(custodian(), compartments=list(Compartment), now=NOW)
        assert kept == [LocalKeeper(custodian()).index_key(each).secret for each in Compartment]

    def test_under_another_custodian_tokens_stay_what_they_are(self) -> None:
        old, (new, _words) = custodian(), new_shares(2, 3)
        before = LocalKeeper(old).index_key(Compartment.PROTECTION).secret
        change_custodian(old, new)
        assert LocalKeeper(new).index_key(Compartment.PROTECTION).secret == before


@pytest.mark.django_db
class TestBudget:
    """So many searches a day, counted by the database."""

    def test_after_the_last_search_of_the_day_none_is_made(self) -> None:
        for left in reversed(range(SEARCHES_A_DAY)):
            find([("gs", "a b")], searcher=7)
            assert searches_left(searcher=7, day=TODAY) == left
        with pytest.raises(SearchesUsedUp):
            find([("gs", "a b")], searcher=7)
        find([("gs", "a b")], searcher=8)
        find([("gs", "a b")], searcher=7, day=TODAY + timedelta(days=1))

    def test_days_that_are_over_are_forgotten(self) -> None:
        find([("gs", "a b")], searcher=7)
        assert forget_search_days(before=TODAY) == 0
        assert forget_search_days(before=TODAY + timedelta(days=1)) == 1
        assert not SearchDay.objects.exists()


def find(
    facts: list[tuple[str, str]], *, searcher: int = 1, day: date = TODAY
) -> Mapping[UUID, frozenset[str]]:
    found = find_persons(facts, compartments=PROTECTION, searcher=searcher, day=day)
    assert found.are_all
    return found.kinds


def parts_of_fact(fact: tuple[str, str]) -> tuple[int, ...]:
    return parts_of(fact, key=keeper().index_key(Compartment.PROTECTION))


def nobody() -> Custodian:
    raise AssertionError("No custodian is needed where nothing is missing.")
