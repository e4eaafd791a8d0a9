"""What each address asks of who wants to see it: written by hand, so that a changed or forgotten guard fails a test.

A new route needs a row here. The denial test does the rest: for each role it asks for an object within its reach, one of
another organisation, one that is absent and, where the address names two, a child of another parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from amparo.access.rules import Permission as P  # noqa: N817  # sixty rows name it


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One route: its guard, how it may be asked, and where it takes ids that the address does not show.

    `query` and `body` map a parameter to the thing of the world whose id it carries; `fixed` fills parts of the address
    that name no record; `rename` takes another thing for a part of the address than the one of its name.
    """

    guard: P | str
    methods: tuple[str, ...] = ("get",)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    hidden: int = 404
    reached: int = 0  # what the own thing is answered with, where that is neither a page nor a way on
    is_forgeable: bool = False  # takes a form without the token against forgery
    asks_again: bool = False  # opens only to who showed within minutes who they are, and to no key


PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
COMPLETES: Final = "completes signing in"
BOTH = ("get", "post")
POST = ("post",)

PAGES: Mapping[str, Row] = {
    "health": Row(guard=PUBLIC),
    "portal:home": Row(guard=SIGNED_IN),
    "portal:search": Row(guard=P.CASE_READ, methods=BOTH),
    "portal:known": Row(guard=P.PERSON_SEARCH, methods=BOTH),
    # Signing in, and what is about oneself.
    "accounts:sign-in": Row(guard=PUBLIC, methods=BOTH),
    "account_login": Row(guard=PUBLIC, methods=BOTH),
    "account_logout": Row(guard=PUBLIC, methods=BOTH),
    "account_inactive": Row(guard=PUBLIC),
    "mfa_authenticate": Row(guard=PUBLIC, methods=BOTH),
    "mfa_login_webauthn": Row(guard=PUBLIC, methods=BOTH),
    "mfa_reauthenticate_webauthn": Row(guard=COMPLETES, methods=BOTH),
    "mfa_add_webauthn": Row(guard=COMPLETES, asks_again=True, methods=BOTH),
    "accounts:passkey-remove": Row(
        guard=SIGNED_IN, asks_again=True, methods=POST, typed={"passkey": "1"}, reached=403
    ),
    "accounts:devices": Row(guard=SIGNED_IN),
    "accounts:device-end": Row(guard=SIGNED_IN, methods=POST, typed={"session": "0" * 64}, reached=403),
    "accounts:invitation": Row(guard=PUBLIC, methods=BOTH, rename={"secret": "invitation_secret"}),
    "accounts:new-password": Row(guard=PUBLIC, methods=BOTH, rename={"secret": "password_secret"}),
    "accounts:me": Row(guard=SIGNED_IN, methods=BOTH),
    "accounts:membership": Row(guard=COMPLETES, methods=BOTH, body={"membership": "membership"}, hidden=200),
    "accounts:second-factor": Row(guard=COMPLETES),
    "mfa_index": Row(guard=COMPLETES),
    "mfa_activate_totp": Row(guard=COMPLETES, asks_again=True, methods=BOTH),
    "mfa_deactivate_totp": Row(guard=SIGNED_IN, asks_again=True, methods=BOTH),
    "mfa_view_recovery_codes": Row(guard=COMPLETES, reached=404),  # shown once, when they are made
    "mfa_generate_recovery_codes": Row(guard=SIGNED_IN, asks_again=True, methods=BOTH),
    "account_reauthenticate": Row(guard=COMPLETES, methods=BOTH),
    "mfa_reauthenticate": Row(guard=COMPLETES, methods=BOTH),
    "account_change_password": Row(guard=SIGNED_IN, methods=BOTH),
    "accounts:tokens": Row(guard=P.TOKEN_MANAGE, asks_again=True, methods=BOTH),
    "accounts:token-end": Row(guard=P.TOKEN_MANAGE, methods=POST, body={"token": "token"}, hidden=403),
    # People and organisations.
    "accounts:people": Row(guard=P.PEOPLE_MANAGE),
    "accounts:invite": Row(guard=P.PEOPLE_MANAGE, asks_again=True, methods=BOTH),
    "accounts:person": Row(
        guard=P.PEOPLE_MANAGE, asks_again=True, methods=BOTH, query={"person": "membership"}
    ),
    "accounts:person-end": Row(
        guard=P.PEOPLE_MANAGE, asks_again=True, methods=POST, body={"person": "membership"}, hidden=403
    ),
    "accounts:person-password": Row(
        guard=P.PEOPLE_MANAGE, asks_again=True, methods=POST, body={"person": "membership"}, hidden=302
    ),
    "accounts:person-wake": Row(
        guard=P.PEOPLE_MANAGE,
        asks_again=True,
        methods=POST,
        body={"asleep": "membership"},
        hidden=403,
        reached=403,
    ),
    "accounts:invitation-end": Row(
        guard=P.PEOPLE_MANAGE, methods=POST, body={"invitation": "invitation"}, hidden=302
    ),
    "accounts:person-number": Row(
        guard=P.PEOPLE_MANAGE,
        asks_again=True,
        methods=POST,
        body={"person": "membership"},
        typed={"staff_number": "N-1"},
        hidden=403,
    ),
    "accounts:person-lift": Row(
        guard=P.PEOPLE_MANAGE, methods=POST, body={"person": "membership"}, hidden=302
    ),
    # Two people, emergencies, and what one is told.
    "accounts:acts": Row(guard=P.ACT_DECIDE),
    "accounts:act": Row(
        guard=P.ACT_DECIDE, asks_again=True, methods=BOTH, typed={"decision": "approve", "seen": "x"}
    ),
    "accounts:more-keys": Row(guard=P.EXPORT_RUN, asks_again=True, methods=BOTH, typed={"hours": "1"}),
    "accounts:change-keys": Row(
        guard=P.INSTALLATION_MANAGE, asks_again=True, methods=BOTH, typed={"what": "rewrap"}
    ),
    "accounts:restored": Row(
        guard=P.INSTALLATION_MANAGE, asks_again=True, methods=BOTH, typed={"restoration": "1"}
    ),
    "accounts:emergencies": Row(guard=P.EMERGENCY_REVIEW),
    "accounts:emergency": Row(guard=P.EMERGENCY_REVIEW, methods=BOTH, typed={"verdict": "justified"}),
    "accounts:notices": Row(guard=SIGNED_IN, methods=BOTH, typed={"until": "1"}),
    "cases:emergency": Row(guard=P.EMERGENCY_OPEN, asks_again=True, methods=BOTH),
    "cases:emergency-record": Row(guard=P.EMERGENCY_OPEN),
    "accounts:organisation": Row(guard=P.ORGANISATION_MANAGE, methods=BOTH),
    "accounts:organisations": Row(guard=P.INSTALLATION_MANAGE, methods=BOTH),
    "accounts:first-administrator": Row(guard=P.INSTALLATION_MANAGE, asks_again=True, methods=BOTH),
    "accounts:walls": Row(guard=P.WALL_REVIEW),
    "accounts:wall-lift": Row(
        guard=P.WALL_REVIEW, asks_again=True, methods=POST, body={"wall": "wall"}, hidden=403
    ),
    # The design system.
    "ui:gallery": Row(guard=PUBLIC),
    "ui:example": Row(guard=PUBLIC, fixed={"example": "list"}),
    "ui:set-language": Row(guard=PUBLIC, methods=POST, is_forgeable=True),
    "ui:exit": Row(guard=PUBLIC),
    "ui:hide-visit": Row(guard=PUBLIC),
    "api:openapi": Row(guard=PUBLIC),
    "api:unknown": Row(guard=PUBLIC, reached=404),
    # Cases.
    "cases:list": Row(guard=P.CASE_READ),
    "cases:new": Row(guard=P.CASE_CREATE, methods=BOTH),
    "cases:filters": Row(guard=P.FILTER_SAVE, methods=BOTH),
    "cases:filter-remove": Row(guard=P.FILTER_SAVE, methods=POST),
    "cases:detail": Row(guard=P.CASE_READ),
    "cases:purpose": Row(guard=P.CASE_READ, methods=BOTH, typed={"purpose": "legal"}),
    "cases:clearance": Row(
        guard=P.CASE_RESTRICT, asks_again=True, methods=BOTH, typed={"level": "normal", "reason": "no_longer"}
    ),
    "cases:wall": Row(guard=P.WALL_MAKE, methods=BOTH),
    "cases:declaration": Row(guard=P.CASE_READ, methods=BOTH, typed={"reason": "known"}),
    "cases:tell": Row(guard=P.CASE_READ, methods=BOTH, typed={"text": "He was paid."}),
    "cases:own-record": Row(guard=SIGNED_IN, methods=BOTH),
    "cases:lost": Row(guard=P.CASE_RESTRICT),
    "cases:lost-everywhere": Row(guard=P.WALL_REVIEW),
    "cases:readers": Row(
        guard=P.CASE_RESTRICT, asks_again=True, methods=BOTH, rename={"reference": "lost_reference"}
    ),
    "cases:messages": Row(guard=P.MESSAGE_READ),
    "cases:release": Row(guard=P.READINGS_RELEASE, asks_again=True, methods=BOTH),
    "cases:person": Row(guard=P.CASE_READ),
    "cases:episodes": Row(guard=P.CASE_READ),
    "cases:notes": Row(guard=P.CASE_READ),
    "cases:documents": Row(guard=P.DOCUMENT_READ),
    "cases:timeline": Row(guard=P.CASE_READ),
    "cases:access": Row(guard=P.CASE_READ),
    "cases:seen": Row(guard=P.CASE_READ_LOG),
    "cases:told": Row(guard=P.CASE_READ_LOG, methods=BOTH, typed={"language": "en"}),
    "cases:section": Row(guard=P.CASE_EDIT, methods=BOTH, fixed={"code": "names"}),
    "cases:episode-new": Row(guard=P.CASE_EDIT, methods=BOTH),
    "cases:episode-section": Row(guard=P.CASE_EDIT, methods=BOTH, fixed={"code": "what"}),
    "cases:episode-operation": Row(guard=P.CASE_EDIT, methods=BOTH),
    "cases:note": Row(guard=P.NOTE_ADD, methods=BOTH, typed={"text": "A note.", "kind": "general"}),
    "cases:document-new": Row(guard=P.DOCUMENT_ADD, methods=BOTH),
    "cases:document": Row(guard=P.DOCUMENT_READ),
    "cases:move": Row(guard=P.CASE_MOVE, methods=BOTH),
    "cases:assign": Row(guard=P.CASE_ASSIGN, methods=BOTH),
    "cases:erase": Row(guard=P.CASE_REOPEN, asks_again=True, methods=BOTH),
    "cases:summary-pdf": Row(guard=P.SUMMARY_PRINT, asks_again=True, methods=BOTH),
    # Watching over reading.
    "oversight:mine": Row(guard=SIGNED_IN),
    "oversight:explain": Row(guard=SIGNED_IN, methods=BOTH, rename={"reading": "own_reading"}),
    "oversight:drawn": Row(guard=P.READINGS_REVIEW),
    "oversight:judge": Row(
        guard=P.READINGS_REVIEW,
        methods=BOTH,
        typed={"verdict": "understood"},
        rename={"reading": "drawn_reading"},
    ),
    "oversight:alerts": Row(guard=P.ALERTS_VIEW),
    "oversight:log": Row(guard=P.LOG_WATCH),
    "oversight:head": Row(guard=P.LOG_WATCH),
    "oversight:canaries": Row(guard=P.CANARY_KEEP, methods=BOTH),
    "oversight:canary-end": Row(
        guard=P.CANARY_KEEP, methods=POST, body={"reference": "reference"}, hidden=302
    ),
    # Workbooks.
    "intake:import": Row(guard=P.IMPORT_RUN, methods=BOTH),
    "intake:collect": Row(guard=P.EXPORT_RUN, asks_again=True, methods=POST, rename={"act": "export_act"}),
    "intake:export": Row(guard=P.EXPORT_RUN, asks_again=True, methods=BOTH),
    "intake:batch": Row(guard=P.IMPORT_RUN),
    "intake:decide": Row(guard=P.IMPORT_RUN, methods=POST),
    "intake:commit": Row(guard=P.IMPORT_RUN, methods=POST),
    "intake:undo": Row(guard=P.IMPORT_UNDO, asks_again=True, methods=POST),
    "intake:throw-away": Row(guard=P.IMPORT_RUN, methods=POST),
    "intake:rejected": Row(guard=P.IMPORT_RUN, rename={"batch": "faulty_batch"}),
    # Figures.
    # What is published; of what is not there, nothing.
    "data:catalogue": Row(guard=PUBLIC),
    "data:catalogue-record": Row(guard=PUBLIC),
    "data:release": Row(guard=PUBLIC, fixed={"number": "R-2026-0001"}, reached=404),
    "data:record": Row(guard=PUBLIC, fixed={"number": "R-2026-0001"}, reached=404),
    "data:table": Row(
        guard=PUBLIC, fixed={"number": "R-2026-0001", "table": "1", "form": "csv"}, reached=404
    ),
    "data:file": Row(guard=PUBLIC, fixed={"number": "R-2026-0001", "position": "1"}, reached=404),
    "evidence:tables": Row(guard=P.TABLES_VIEW),
    "evidence:table": Row(guard=P.TABLES_VIEW, query={"snapshot": "snapshot"}),
    "evidence:download": Row(guard=P.TABLES_DOWNLOAD, query={"snapshot": "snapshot"}),
    "evidence:snapshots": Row(guard=P.TABLES_VIEW, methods=("get",)),
    "evidence:snapshot": Row(guard=P.TABLES_VIEW),
    "evidence:collect": Row(guard=P.FACTS_EXPORT, asks_again=True, methods=POST, rename={"act": "facts_act"}),
    "evidence:facts": Row(guard=P.FACTS_EXPORT, asks_again=True, methods=BOTH),
    "evidence:studies": Row(guard=P.TABLES_VIEW),
    "evidence:study-new": Row(guard=P.TABLES_VIEW, query={"snapshot": "snapshot"}),
    "evidence:study": Row(guard=P.TABLES_VIEW),
    "evidence:study-again": Row(guard=P.TABLES_VIEW, methods=POST),
    "evidence:study-stop": Row(guard=P.TABLES_VIEW, methods=POST),
    "evidence:study-report": Row(guard=P.TABLES_DOWNLOAD),
    "evidence:study-compare": Row(guard=P.TABLES_VIEW, rename={"earlier": "study"}),
    "evidence:propose": Row(guard=P.RELEASE_PREPARE, methods=BOTH, query={"snapshot": "snapshot"}),
    "evidence:study-propose": Row(guard=P.RELEASE_PREPARE, methods=BOTH),
    "evidence:propose-file": Row(guard=P.RELEASE_PREPARE, methods=BOTH, query={"snapshot": "snapshot"}),
    # The research gateway: researchers, and the office that decides.
    "data:research": Row(guard=PUBLIC),
    "gateway:list": Row(guard=P.RESEARCH_PROPOSE),
    "gateway:new": Row(guard=P.RESEARCH_PROPOSE, methods=BOTH),
    "gateway:proposal": Row(guard=P.RESEARCH_PROPOSE),
    "gateway:change": Row(guard=P.RESEARCH_PROPOSE, methods=BOTH),
    "gateway:step": Row(guard=P.RESEARCH_PROPOSE, methods=POST, typed={"step": "submit"}),
    "gateway:more-time": Row(guard=P.RESEARCH_PROPOSE, methods=BOTH),
    "gateway:report": Row(guard=P.RESEARCH_PROPOSE, methods=BOTH, typed={"report": "Read it."}),
    "gateway:data": Row(guard=P.RESEARCH_PROPOSE, rename={"number": "opened_number"}),
    "gateway:table": Row(
        guard=P.RESEARCH_PROPOSE,
        rename={"number": "opened_number"},
        fixed={"table": "1", "form": "csv"},
        reached=404,
    ),
    "gateway:file": Row(
        guard=P.RESEARCH_PROPOSE, rename={"number": "opened_number"}, fixed={"position": "1"}
    ),
    "gateway:output": Row(
        guard=P.RESEARCH_PROPOSE, methods=BOTH, rename={"number": "opened_number"}, fixed={"position": "1"}
    ),
    "publishing:proposals": Row(guard=P.RESEARCH_DECIDE),
    "publishing:proposal": Row(guard=P.RESEARCH_DECIDE),
    "publishing:proposal-review": Row(guard=P.RELEASE_REVIEW, methods=BOTH),
    "publishing:proposal-grant": Row(guard=P.RESEARCH_DECIDE, asks_again=True, methods=BOTH),
    "publishing:proposal-end": Row(guard=P.RESEARCH_DECIDE, methods=BOTH, typed={"reason": "A mistake."}),
    # The release desk.
    "publishing:list": Row(guard=P.RELEASE_PREPARE),
    "publishing:release": Row(guard=P.RELEASE_PREPARE),
    "publishing:change": Row(guard=P.RELEASE_PREPARE, methods=BOTH),
    "publishing:remove": Row(guard=P.RELEASE_PREPARE, methods=POST),
    "publishing:recheck": Row(guard=P.RELEASE_PREPARE, methods=POST),
    "publishing:propose": Row(guard=P.RELEASE_PREPARE, methods=BOTH),
    "publishing:note": Row(guard=P.RELEASE_PREPARE, methods=BOTH, typed={"words": "Why no sex?"}),
    "publishing:ask": Row(guard=P.RELEASE_PREPARE, asks_again=True, methods=POST),
    "publishing:withdraw": Row(guard=P.RELEASE_PREPARE, methods=BOTH, typed={"reason": "A mistake."}),
    "publishing:take-up": Row(guard=P.RELEASE_REVIEW, methods=POST, rename={"release": "proposed_release"}),
    "publishing:clear": Row(guard=P.RELEASE_REVIEW, methods=POST, rename={"release": "proposed_release"}),
    "publishing:refuse": Row(
        guard=P.RELEASE_REVIEW, methods=BOTH, typed={"reason": "No."}, rename={"release": "proposed_release"}
    ),
}

DETAILS = {"version": 1, "changes": {}}

# Operations of the API, by the name of their function. `typed` is the body, as JSON unless it holds a file.
OPERATIONS: Mapping[str, Row] = {
    "me": Row(guard=SIGNED_IN),
    "people": Row(guard=P.PEOPLE_MANAGE),
    "code_lists": Row(guard=SIGNED_IN),
    "code_list_read": Row(guard=SIGNED_IN, fixed={"name": "gender"}),
    "case_list": Row(guard=P.CASE_READ),
    "case_read": Row(guard=P.CASE_READ),
    "case_timeline": Row(guard=P.CASE_READ),
    "case_open": Row(guard=P.CASE_CREATE, typed={}),
    "case_change": Row(guard=P.CASE_EDIT, typed=DETAILS),
    "person_change": Row(guard=P.PERSON_EDIT, typed=DETAILS),
    "episode_add": Row(guard=P.CASE_EDIT, typed={"details": {}}),
    "episode_change": Row(guard=P.CASE_EDIT, typed=DETAILS),
    "episode_link": Row(guard=P.CASE_EDIT, typed={}),
    "case_move": Row(guard=P.CASE_MOVE, typed={"version": 1, "target": "assessment"}),
    "case_assign": Row(guard=P.CASE_ASSIGN, typed={"version": 1, "worker_id": 1}),
    "worker_list": Row(guard=P.CASE_READ),
    "person_search": Row(
        guard=P.PERSON_SEARCH, typed={"purpose": "urgent_help", "given": "Amina", "family": "Haddad"}
    ),
    "note_list": Row(guard=P.CASE_READ),
    "note_add": Row(guard=P.NOTE_ADD, typed={"text": "She called."}),
    "document_list": Row(guard=P.DOCUMENT_READ),
    "document_add": Row(guard=P.DOCUMENT_ADD, typed={"file": b"A letter."}),
    "document_read": Row(guard=P.DOCUMENT_READ),
    "filter_list": Row(guard=P.FILTER_SAVE),
    "filter_keep": Row(guard=P.FILTER_SAVE, typed={"name": "A list", "choices": {}}),
    "filter_remove": Row(guard=P.FILTER_SAVE),
    "import_list": Row(guard=P.IMPORT_RUN),
    "import_send": Row(guard=P.IMPORT_RUN, typed={"workbook": b"Consent\r\nYes\r\n"}),
    "import_read": Row(guard=P.IMPORT_RUN),
    "import_throw_away": Row(guard=P.IMPORT_RUN),
    "import_report": Row(guard=P.IMPORT_RUN),
    "import_rows": Row(guard=P.IMPORT_RUN),
    "import_decide": Row(guard=P.IMPORT_RUN, typed={"shown": [2]}),
    "import_commit": Row(guard=P.IMPORT_RUN),
    "import_undo": Row(guard=P.IMPORT_UNDO, asks_again=True),
    "import_rejected": Row(guard=P.IMPORT_RUN, rename={"batch": "faulty_batch"}),
    "export": Row(guard=P.EXPORT_RUN, asks_again=True, typed={}),
    "snapshot_list": Row(guard=P.TABLES_VIEW),
    "snapshot_order": Row(guard=P.SNAPSHOT_BUILD),
    "snapshot_read": Row(guard=P.TABLES_VIEW),
    "facts_take_out": Row(guard=P.FACTS_EXPORT, asks_again=True, typed={"is_understood": True}),
    "table_read": Row(guard=P.TABLES_VIEW, query={"snapshot": "snapshot"}, typed={"rows": "sex"}),
    "table_download": Row(guard=P.TABLES_DOWNLOAD, query={"snapshot": "snapshot"}, typed={"rows": "sex"}),
    "table_release": Row(
        guard=P.RELEASE_PREPARE, typed={"rows": ["sex"], "title": "By sex", "purpose": "Annual report"}
    ),
    "study_list": Row(guard=P.TABLES_VIEW),
    "study_read": Row(guard=P.TABLES_VIEW),
    "release_list": Row(guard=P.RELEASE_READ),
    "release_read": Row(guard=P.RELEASE_READ),
    "release_propose": Row(guard=P.RELEASE_PREPARE, typed={"explanations": {}}),
}
