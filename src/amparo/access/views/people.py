"""Answer for the pages of an organisation: its people, their roles, its teams, its name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import (
    InvitationNotOpen,
    LeavesCasesAlone,
    NameTaken,
    Refused,
    RoleNotAssignable,
    SecondPersonNeeded,
    add_team,
    ask_role_change,
    awaiting_invitations,
    awaits_second_person,
    change_membership,
    end_membership,
    invite_user,
    invites_alone,
    keep_staff_number,
    rename_organisation,
    renew_password,
    wake_person,
    warning_first,
    withdraw_invitation,
)
from amparo.access.forms import (
    InvitationForm,
    OrganisationNameForm,
    RoleChangeForm,
    StaffNumberForm,
    TeamForm,
)
from amparo.access.panels.people import invitation_table, people_table
from amparo.access.panels.waiting import suspended_table
from amparo.access.queries import count_left_alone
from amparo.access.rules import Permission
from amparo.access.views.own import posted_id
from amparo.access.views.two_people import asked_words, left_alone_words
from amparo.access.web import Request, fresh, requires
from amparo.accounts.queries import (
    MembershipRow,
    OrganisationRow,
    asleep_people_of,
    find_invitation,
    find_membership,
    get_organisation,
    humans,
    open_invitations_of,
    people_of,
    suspended_memberships,
    teams_of,
)
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.PEOPLE_MANAGE)
def people(request: Request) -> HttpResponse:
    """List who works for the organisation in which role, and who is invited."""
    organisation = _own_organisation(request)
    invitations = open_invitations_of(organisation.id, request.now)
    suspended = suspended_memberships(organisation.id)
    context = {
        "people": people_table(people_of(organisation.id, request.now), viewer=request.viewer),
        "invitations": invitations,
        "asleep": asleep_people_of(organisation.id, request.now),
        "invitation_table": invitation_table(invitations, waiting=awaiting_invitations(invitations)),
        "organisation": organisation,
        "suspended": suspended,
        "suspended_table": suspended_table(suspended),
    }
    return page(request, "access/people.html", context, title=_("People and roles"))


@requires(Permission.PEOPLE_MANAGE)
@fresh
def invite(request: Request) -> HttpResponse:
    """Invite somebody; the link is shown on the answer to this one request, to be handed over."""
    organisation = _own_organisation(request)
    form = InvitationForm(
        request.POST or None, organisation_kind=organisation.kind, teams=teams_of(organisation.id)
    )
    if request.method == "POST" and form.is_valid():
        try:
            secret = invite_user(
                email=form.cleaned_data["email"],
                organisation_id=organisation.id,
                team_id=form.cleaned_data["team"],
                role=form.cleaned_data["role"],
                by=request.viewer,
                now=request.now,
            )
        except (RoleNotAssignable, Refused) as error:
            form.add_error("role", str(error))
        except ValidationError as error:
            form.add_error("email", error)
        else:
            return show_link(
                request, secret, email=form.cleaned_data["email"], back=reverse("accounts:people")
            )
    alone = invites_alone(organisation_id=organisation.id, by=request.viewer, now=request.now)
    context = {"form": form, "back": _back_to_people(), "is_alone": alone}
    return page(request, "access/invite.html", context, title=_("Invite somebody"))


@requires(Permission.PEOPLE_MANAGE)
@fresh
def person(request: Request) -> HttpResponse:
    """Change somebody's role or team; `person` in the address is the membership's number."""
    organisation = _own_organisation(request)
    changed = _own_member(request, organisation)
    form = _role_form(request, changed, sent=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with warning_first(organisation_id=organisation.id, is_meant=form.is_warned, now=request.now):
                change_membership(
                    membership_id=changed.id,
                    role=form.cleaned_data["role"],
                    team_id=form.cleaned_data["team"],
                    by=request.viewer,
                    now=request.now,
                )
        except LeavesCasesAlone as left:
            form.warn()
            return _person_page(request, changed, form, changing=left.count)
        except SecondPersonNeeded:
            return _ask_for_role(request, changed, form)
        except (RoleNotAssignable, Refused) as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, _("The role is changed. It holds from now on."))
            if form.is_warned:
                messages.warning(request, left_alone_words())
            return HttpResponseRedirect(reverse("accounts:people"))
    return _person_page(request, changed, form)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
@fresh
def person_number(request: Request) -> HttpResponse:
    """Keep somebody's staff number."""
    form = StaffNumberForm(request.POST)
    membership_id = posted_id(request, "person")
    if form.is_valid():
        keep_staff_number(
            membership_id=membership_id,
            staff_number=form.cleaned_data["staff_number"],
            by=request.viewer,
            now=request.now,
        )
        messages.success(request, _("The staff number is kept."))
    return HttpResponseRedirect(reverse("accounts:people"))


def _role_form(request: Request, changed: MembershipRow, *, sent: Any = None) -> RoleChangeForm:
    own = _own_organisation(request)
    return RoleChangeForm(
        sent,
        organisation_kind=own.kind,
        teams=teams_of(own.id),
        initial={"role": changed.role, "team": changed.team_id},
    )


def _ask_for_role(request: Request, changed: MembershipRow, form: RoleChangeForm) -> HttpResponse:
    """Ask a second person, because the role reaches far."""
    try:
        asked = ask_role_change(
            membership_id=changed.id,
            role=form.cleaned_data["role"],
            team_id=form.cleaned_data["team"],
            by=request.viewer,
            now=request.now,
        )
    except (RoleNotAssignable, Refused) as error:
        form.add_error("role", str(error))
        return _person_page(request, changed, form)
    messages.success(request, asked_words())
    return HttpResponseRedirect(reverse("accounts:act", args=[asked]))


def _person_page(
    request: Request, changed: MembershipRow, form: RoleChangeForm, *, changing: int = 0, ending: int = 0
) -> HttpResponse:
    """Show somebody's page; `changing` and `ending` are how many cases nobody could open after what was just sent."""
    known = humans([changed.user_id], invited_since=request.now)
    number = known[changed.user_id].staff_number
    context = {
        "left_alone": ending or count_left_alone(changed, request.now),
        "changing": changing,
        "button": _("Change the role all the same") if changing else _("Change the role"),
        "number_form": StaffNumberForm(initial={"staff_number": number}),
        "form": form,
        "person": changed,
        "is_self": changed.user_id == request.viewer.user_id,
        "back": _back_to_people(),
    }
    return page(request, "access/person.html", context, title=changed.name)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
@fresh
def person_end(request: Request) -> HttpResponse:
    """End somebody's role at once; where that leaves closed cases without readers, after a warning."""
    membership_id = posted_id(request, "person")
    ended = find_membership(membership_id, request.now)
    is_meant = "warned" in request.POST
    try:
        with warning_first(
            organisation_id=request.viewer.organisation_id or 0, is_meant=is_meant, now=request.now
        ):
            end_membership(membership_id=membership_id, by=request.viewer, now=request.now)
    except LeavesCasesAlone as left:
        assert ended is not None  # it was ended, for the length of a look
        return _person_page(request, ended, _role_form(request, ended), ending=left.count)
    messages.success(request, _("The role has ended. This person sees nothing of the organisation any more."))
    if is_meant:
        messages.warning(request, left_alone_words())
    return HttpResponseRedirect(reverse("accounts:people"))


@requires(Permission.PEOPLE_MANAGE)
@require_POST
@fresh
def person_password(request: Request) -> HttpResponse:
    """Make a link for a new password, shown on the answer to this one request."""
    membership_id = posted_id(request, "person")
    try:
        secret = renew_password(membership_id=membership_id, by=request.viewer, now=request.now)
    except Refused as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("accounts:people"))
    link = request.build_absolute_uri(reverse("accounts:new-password", args=[secret]))
    context = {"link": link, "back": _back_to_people()}
    return page(request, "access/password_link.html", context, title=_("The link is ready"))


@requires(Permission.PEOPLE_MANAGE)
@require_POST
@fresh
def person_wake(request: Request) -> HttpResponse:
    """Wake an account that nobody used for thirty days."""
    wake_person(user_id=posted_id(request, "asleep"), by=request.viewer, now=request.now)
    messages.success(request, _("The account is awake. This person can sign in again."))
    return HttpResponseRedirect(reverse("accounts:people"))


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_end(request: Request) -> HttpResponse:
    """Make an invitation stop working."""
    try:
        withdraw_invitation(
            invitation_id=posted_id(request, "invitation"), by=request.viewer, now=request.now
        )
    except InvitationNotOpen as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The invitation no longer works."))
    return HttpResponseRedirect(reverse("accounts:people"))


@requires(Permission.ORGANISATION_MANAGE)
def organisation(request: Request) -> HttpResponse:
    """Change the organisation's name and add teams."""
    own = _own_organisation(request)
    is_team = request.method == "POST" and "add-team" in request.POST
    is_name = request.method == "POST" and not is_team
    name_form = OrganisationNameForm(
        request.POST if is_name else None, initial={"name": own.name}, prefix="organisation"
    )
    team_form = TeamForm(request.POST if is_team else None, prefix="team")
    sent = team_form if is_team else name_form
    if request.method == "POST" and sent.is_valid():
        save = add_team if is_team else rename_organisation
        try:
            save(organisation_id=own.id, name=sent.cleaned_data["name"], by=request.viewer, now=request.now)
        except NameTaken as error:
            sent.add_error("name", str(error))
        else:
            messages.success(request, _("The team is added.") if is_team else _("The name is changed."))
            return HttpResponseRedirect(reverse("accounts:organisation"))
    context = {
        "name_form": name_form,
        "team_form": team_form,
        "teams": [name for _id, name in teams_of(own.id)],
    }
    return page(request, "access/organisation.html", context, title=own.name)


def show_link(request: Request, secret: str, *, email: str, back: str) -> HttpResponse:
    """Show the link of an invitation, this one time, and say whether somebody agrees to it first."""
    link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
    invited = find_invitation(secret, request.now)
    waits = invited is not None and awaits_second_person(invited)
    context = {"link": link, "email": email, "waits": waits, "back": Link(label=_("Back"), url=back)}
    return page(request, "access/invited.html", context, title=_("The invitation is ready"))


def _own_organisation(request: Request) -> OrganisationRow:
    own = get_organisation(request.viewer.organisation_id or 0)
    if own is None:
        raise Http404
    return own


def _own_member(request: Request, organisation: OrganisationRow) -> MembershipRow:
    """Find who is to be changed; somebody of another organisation looks like nobody."""
    typed = request.GET.get("person", "")
    found = (
        find_membership(int(typed), request.now)
        if typed.isascii() and typed.isdigit() and len(typed) < 18
        else None
    )
    if found is None or found.organisation_id != organisation.id:
        raise Http404
    return found


def _back_to_people() -> Link:
    return Link(label=_("People and roles"), url=reverse("accounts:people"))
