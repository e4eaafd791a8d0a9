"""Take one access line away at a time, and see whether a test notices.

    python bench/mutations.py [--only access/queries] [--list] [--quick] [--unknown] [--none] [--processes 2] [--tests tests/access ...]

A mutant is the source without one line that keeps somebody out. One process loads everything, runs each test once to learn
which access lines it reaches (kept in .cache/mutations.json until the test or a source that it reaches changes), and tries each
mutant in a child of its own, with the tests that reach its line: first the one that noticed it in an earlier run (kept in
.cache/mutations-killers.json), then those about its folder, the grid of denials last. Prints each with what killed it, and killed
of all; exits with 1 when one lived. What is kept serves several processes at once, and a run that was broken off: `--unknown`
goes on with those that nothing has noticed yet. `--none` tries the lines that are left out instead: one that a test notices
needs no reason, and is to be left out no longer.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from _mutants import NoSuchPlace, files_of, keyed, lines_of, parse

CHECKOUT = Path(__file__).parents[1]
# Where access is decided, and how many access lines are found there at least: far fewer would mean that they moved away.
PLACES = {
    "access/queries": 105, "access/rules": 70, "access/actions": 220, "access/api": 10, "access/web.py": 35,
    "access/holding.py": 2, "access/models": 3, "access/views": 50, "access/context.py": 19,
    "access/panels": 10, "access/forms.py": 2, "access/beyond.py": 1,
    "accounts/queries": 55, "cases/queries": 100, "cases/actions": 130, "cases/views": 60, "cases/api": 18,
    "intake/queries.py": 14, "intake/views.py": 13, "intake/api.py": 11,
    "evidence/queries": 30, "evidence/actions": 60, "evidence/views": 20, "evidence/api.py": 2,
    "publishing/queries": 22, "publishing/actions": 30, "publishing/views": 12,
    "publishing/api.py": 0, "publishing/public/views.py": 5, "publishing/gateway/views.py": 11,
    "oversight/queries.py": 18, "oversight/actions": 7, "oversight/views": 8, "portal/views.py": 7,
    "vault/queries.py": 20, "vault/keeping.py": 5, "vault/keyd/service.py": 9,
}  # fmt: skip
# `access/policies.py` is not among them: it is written into the database before any test; test_rows.py and test_rows_decided.py try what stands there.
# Reads of apps that know nobody who looks: whoever asks them has asked for access.
BELOW = ("audit/queries",)
TESTS = (
    "tests/access", "tests/accounts", "tests/cases", "tests/oversight", "tests/intake", "tests/vault", "tests/evidence",
    "tests/publishing", "tests/cli/test_people.py", "tests/audit", "tests/portal", "tests/api", "tests/contracts",
)  # fmt: skip
# What looks like an access line and keeps nobody out: the beginning of names (a pattern), and why.
NO_ACCESS = {
    r"publishing/queries/checking\.py:(registered_cells|spent_budgets): filter population__in": "for speed; the register compares within one population",
    r"publishing/queries/published\.py:(list_published: (filter|Q) |_has: filter Q|_years|_number|MOST_ITEMS|published_file: the condition)":
        "which of what is published somebody looks for",
    r"publishing/queries/published\.py:(_later: filter supersedes__in|all_published: filter release__in)":
        "what is found of others is given to none of those that are shown",
    r"publishing/public/views\.py:(_page|release_rows|_pager|_page_number|written)": "how a page is laid out, and which files there are",
    r"publishing/queries/checking\.py:_book": "which values are all of a dimension",
    r"publishing/queries/(history\.py:|let_out\.py:let_out_as: (the guard|filter kept)|releases\.py:(list_releases|count_waiting|_on|labels_beside|find_by_number: filter|(drafts|published)_about: filter|_file:))":
        "which of the visible releases somebody asked to see, and what is offered; the actions decide once more",
    r"publishing/views/(drafting\.py:(_change|propose|_save|_compare|_text|_shown): the|reading\.py:(releases|release_page): the|steps\.py:(note|_with_reason|in_the_way): the)":
        "the comparison after a stale edit, how a page is laid out, and the words of a refusal; the actions ask again",
    r"publishing/api\.py:release_(list|read): the demand": "`list_releases` and `get_release` show nothing to who has neither permission",
    r"(publishing/api\.py:release_propose|evidence/api\.py:study_(list|read)): the demand": "the action, or the getter, asks for the same",
    r"publishing/(queries/naming\.py:say_population|views/steps\.py:withdraw): the": "in what words something is told",
    r"publishing/gateway/views\.py:(change: the guard|step: the guard|table: the guard|_?\w+: the side (request\.method|form\.is_valid))":
        "what was sent, and which table there is; the action behind it asks for access itself",
    r"publishing/queries/research\.py:(list_proposals: the side|opened_item: the condition)": "in which order proposals stand, and which file there is",
    r"publishing/actions/granting\.py:(grant_proposal: the side row\.reviewed_by_id is None|_undecided_by: the demand)":
        "no proposal waits for the second person without a first; whoever sees it and may not decide is kept out as named in it",
    r"publishing/actions/(researching\.py:(colleagues_of: the condition|write_proposal: the guard|_name: what|_next_number: filter)|outputs\.py:(MOST_|_counted: the side|_protected: |_labels: )|preparing\.py:keep_release: the guard)":
        "what is offered, how it is numbered, and which tables can be counted at all; what is counted is protected",
    r"publishing/actions/researching\.py:write_proposal: the demand": "`colleagues_of` asks for the same, and nothing is kept without it",
    r"publishing/actions/opening\.py:open_file: the side not content": "an empty file has another digest",
    r"publishing/views/research\.py:(proposal_page|grant|_more_time): the": "how a page is laid out; the actions decide",
    r"evidence/views/proposals\.py:(file|_kept_file): the": "which page says that there is no snapshot, and how large a file may be, which is asked again of the text",
    r"evidence/actions/proposing_files\.py:(proposed_file: the condition|_kind_words|_labels|_years)":
        "in what words something is proposed that was measured already; a snapshot that is not ready has no table",
    r"publishing/actions/preparing\.py:propose_release: the condition kind": "which explanations were given",
    r"evidence/views/proposals\.py:(table|_propose): the": "which page says that there is no table, and how it is laid out",
    r"evidence/actions/(proposing\.py:(propose: filter|_labels|_years)|proposing_studies\.py:(_cell|_rounded|_years|_studied))":
        "in what words and numbers something is proposed that is protected already, and which snapshots are kept",
    r"access/queries/emergencies\.py:find_running: the side row\.(number|ends_at) is None": "the database stamps both; the side is for the types",
    r"access/queries/emergencies\.py:(list_openings|get_opening): the side viewer\.user_id is None": "for nobody `known_user_id` refuses a line later",
    r"access/queries/emergencies\.py:_own: (the (guard|side) viewer\.(user|membership)_id is None|filter user_id)":
        "no opening is without a membership, and a membership is of one user",
    r"access/queries/emergencies\.py:_reviewable: Q (verdict|review_until|user__memberships__until)": "which are shown as late; with those of the past more is kept away",
    r"access/queries/emergencies\.py:outside_reviewers: the side one\.": "somebody's own organisation is in her line, and her line meets itself",
    r"access/queries/viewers\.py:granted_organisations: filter organisation__isnull": "None is no organisation",
    r"access/(actions/dual\.py:visible_acts: .*(where is not|viewer\.may)|queries/acts\.py:list_acts: filter)":
        "which acts are fetched; `_may_look` decides on each",
    r"access/queries/acts\.py:asked_and_done: the guard": "of nothing nothing is asked",
    r"access/(queries/notices\.py:(_unseen|count_notices)|actions/notices\.py:mark_read): the (guard|side) (by|viewer)\.(user|organisation)_id is None":
        "no notice is for nobody or in no organisation, so the filter finds none",
    r"access/queries/viewers\.py:(_opened: the side (granted|viewer\.homes)|_reach: the side not viewer\.homes|_scope: the guard viewer\.organisation_id)":
        "no record lies in no compartment or organisation: without it the same is asked in more words",
    r"access/actions/people\.py:_own_organisation: the guard": "which words refuse: no role and no suspension is in no organisation",
    r"access/actions/permission\.py:require: the demand": "which words refuse",
    r"access/web\.py:_memberships: the condition": "nobody has no role, and `_viewer` asks again",
    r"access/web\.py:requires\.decorate: Guard with": "it is taken away at each view, where the decorator stands",
    r"access/api/viewers\.py:TokenViewer\.authenticate: the side viewer\.token_id": "for the types: who comes by a key has its number",
    r"accounts/queries/people\.py:find_user_of_link: the side user is not None": "for the types: no link is good for nobody",
    r"access/actions/role_acts\.py:describe_change: the side payload": "what the page tells: who goes on reading leaves nothing alone",
    r"access/actions/dual\.py:_refuse_unless_second: the guard not (may_decide|own\.staff_number)":
        "`_may_look` has asked the first already, and without a number one is the same human as anybody",
    r"access/actions/dual\.py:collect_act: the side row\.(decided_at is None|asked_by_id)": "for the types; a membership is of one user",
    r"access/actions/dual\.py:(_close: the side|forget_over_acts: filter|_deciders: the condition payload)":
        "which notices of acts there are; without a payload no reach is asked of",
    r"access/actions/emergencies\.py:(review_opening: the side row is None|escalate_unreviewed: filter|_escalate:)":
        "asked twice, the second time when the row is locked; who judges is asked by `get_opening`",
    r"access/models/grants\.py:GrantQuerySet\.to:": "how many grants somebody carries: without it fewer are given",
    r"access/actions/walls\.py:name_readers: exclude": "who was named before and is named again is named either way",
    r"access/actions/roles\.py:assignable_role: the (guard|side) (role\.scope|Permission)": "which words refuse",
    r"access/actions/emergencies\.py:open_in_emergency: the condition": "whether one is told of one's own opening",
    r"access/rules/(dual\.py:LINKED_BY_INVITATION|viewer\.py:Viewer\.purpose_on: the side self\.purposes)": "without it more is asked, not less",
    r"[a-z]+/(views/.*|views\.py|api\.py):.*the (side|guard|condition) .*(request\.(method|POST)|is_valid\(\)|is_(team|name)\b|isascii|isdigit|isalnum|len\()":
        "what was sent, and in what form: the action behind it asks for access itself",
    r"access/views/two_people\.py:_act_page:": "which buttons are offered; what they send asks again",
    r"access/panels/people\.py:home_panels": "who reads in general where keys lie; it is no secret",
    r"access/panels/[a-z]+\.py:(?!.*\.may\()": "how a page is laid out, and in what words",
    r"access/views/(devices\.py:devices|own\.py:me|own\.py:membership|two_people\.py:(act|notices)): the ": "how a page is laid out",
    r"access/api/(answers|sending|writing)\.py:": "the form of what a program sends and gets",
    r"access/api/routes\.py:code_list_read:": "code lists are public",
    r"access/actions/(submissions\.py:.*(KEPT_OF|forget_submissions)|kinds\.py:_kinds)":
        "how long a form that was sent is remembered, and that no kind of act is made twice",
    r"access/(queries/(acts|notices)\.py:.*_row|rules/(grants|purposes)\.py:MOST|holding\.py:hold_session: the side)": "how much is kept and shown",
    r"access/rules/basis\.py:_ground: the side viewer\.organisation_id": "no record lies in no organisation",
    r"cases/queries/lists\.py:": "which of the visible cases somebody asked to see",
    r"cases/queries/papers\.py:list_notes: the side note\.is_sensitive": "without it more is withheld",
    r"cases/queries/work\.py:(?!own_work: filter worker_id)": "which of the own visible cases come first",
    r"cases/queries/(search\.py:(MOST_FOUND|OwnNames|search_own)|likely\.py:likely)": "which names are alike",
    r"cases/queries/sameness\.py:find_alike: the guard": "which persons are alike",
    r"cases/queries/(bulk\.py:_files: filter case__in=cases$|coded\.py:_episodes_of)":
        "each episode is put to its own case, and those of the cases found are given",
    r"cases/queries/seen\.py:list_.*(line\.membership|worked)": "nobody is the membership None",
    r"cases/queries/files\.py:_with_links": "of no operation nothing is asked",
    r"cases/queries/search\.py:_within_reach: filter": "which of the visible are looked up",
    r"cases/queries/search\.py:(_OwnCases\.standing: the condition|_said_of: the (side|condition))": "for speed: without it more is read, and the same comes out",
    r"vault/keeping\.py:LocalKeeper\._unwrapped: the condition": "what another key wrapped, this one does not unwrap: it would be an error",
    r"vault/queries\.py:_fetch: the condition len": "for speed: of whom nothing lacks nobody is asked about",
    r"cases/queries/search\.py:own_people": "whose names are compared; each is compared after",
    r"cases/queries/sameness\.py:_own: the guard": "no case is of no organisation, so the filter finds none",
    r"access/actions/submissions\.py:_same: the guard": "nobody is asked for as None either way; for the types",
    r"access/queries/walls\.py:count_left_alone: filter record": "only hers are counted in the end",
    r"cases/actions/filters\.py:remove_filter: the guard by": "no list is nobody's, so the filter finds none",
    r"intake/queries\.py:visible_batches: the side viewer\.organisation_id": "no batch is of no organisation, so the filter finds none",
    r"cases/actions/storing\.py:": "what a disk does to files: nobody is looking",
    r"cases/actions/ageing\.py:(let_come_of_age: (the side ~Q|exclude)|_move: (exclude|filter person_id|the side track))":
        "whose track is worked out anew: `track_after` gives each the one that she has",
    r"cases/actions/erasing\.py:_nothing: the guard isinstance\(field, models\.BooleanField": "no coded column is a yes or no today",
    r"cases/actions/opening\.py:(_references|_tracks|_case|open_cases: the condition)": "how a new case is filled in",
    r"cases/actions/documents\.py:(_title|add_document: the guard size)": "the name and the size of a paper",
    r"cases/views/changing\.py:(_compare|_keep|_change|_answer_again)": "the comparison after a stale edit",
    r"(access/views/people\.py:show_link|portal/views\.py:(home: the condition|search: the condition isinstance\(answer, FoundRows)|cases/views/changing\.py:episode_new: the side|intake/views\.py:(_findings|_preview|_numbers?):)":
        "how a page is laid out",
    r"(access/views/two_people\.py:emergency: the side (not found|left|verdict)|cases/views/erasing\.py:erase: the side is_possible)":
        "what the page says; the action behind it asks again",
    r"cases/views/(lists|opening)\.py:(filters|_table|new): the ": "how a page is laid out",
    r"(cases|intake)/(views/)?(papers|seen)\.py:document: the condition": "how a file is named",
    r"cases/api/(lists|papers)\.py:.*: the (limit|condition)": "the form of what a program sends and gets",
    r"(cases/api/(files\.py:case_open|lists\.py:filter_keep|searching\.py)|intake/api\.py:(import_(send|undo)|export)|evidence/api\.py:(snapshot_|table_)).*: the demand require":
        "`open_cases`, `save_filter`, `search_persons`, `export_workbook`, `receive_workbook`, `undo_batch` and what is asked about snapshots and tables begin with the same demand",
    r"access/queries/viewers\.py:viewer_for_token: the side Permission": "without it less is allowed, for a day",
    r"access/views/invitations\.py:_taken_up: the side known is not None": "without it more is asked, not less",
    r"access/views/invitations\.py:new_password: the guard": "`set_password` asks the same of the link",
    r"access/views/people\.py:_own_organisation: the guard own is None": "for the types: who manages people works for an organisation",
    r"cases/views/opening\.py:_tell_of_others: the guard": "`search_persons` demands it",
    r"cases/views/seen\.py:told: the condition": "in which languages a page is offered",
    r"evidence/views/figures\.py:(table: the (side|condition name)|download: the|_holding: the side|snapshot: the|collect: the guard|_choices: the|_add_figure: the side|opened_holding: the side snapshot\.state)":
        "which page says that there is no table, how it is laid out and which buttons are offered; `show_table`, `download_table`, `collect_facts` and `propose` ask for access",
    r"evidence/views/studies\.py:(MOST_COMPARED|new: (the (guard snapshot|side (snapshot|has_chosen)|condition has)|what is left out)|study: the (condition|side)|_add_result: the side)":
        "how a page is laid out, and which buttons are offered; what they send asks again",
    r"portal/views\.py:(home: the side|search: the side form|known: the side found)": "which page comes first, and what it says of what was left out",
    r"cases/api/changing\.py:(person|case|episode)_change: get_case": "`update_person`, `update_case` and `update_episode` ask the same of the same case",
    r"cases/views/papers\.py:documents: get_case": "`list_documents` asks the same of the same case",
    r"intake/queries\.py:(is_given_up|working_batches|_jobs_of|_file|earlier_of|find_earlier: the|list_rows: (exclude|filter number)|count_proposals: (exclude|filter is_))":
        "how far the work on a batch is; the batch itself was found through its getter",
    r"(intake|evidence)/api\.py:(export: the condition|_choices|_condition|MOST|snapshot_read: the condition)": "the form of what a program sends and gets",
    r"evidence/queries/figures\.py:(_reason|hidden_words|hidden_summary|title_of|_labels):": "words about numbers that are hidden already",
    r"evidence/queries/(holdings|saying|wording)\.py:": "what lies in a snapshot, and in what words and order codes are said",
    r"evidence/actions/(downloading\.py:(download_table: the guard|_xlsx)|keeping\.py|exporting\.py:export_facts: the side|sweeping\.py|writing\.py)":
        "in what form a file is written, and for how long it is kept",
    r"evidence/actions/showing\.py:(MOST_CELLS|_counted: the side)": "how large a table may be; each is protected",
    r"evidence/actions/snapshots\.py:(alone: the side row is None|_finish: exclude)": "for the types; what is ready `build_snapshot` leaves alone",
    r"evidence/queries/studies\.py:_file: the side row\.asked_by_id": "nobody looks at no study",
    r"evidence/actions/showing\.py:_is_needed: the side": "without it one rule more is asked, which hides no less",
    r"evidence/actions/overlapping\.py:said_of: the side": "without it less is said, or nothing",
    r"access/context\.py:values_of: the (condition worker or team|side viewer\.permissions)":
        "without a team or a worker nothing is near; what the role allows is asked again by `granted_for`",
    r"access/context\.py:(_changed_to: the side|_goes_on)": "whether there is a transaction in which to take back what it was told",
    r"oversight/(queries\.py:(A_WEEK|list_alerts: the condition)|views/paging\.py:|actions/__init__\.py:draw_samples)": "pages and weeks",
    r"oversight/queries\.py:list_drawn: filter sample__in": "only those of the weeks listed are shown",
    r"cases/views/closing\.py:wall: the condition": "who is offered; the action refuses the others",
    r"vault/queries\.py:(keeper|custodian|_status|keyring_status|count_erased|_fitting|check_custodian: the guard settings)": "which keeper is asked, and what is told of it",
    r"vault/keeping\.py:LocalKeeper\.(_look|installation|index_key: the guard)": "looking for a key that may not be made yet",
    r"vault/keyd/service\.py:(_plain|Service\._write)": "what is empty is not written into the log of the keeper",
}  # fmt: skip


def lines(places: list[str]) -> dict[str, int]:
    """Give each access line of the places by its name, with its number."""
    found = {}
    for file in dict.fromkeys(file for place in places for file in files_of(place)):
        found |= {key: line.number for key, line in keyed(lines_of(parse(file), file)).items()}
    return found


def why_none(key: str) -> str:
    """Say why a line keeps nobody out; nothing when it does."""
    return next((why for pattern, why in NO_ACCESS.items() if re.match(pattern, key)), "")


def main() -> int:
    """Try each mutant, and print what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", help="a place, or the beginning of the name of a line")
    parser.add_argument("--list", action="store_true")
    parser.add_argument(
        "--none",
        action="store_true",
        help="instead those that are left out: what a test notices needs no reason",
    )
    parser.add_argument("--map", action="store_true", help="only find out which test gets to which line")
    parser.add_argument("--quick", action="store_true", help="without the grid of denials")
    parser.add_argument("--world-first", action="store_true", help="the grid of denials before other tests")
    parser.add_argument("--first", nargs="*", default=["none"], help="tests to begin with")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="fewer tests, for a quick look")
    parser.add_argument(
        "--most-seconds",
        type=float,
        default=60,
        help="of processor time for the tests of one mutant; then it counts as living",
    )
    parser.add_argument("--trust", action="store_true", help="do not learn anew what changed tests reach")
    parser.add_argument("--unknown", action="store_true", help="only those that nothing killed before")
    parser.add_argument("--processes", type=int, default=1, help="that share the mutants between them")
    parser.add_argument("--share", default="1/1", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    try:
        found = lines([*PLACES])
    except NoSuchPlace as error:
        print(error, file=sys.stderr)
        return 2
    only = tuple(asked.only or ("",))
    if asked.list:
        for key, number in found.items():
            if key.startswith(only):
                print(
                    f"{key.partition(':')[0]}:{number} {key.partition(':')[2]}{f'  (none: {why})' if (why := why_none(key)) else ''}"
                )
        return 0
    if asked.processes > 1:
        return _share(asked.processes, is_map_only=asked.map)
    return _try(found, only, asked)


def _share(processes: int, *, is_map_only: bool) -> int:
    """Let several processes learn what the tests reach, and then try the mutants, each its share."""
    lived, killed, codes = [], 0, []
    for more in (["--map"],) if is_map_only else (["--map"], []):
        shares = [["--processes", "1", "--share", f"{one}/{processes}"] for one in range(1, processes + 1)]
        running = [
            subprocess.Popen([sys.executable, *sys.argv, *more, *share], stdout=subprocess.PIPE, text=True)
            for share in shares
        ]
        outs: list[list[str]] = [[] for _ in running]
        threads = [
            threading.Thread(target=_pass_on, args=(one.stdout, out))
            for one, out in zip(running, outs, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes += [one.wait() for one in running]
        said = [line for out in outs for line in out]
        lived = [line for line in said if line.startswith("LIVED") and "src/" not in line]
        killed = sum(line.startswith("killed") for line in said)
    print(*lived, sep="\n")
    print(f"{killed} killed of {killed + len(lived)}")
    return max(codes, default=0)


def _pass_on(lines: Iterable[str], kept: list[str]) -> None:
    for line in lines:
        kept.append(line)
        print(line, end="", flush=True)


def _try(found: dict[str, int], only: tuple[str, ...], asked: argparse.Namespace) -> int:
    from _forking import KILLED, Mutating

    os.chdir(CHECKOUT)
    plugin = Mutating(
        files=[*dict.fromkeys(key.partition(":")[0] for key in found)],
        wanted=lambda key: key.startswith(only) and (why_none(key) == "") is not asked.none,
        out=os.fdopen(os.dup(1), "w"),
        most_seconds=asked.most_seconds,
        is_map_only=asked.map,
        is_without_world=asked.quick,
        is_world_first=asked.world_first,
        first=tuple(asked.first),
        is_trusting=asked.trust,
        is_unknown_only=asked.unknown,
        share=tuple(map(int, asked.share.split("/"))),
    )
    began = monotonic()
    told = ["-q", "-n", "0", "--tb=short", "-m", "not journey and not screenshot"]
    code = pytest.main([*told, *asked.tests], plugins=[plugin])
    lived = [one for one in plugin.verdicts if one.outcome != KILLED]
    for one in lived:
        print(f"{one.outcome} {one.key}")
    tried = len(plugin.verdicts)
    print(
        f"{tried - len(lived)} killed of {tried}, {sum(why_none(key) != '' for key in found)} others are none"
    )
    spent = os.times()
    worked = spent.user + spent.system + spent.children_user + spent.children_system
    print(
        f"{monotonic() - began:.0f} s; {worked:.0f} s of processor time here and in the children, the database not counted"
    )
    return int(bool(lived) or not tried) or int(code)


if __name__ == "__main__":
    sys.exit(main())
