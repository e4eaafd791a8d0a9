"""The frame of a case's pages: the bar that says whose case it is, the tabs, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.rules import COMPARTMENT_NAMES, Permission, Scope, Viewer
from amparo.cases.panels.record import isolated
from amparo.cases.queries import CaseFile, leads
from amparo.cases.queries.places import has_place_key
from amparo.cases.rules import ChildTrack, PersonDetails, Stage, transitions_from
from amparo.ui.codes import code_label
from amparo.ui.formats import join_words, say_number
from amparo.ui.parts import IdentityBar, Link, State, Tab
from amparo.vault.rules import Compartment

STAGE_COLOURS = {
    Stage.INTAKE: "grey", Stage.ASSESSMENT: "blue", Stage.SUPPORT: "blue", Stage.FOLLOW_UP: "blue", Stage.CLOSED: "green",
}  # fmt: skip
MOST_BUTTONS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """The act that this role does most, the next as buttons (on a phone in the menu), and the rest in the menu."""

    first: Link | None
    buttons: tuple[Link, ...]
    menu: tuple[Link, ...]


def identity_bar(file: CaseFile) -> IdentityBar:
    """Say whose case it is. No place stands here, and no number to call: only how she may be reached."""
    details = file.person.details
    return IdentityBar(
        reference=file.reference,
        name=_("Erased") if file.person.is_erased else file.person.display_name,
        age=say_ages(file.person.ages),
        is_child=file.child_track is ChildTrack.CHILD,
        is_age_in_doubt=file.child_track is ChildTrack.IN_DOUBT,
        language=_language(details),
        reach=say_reach(details),
        compartment=""
        if file.compartment is Compartment.PROTECTION
        else _(COMPARTMENT_NAMES[file.compartment]),
        purpose=_(file.purpose.label) if file.purpose else "",
    )


def say_ages(ages: tuple[int, int] | None) -> str:
    """Say an age, or the ages that are possible."""
    if ages is None:
        return _("age not known")
    youngest, oldest = ages
    words = {"youngest": say_number(youngest), "oldest": say_number(oldest)}
    if youngest == oldest:
        return ngettext("%(oldest)s year old", "%(oldest)s years old", oldest) % words
    if oldest == youngest + 1:
        return _("%(youngest)s or %(oldest)s years old") % words
    return _("%(youngest)s to %(oldest)s years old") % words


def say_reach(details: PersonDetails) -> str:
    """Say how she may be reached: the first way that is safe, with its rule and its times, but no number."""
    safe = next((contact for contact in details.contacts if contact.is_safe == "yes"), None)
    if safe is None:
        return _("No safe way to reach her is known")
    channel = code_label("contact_channel", safe.channel)
    rule = isolated(join_words((safe.rule, safe.times)))
    return _("%(label)s: %(value)s") % {"label": channel, "value": rule} if rule else channel


def tabs(file: CaseFile, viewer: Viewer, *, current: str) -> tuple[Tab, ...]:
    """Return the pages of a case that the viewer may open."""
    pages = [
        ("detail", _("Overview"), None),
        ("person", _("Person"), None),
        ("episodes", _("What happened"), len(file.episodes)),
        ("notes", _("Notes"), None),
        ("timeline", _("Timeline"), None),
        ("access", _("Who can see this"), None),
    ]
    if viewer.may(Permission.CASE_READ_LOG) and leads(viewer, file):
        pages.append(("seen", _("Who saw this"), None))
    if may_do(viewer, file, Permission.DOCUMENT_READ):
        pages.insert(4, ("documents", _("Documents"), None))
    return tuple(
        Tab(
            label=label,
            url=reverse(f"cases:{name}", args=[file.reference]),
            count=count,
            is_current=name == current,
        )
        for name, label, count in pages
    )


def acts(file: CaseFile, viewer: Viewer) -> Acts:
    """Return what the viewer may do with this case, the most usual first."""
    steps = file.stage.is_open
    offered = [
        (Permission.NOTE_ADD, _("Add a note"), "note"),
        (Permission.CASE_ASSIGN, _("Give to a worker"), "assign"),
        (Permission.CASE_MOVE, _("Take the next step") if steps else _("Open the case again"), "move"),
        (Permission.DOCUMENT_ADD, _("Add a document"), "document-new"),
        (Permission.CASE_EDIT, _("Add what happened"), "episode-new"),
        (Permission.SUMMARY_PRINT, _("Summary as PDF"), "summary-pdf"),
        (Permission.CASE_REOPEN, _("Erase this person"), "erase"),
    ]
    links = tuple(
        Link(label=label, url=reverse(f"cases:{name}", args=[file.reference]))
        for permission, label, name in offered
        if may_do(viewer, file, permission) and (name != "move" or next_steps(file, viewer))
    )
    first = links[0] if links else None
    tell = Link(label=_("Tell the independent unit"), url=reverse("cases:tell", args=[file.reference]))
    return Acts(first=first, buttons=links[1:MOST_BUTTONS], menu=(*links[MOST_BUTTONS:], tell))


def closing_links(file: CaseFile, viewer: Viewer) -> tuple[Link, ...]:
    """Return the ways to close a case to some, and the one to the independent unit, which leaves no trace in it."""
    offered = (
        (Permission.CASE_RESTRICT, _("Choose who may see this case at all"), "clearance"),
        (Permission.WALL_MAKE, _("Keep somebody away from her"), "wall"),
        (Permission.CASE_READ, _("I know this person"), "declaration"),
        (Permission.CASE_READ, _("Tell the independent unit"), "tell"),
    )
    links = tuple(
        Link(label=label, url=reverse(f"cases:{name}", args=[file.reference]))
        for permission, label, name in offered
        if may_do(viewer, file, permission)
    )
    if not viewer.may(Permission.READINGS_RELEASE):
        return links
    release = Link(
        label=_("Let her be told what your unit read"), url=reverse("cases:release", args=[file.reference])
    )
    return (*links, release)


def next_steps(file: CaseFile, viewer: Viewer) -> tuple[tuple[Stage, str], ...]:
    """Return the stages to which the viewer may take this case, each with the words of its button."""
    found = []
    for step in transitions_from(file.stage):
        needed = Permission.CASE_CLOSE if step.target is Stage.CLOSED else Permission.CASE_MOVE
        needed = Permission.CASE_REOPEN if step.source is Stage.CLOSED else needed
        if viewer.may(needed):
            found.append((step.target, _(step.label)))
    return tuple(found)


def may_do(viewer: Viewer, file: CaseFile, permission: Permission) -> bool:
    """Tell whether to offer an act; the action itself asks again. A record that was only opened for reading offers none."""
    if not viewer.may(permission):
        return False
    granted = {grant.record for grant in viewer.grants}
    is_own = file.worker_id == viewer.user_id or (
        viewer.scope is Scope.ORGANISATION and file.organisation_id == viewer.organisation_id
    )
    return is_own or file.id not in granted or file.id in viewer.granted_for(permission)


def may_open_place(viewer: Viewer, file: CaseFile) -> bool:
    """Tell whether to offer where she is: that takes the permission and the compartment."""
    return may_do(viewer, file, Permission.PLACE_READ) and has_place_key(viewer, file.id, file.compartment)


def stage_state(stage: Stage) -> State:
    """Return the stage as a tag."""
    return State(label=_(stage.label), colour=STAGE_COLOURS[stage])


def track_state(track: ChildTrack) -> State | None:
    """Return the mark of the child track, or None for an adult."""
    return State(label=_(track.label), colour="purple") if track.is_child_track else None


def _language(details: PersonDetails) -> str:
    if not details.languages:
        return ""
    first = details.languages[0]
    needs = {"yes": _("interpreter needed"), "no": _("no interpreter")}.get(first.needs_interpreter, "")
    return join_words((code_label("language", first.code), needs))
