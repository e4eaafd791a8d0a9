"""Give other apps' pages what access has to show: the head, the menu, tables of people and keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from amparo.access.queries import WallRow
from amparo.access.rules import Permission, Viewer, WallReason, role_of
from amparo.access.web import is_factor_missing, viewer_of
from amparo.accounts.queries import (
    DeviceRow,
    InvitationRow,
    MembershipRow,
    OrganisationRow,
    OwnDetails,
    TokenRow,
)
from amparo.ui.parts import (
    Cell,
    Column,
    DataTable,
    Header,
    HomePanel,
    Link,
    NavigationItem,
    Row,
    State,
    SummaryRow,
)
from amparo.vocab.codes import code_list


def header(request: HttpRequest) -> Header | None:
    """Fill the head of a page with who is signed in and what they may reach; None for nobody."""
    viewer = viewer_of(request)
    if not viewer.is_signed_in:
        return None
    menu = [Link(label=_("Me"), url=reverse("accounts:me"))]
    memberships: tuple[MembershipRow, ...] = getattr(request, "memberships", ())
    if len(memberships) > 1:
        menu.append(Link(label=_("Work in another role"), url=reverse("accounts:membership")))
    if viewer.may(Permission.TOKEN_MANAGE):
        menu.append(Link(label=_("Keys for programs"), url=reverse("accounts:tokens")))
    if is_factor_missing(request):
        menu.append(
            Link(label=_("Set up the second step of signing in"), url=reverse("accounts:second-factor"))
        )
    return Header(
        organisation=viewer.organisation_name,
        user=viewer.name,
        search_url=_search_url(viewer),
        menu=tuple(menu),
        sign_in_url=reverse("account_login"),
        sign_out_url=reverse("account_logout"),
    )


def people_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the people of the organisation to who manages them."""
    if not viewer.may(Permission.PEOPLE_MANAGE):
        return None
    return NavigationItem(label=_("People and roles"), url=reverse("accounts:people"), order=60)


def organisation_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the own organisation to who manages it."""
    if not viewer.may(Permission.ORGANISATION_MANAGE):
        return None
    return NavigationItem(label=_("Organisation"), url=reverse("accounts:organisation"), order=70)


def organisations_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer all organisations to who manages the installation."""
    if not viewer.may(Permission.INSTALLATION_MANAGE):
        return None
    return NavigationItem(label=_("Organisations"), url=reverse("accounts:organisations"), order=60)


def walls_navigation(viewer: Viewer) -> NavigationItem | None:
    """Offer the walls to who reviews them."""
    if not viewer.may(Permission.WALL_REVIEW):
        return None
    return NavigationItem(label=_("Who is kept away"), url=reverse("accounts:walls"), order=60)


def wall_table(walls: Iterable[WallRow]) -> DataTable:
    """Lay out the walls that stand."""
    known = set(WallReason)
    columns = (
        Column(key="number", label=_("Wall"), main=True),
        Column(key="who", label=_("Kept away")),
        Column(key="why", label=_("Why")),
        Column(key="by", label=_("Made by")),
        Column(key="since", label=_("Since")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=one.id),
                Cell(value=one.kept_away, is_name=True),
                Cell(value=_(WallReason(one.reason).told) if one.reason in known else one.reason),
                Cell(value=one.made_by, is_name=True)
                if one.made_by
                else Cell(value=_("Nobody: it was found")),
                Cell(value=one.made_at),
            )
        )
        for one in walls
    )
    return DataTable(
        caption=_("Walls that stand"),
        columns=columns,
        rows=rows,
        empty_title=_("Nobody is kept away"),
        empty_text=_("Whoever must not see a person stands here, with the reason."),
    )


def role_label(code: str) -> str:
    """Give a role's name in the language of the page; an unknown role keeps its code."""
    role = role_of(code)
    return _(role.label) if role else code


def membership_label(membership: MembershipRow) -> str:
    """Say a membership in one line: the role, the organisation, the team."""
    names = {
        "role": role_label(membership.role),
        "organisation": membership.organisation_name,
        "team": membership.team_name,
    }
    if membership.team_name:
        return _("%(role)s, %(organisation)s, team %(team)s") % names
    return _("%(role)s, %(organisation)s") % names


def own_rows(viewer: Viewer, details: OwnDetails, *, has_factor: bool) -> tuple[SummaryRow, ...]:
    """Say what is known of one's own account."""
    password_url = reverse("account_change_password")
    factor_url = reverse("accounts:second-factor")
    factor = _("Set up") if has_factor else _("Not set up")
    password = _("Set") if details.has_password else _("None at present")
    return (
        SummaryRow(label=_("Address"), value=details.email),
        SummaryRow(label=_("Organisation"), value=viewer.organisation_name or _("None at present")),
        SummaryRow(label=_("Role"), value=role_label(viewer.role) if viewer.role else _("None at present")),
        SummaryRow(label=_("Password"), value=password, url=password_url, act=_("Change")),
        SummaryRow(label=_("Second step of signing in"), value=factor, url=factor_url, act=_("Look")),
        SummaryRow(
            label=_("Where I am signed in"),
            value=_("On this and other devices"),
            url=reverse("accounts:devices"),
            act=_("Look"),
        ),
        SummaryRow(
            label=_("Never your own record"),
            value=_("What you are known by, so that you work on no case of yours"),
            url=reverse("cases:own-record"),
            act=_("Say it"),
        ),
    )


def people_table(people: Iterable[MembershipRow], *, viewer: Viewer) -> DataTable:
    """Lay out the people of an organisation; each row leads to the page that changes the role."""
    columns = (
        Column(key="name", label=_("Name"), main=True),
        Column(key="role", label=_("Role")),
        Column(key="team", label=_("Team")),
        Column(key="since", label=_("Since")),
        Column(key="factor", label=_("Second step")),
    )
    rows = tuple(_person_row(person, viewer=viewer) for person in people)
    return DataTable(caption=_("People who work for the organisation"), columns=columns, rows=rows)


def invitation_table(invitations: Iterable[InvitationRow], *, waiting: Collection[int] = ()) -> DataTable:
    """Lay out the invitations that nobody has taken up yet; those `waiting` need a second person."""
    columns = (
        Column(key="email", label=_("Address"), main=True),
        Column(key="role", label=_("Role")),
        Column(key="team", label=_("Team")),
        Column(key="until", label=_("The link works until")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(
                    value=invitation.email,
                    note=_("waits for a second person") if invitation.id in waiting else "",
                ),
                Cell(value=role_label(invitation.role)),
                Cell(value=invitation.team_name or _("None")),
                Cell(value=invitation.expires_at),
            )
        )
        for invitation in invitations
    )
    return DataTable(
        caption=_("Open invitations"),
        columns=columns,
        rows=rows,
        empty_title=_("No open invitations"),
        empty_text=_("Whom you invite stands here until they have taken up their role."),
    )


def token_table(tokens: Iterable[TokenRow]) -> DataTable:
    """Lay out one's own keys."""
    columns = (
        Column(key="name", label=_("For"), main=True),
        Column(key="may", label=_("What it may do")),
        Column(key="created", label=_("Made")),
        Column(key="until", label=_("Works until")),
        Column(key="used", label=_("Last used")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=one.name),
                Cell(value=_("Read and write") if one.may_write else _("Only read")),
                Cell(value=one.created_at),
                Cell(value=one.expires_at),
                Cell(value=one.last_used_at or _("Never")),
            )
        )
        for one in tokens
    )
    return DataTable(
        caption=_("Your keys"),
        columns=columns,
        rows=rows,
        empty_title=_("No keys yet"),
        empty_text=_("With a key a program of yours asks for what you may see, without your password."),
    )


def device_name(device: DeviceRow) -> str:
    """Name a device as its owner knows it."""
    return device.device or _("A browser that does not say its name")


def device_table(devices: Iterable[DeviceRow], *, here: str) -> DataTable:
    """Lay out where somebody is signed in."""
    columns = (
        Column(key="device", label=_("Browser"), main=True),
        Column(key="began", label=_("Signed in")),
        Column(key="seen", label=_("Last used")),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=device_name(one), note=_("this one") if one.session == here else ""),
                Cell(value=one.began),
                Cell(value=one.seen),
            )
        )
        for one in devices
    )
    return DataTable(caption=_("Where you are signed in"), columns=columns, rows=rows)


def organisation_table(organisations: Iterable[OrganisationRow]) -> DataTable:
    """Lay out all organisations of the installation."""
    kinds = code_list("organisation_kind")
    columns = (
        Column(key="name", label=_("Name"), main=True),
        Column(key="kind", label=_("Kind")),
        Column(key="people", label=_("People"), numeric=True),
    )
    rows = tuple(
        Row(
            cells=(
                Cell(value=one.name, is_name=True),
                Cell(value=_(kinds.label(one.kind)) if one.kind in kinds else one.kind),
                Cell(value=one.people),
            )
        )
        for one in organisations
    )
    return DataTable(caption=_("Organisations"), columns=columns, rows=rows)


def _person_row(person: MembershipRow, *, viewer: Viewer) -> Row:
    factor = (
        State(label=_("Set up"), colour="green")
        if person.has_second_factor
        else State(label=_("Not set up"), colour="grey")
    )
    note = _("you") if person.user_id == viewer.user_id else person.email
    if person.is_renewed_lately:
        note = _("%(who)s; let in again within the last 24 hours") % {"who": note}
    return Row(
        url=f"{reverse('accounts:person')}?person={person.id}",
        cells=(
            Cell(value=person.name, note=note, is_name=True),
            Cell(value=role_label(person.role)),
            Cell(value=person.team_name or _("None")),
            Cell(value=person.since),
            Cell(value=factor),
        ),
    )


def _search_url(viewer: Viewer) -> str:
    if not viewer.may(Permission.CASE_READ):
        return ""
    try:
        return reverse("portal:search")
    except NoReverseMatch:
        return ""


def home_panels(viewer: Viewer, now: datetime) -> tuple[HomePanel, ...]:
    """Say who holds the keys here, to whoever looks after the installation, and to all in a demonstration."""
    if not (viewer.may(Permission.INSTALLATION_MANAGE) or settings.AMPARO_TRAINING):
        return ()
    if settings.AMPARO_KEYD:
        text = _(
            "The keys are held by a service of its own (keyd), which gives only so many at a time and writes down each. Whoever takes over the pages gets no more than that."
        )
    else:
        text = _(
            "This computer holds the data and its keys together: whoever can read its files can read everything. That is right for a demonstration or for one office, and for nothing larger."
        )
    return (HomePanel(title=_("Who holds the keys"), text=text, is_side=True, order=90),)
