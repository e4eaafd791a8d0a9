"""What Amparo promises to whoever trusts it with a name, and what it does not; each promise is shown by tests that carry its number.

A test shows promise 7 when its name begins with `test_p07_`, and 10 and 31 with `test_p10_p31_`. The contract
`tests/contracts/test_promises.py` fails when a promise has neither a test nor a reason why it waits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[1]
_TEST: Final = re.compile(r"^\s*def test_((?:p\d\d_)+)(\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise; `waits` says what is missing while nothing shows it, or shows it in part only."""

    number: int
    text: str
    waits: str = ""


PROMISES: Final = (
    Promise(1, "No address answers with data to somebody without role, reach, compartment and purpose for it."),
    Promise(2, "What is hidden looks like what is absent: same status, same body, same headers."),
    Promise(3, "No list, count, export, suggestion or error shows what opening the record would refuse."),
    Promise(4, "Who reaches nothing is shown nothing: an empty or missing reach never means everything."),
    Promise(5, "A filter that a programmer forgot leaks nothing: the database itself keeps to the reach of who asks."),
    Promise(6, "Whoever holds the database, its dumps and its logs reads no name, no contact, no place and no story."),
    Promise(7, "A sealed value that was moved to another row, column, person or installation does not open."),
    Promise(8, "A wrong or missing key never gives a plausible value."),
    Promise(9, "A person who was erased cannot be read any more: not in the records, their history, jobs or searches, and not in a backup that was brought back."),
    Promise(10, "Bringing back a backup never brings back a person who was erased."),
    Promise(11, "Each reading of a person's data is in the log before the data leaves."),
    Promise(12, "Neither the application nor the owner of its tables can change or remove an entry of the log."),
    Promise(13, "What somebody with all rights on the database changes or removes in the log shows afterwards."),
    Promise(14, "A person can be told who saw what about her, and learns nothing of a covert investigation by it.", waits="In part: with and without a covert reading the list is the same letter by letter, and the same statements go to the database; how long an answer takes is not measured."),
    Promise(15, "Opening in an emergency opens one person, for a stated reason, for at most 60 minutes, and who did it cannot prolong it."),
    Promise(16, "Opening in an emergency always reaches a reviewer outside the line of who did it; without a review within 72 hours it is escalated."),
    Promise(17, "What needs two people cannot be done by one human, whatever accounts he has."),
    Promise(18, "Who administers the installation reads no case, gives himself no such right, and signs in as nobody else."),
    Promise(19, "Nobody reads the case in which he or a declared relative is a subject."),
    Promise(20, "What is held for protection reaches the police or a prosecutor only by a recorded disclosure."),
    Promise(21, "A hiding place is never in mail, messages, logs, jobs, file names, addresses, titles, caches or crash reports."),
    Promise(22, "No personal data is in any address or referrer."),
    Promise(23, "What waits on a stolen device to be sent cannot be read.", waits="Nothing is kept on devices yet; working without a network comes later."),
    Promise(24, "Nobody is locked out by the failed guesses of others."),
    Promise(25, "A stolen session dies: on signing out, on a new password, on another role, when its device is removed, and when it is idle."),
    Promise(26, "No uploaded file is run, shown as a page of ours, or believed by its name."),
    Promise(27, "What was acknowledged is kept: an answer of success means that it is on the disk."),
    Promise(28, "Nothing happens twice: each form, job and message has one effect."),
    Promise(29, "Two people never overwrite each other silently."),
    Promise(30, "A full disk, a dead worker or a wrong clock leads to refused writing, never to lost or open data."),
    Promise(31, "Last night's backup comes back by itself, whole, with its seals, and a person in it opens."),
    Promise(32, "Nothing is published without two people and without disclosure control.", waits="In part: a release passes its audit, the register and a second person of another unit; the downloads of figures for work inside are protected, logged, and say that they are not let out; nothing stops somebody from passing one on."),
    Promise(33, "No page, mail or document makes a browser ask anybody else."),
    Promise(34, "The code of the statistics cannot reach the code of identities."),
    Promise(35, "Whatever goes out carries who took it, for what, how much, and its digest stands in the log.", waits="But for documents: they leave as they came in, because a mark would change what may be evidence, and the log names who took which. Text files of cases and rejected rows have no place for a number that every reader of the standard leaves alone: theirs stands in the name of the file, and the log finds an unchanged one by its content. Answers of the API are readings, logged as such. `amparo table` counts a file that has left already, and logs nothing."),
)  # fmt: skip

LIMITS: Final = (
    "Whoever is root on the machine that runs Amparo reads what is opened there while he is there. Keys on a second host make that narrow and seen, not impossible. With the keys of the embedded demonstration on the same disk, he reads everything.",
    "The memory of a running machine, a hostile host of virtual machines, a program that records keys, and a camera at the screen are not defended against.",
    "Somebody who may read can remember, photograph and copy. We make it narrow, seen and attributable.",
    "Erasing holds when every copy of the person's keys is gone: at the latest when the oldest backup of the keyring is destroyed. Paper, exports and other systems are outside.",
    "What is younger than the last head that went out (an hour, or a day on paper) can be dropped from the log by whoever has all rights on the database, without proof. Afterwards a removal is proved, and not undone.",
    "The tokens by which persons are found again show that two rows have the same name and surname. Who holds the key of the tokens can test guesses.",
    "Leaving a page quickly clears neither the browser's history, nor the log of the network, nor a spying program.",
    "A phone without a network cannot be wiped; it is refused at its next contact.",
    "A State that owns all machines, keys and staff can read everything. Keys in the hands of two institutions make it need both; nothing makes it impossible.",
    "Who watches the network sees that somebody talks to the server.",
)


def shown_by(tests: Path = CHECKOUT / "tests") -> Mapping[int, tuple[str, ...]]:
    """Give what each promise is shown by: the names of its tests, as sentences."""
    found: dict[int, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for numbers, name in _TEST.findall(path.read_text(encoding="utf-8")):
            for number in re.findall(r"\d\d", numbers):
                found.setdefault(int(number), []).append(name.replace("_", " "))
    return {number: tuple(names) for number, names in found.items()}
