"""Write. Each action asks for its permission, is whole or not at all, is logged, and stands in the timeline of its case."""

from amparo.cases.actions.ageing import let_come_of_age
from amparo.cases.actions.changing import NotAcceptable, Stale, update_case, update_episode, update_person
from amparo.cases.actions.closing import NotClosable, declare_known, keep_away, restrict_case
from amparo.cases.actions.colleagues import keep_own_facts, know_staff
from amparo.cases.actions.documents import add_document
from amparo.cases.actions.dual_acts import NothingToDo, ask_erasure
from amparo.cases.actions.emergencies import NotOpened, open_in_emergency
from amparo.cases.actions.episodes import add_episode, link_operation
from amparo.cases.actions.erasing import empty_persons, erase_persons, hold_person, lift_hold
from amparo.cases.actions.filters import NameInUse, remove_filter, save_filter
from amparo.cases.actions.finding import forget_facts, write_waiting_tokens
from amparo.cases.actions.moving import NoSuchStep, NoSuchWorker, ReasonMissing, assign_case, move_case
from amparo.cases.actions.notes import EmptyNote, add_note
from amparo.cases.actions.opening import open_case, open_cases
from amparo.cases.actions.readers import ask_readers
from amparo.cases.actions.releasing import release_readings
from amparo.cases.actions.storing import NoRoom, seal_clear_contents, settle_arrivals
from amparo.cases.actions.summaries import take_summary
from amparo.cases.actions.taking_out import note_taken_out
from amparo.cases.actions.telling import EmptyMessage, tell_unit
from amparo.cases.actions.withdrawing import Work, WorkedOn, withdraw_cases

__all__ = [
    "EmptyMessage",
    "EmptyNote",
    "NameInUse",
    "NoRoom",
    "NoSuchStep",
    "NoSuchWorker",
    "NotAcceptable",
    "NotClosable",
    "NotOpened",
    "NothingToDo",
    "ReasonMissing",
    "Stale",
    "Work",
    "WorkedOn",
    "add_document",
    "add_episode",
    "add_note",
    "ask_erasure",
    "ask_readers",
    "assign_case",
    "declare_known",
    "empty_persons",
    "erase_persons",
    "forget_facts",
    "hold_person",
    "keep_away",
    "keep_own_facts",
    "know_staff",
    "let_come_of_age",
    "lift_hold",
    "link_operation",
    "move_case",
    "note_taken_out",
    "open_case",
    "open_cases",
    "open_in_emergency",
    "release_readings",
    "remove_filter",
    "restrict_case",
    "save_filter",
    "seal_clear_contents",
    "settle_arrivals",
    "take_summary",
    "tell_unit",
    "update_case",
    "update_episode",
    "update_person",
    "withdraw_cases",
    "write_waiting_tokens",
]
