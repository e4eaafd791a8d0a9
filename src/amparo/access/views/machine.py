"""Answer for what is done on the machine and takes two people: acts on the keys, and a backup that was brought back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import (
    KEYS_CUSTODIAN,
    KEYS_REWRAP,
    KEYS_ROTATE,
    NEW_CUSTODIANS,
    Refused,
    ask_key_act,
    ask_restore,
    handing_over,
    rewrapping,
    rotation,
    unconfirmed_restorations,
)
from amparo.access.forms import KeyActForm
from amparo.access.panels.restored import restored_table
from amparo.access.rules import COMPARTMENT_NAMES, Permission
from amparo.access.views.own import posted_id
from amparo.access.views.two_people import asked_words
from amparo.access.web import Request, fresh, requires
from amparo.ui.web import page
from amparo.vault.rules import Compartment


@requires(Permission.INSTALLATION_MANAGE)
@fresh
def change_keys(request: Request) -> HttpResponse:
    """Ask a second person for an act on the keys."""
    handing = [(code, _("New custodian: %(who)s") % {"who": _(who)}) for code, who in NEW_CUSTODIANS.items()]
    form = KeyActForm(
        request.POST or None,
        what=[
            ("rotate", _("New keys for compartments")),
            ("rewrap", _("Go on with a change of keys that was cut short")),
            *handing,
        ],
        compartments=[(one.value, _(name)) for one, name in COMPARTMENT_NAMES.items()],
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = _asked(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, asked_words())
            return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    context = {"form": form, "cancel": reverse("accounts:acts")}
    return page(request, "access/change_keys.html", context, title=_("Change the keys of this installation"))


@requires(Permission.INSTALLATION_MANAGE)
@fresh
def restored(request: Request) -> HttpResponse:
    """List the backups that were brought back, and ask a second person to confirm one."""
    if request.method == "POST":
        try:
            asked = ask_restore(posted_id(request, "restoration"), by=request.viewer, now=request.now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("accounts:restored"))
        messages.success(request, asked_words())
        return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    found = unconfirmed_restorations()
    context = {"restorations": found, "table": restored_table(found)}
    return page(request, "access/restored.html", context, title=_("A backup was brought back"))


def _asked(request: Request, form: KeyActForm) -> UUID:
    said = form.cleaned_data
    if said["what"] == "rotate":
        chosen = [Compartment(one) for one in said["compartments"]] or list(Compartment)
        kind, payload = KEYS_ROTATE, rotation(chosen)
    elif said["what"] == "rewrap":
        kind, payload = KEYS_REWRAP, rewrapping()
    else:
        kind = KEYS_CUSTODIAN
        payload = handing_over(said["what"], needed=said["needed"] or 0, of=said["of"] or 0)
    return ask_key_act(kind, payload, by=request.viewer, now=request.now)
