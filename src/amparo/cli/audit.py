"""`amparo audit`: verify the log of who did and read what, ask it, and give its head to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amparo.cli.installation import DataOption

if TYPE_CHECKING:
    from amparo.audit.queries import EventLine
    from amparo.audit.rules.verdicts import Finding, Verdict


def verify(
    from_epoch: Annotated[
        int,
        typer.Option(
            "--from", min=1, help="Hash the events from this epoch on; the chain is always looked at whole."
        ),
    ] = 1,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file that somebody outside kept: heads of a witness, a time-stamp, or typed from paper."
        ),
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Do not ask the witnesses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    data: DataOption = None,
) -> None:
    """Tell whether the log is whole: exit code 0 whole, 1 tampered with, 2 cannot be told."""
    from amparo.cli.installation import platform

    with platform(data):
        from django.conf import settings

        from amparo.audit.chain.anchoring import verify_installation
        from amparo.audit.rules.verdicts import NotAnAnchor
        from amparo.cli.refusing import CommandRefused

        witnesses = () if alone else settings.AMPARO_WITNESSES
        try:
            verdict = verify_installation(
                keys=settings.AMPARO_AUDIT_KEYS,
                witnesses=witnesses,
                anchor_files=anchor or (),
                from_epoch=from_epoch,
            )
        except NotAnAnchor as fault:
            raise CommandRefused(str(fault)) from fault
    if as_json:
        from amparo.audit.rules.heads import compact

        print(compact(verdict.to_json()))
    else:
        _print_verdict(verdict)
    raise typer.Exit(verdict.state.exit_code)


def who(
    about: Annotated[
        str, typer.Argument(metavar="PERSON|REFERENCE", help="A person's id, or the reference of a case.")
    ],
    most: Annotated[
        int, typer.Option(min=1, max=10_000, help="How many events at most, the newest first.")
    ] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print the events as JSON, one a line.")] = False,
    data: DataOption = None,
) -> None:
    """Tell who did and read what about a person or a case, but not what the independent unit did. This question is logged too."""
    from amparo.cli.installation import platform

    with platform(data):
        from django.utils import timezone

        from amparo.access.rules import system_viewer, unit_roles
        from amparo.accounts.queries import memberships_in, user_names
        from amparo.audit.actions import record
        from amparo.audit.queries import who_saw, who_saw_record
        from amparo.audit.rules import NotALabel
        from amparo.cli.refusing import CommandRefused

        person = _as_uuid(about)
        try:
            record("audit.log.read", by=system_viewer([]), at=timezone.now(), record=about)
        except NotALabel as fault:
            raise CommandRefused(
                f'"{about}" is neither the id of a person nor the reference of a case.'
            ) from fault
        unit = memberships_in(unit_roles())
        lines = (
            who_saw(person, unit=unit, most=most) if person else who_saw_record(about, unit=unit, most=most)
        )
        names = user_names({line.user for line in lines if line.user is not None})
    if as_json:
        from amparo.audit.rules.heads import compact

        for line in lines:
            print(compact(_as_json(line, names)))
    else:
        print_events(lines, names)


def canary(
    about: Annotated[
        str, typer.Argument(metavar="REFERENCE", help="The reference of the case of an invented person.")
    ],
    end: Annotated[bool, typer.Option("--end", help="Take it off the list.")] = False,
    data: DataOption = None,
) -> None:
    """Let every opening of an invented person's case raise an alert within a minute."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused
    from amparo.vocab.reference import BadReference

    with platform(data):
        from django.utils import timezone

        from amparo.access.rules import Permission, system_viewer
        from amparo.oversight.actions import end_canary, name_canary

        change = end_canary if end else name_canary
        try:
            found = change(reference=about, by=system_viewer([Permission.CANARY_KEEP]), now=timezone.now())
        except BadReference as fault:
            raise CommandRefused(f'"{about}" is no reference of a case.') from fault
    if not end:
        print(
            f"Named: {found}. Whoever opens this case raises an alert; whether there is such a case was not looked up."
        )
    else:
        print("Taken off the list." if found else "It was not on the list.")


def head(
    html: Annotated[Path | None, typer.Option(help="Write the page as HTML, to be printed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the head as JSON.")] = False,
    data: DataOption = None,
) -> None:
    """Print the head of the log: a page for paper that proves later what stood in the log today."""
    from amparo.cli.installation import platform

    with platform(data):
        from django.conf import settings
        from django.utils.translation import get_language_bidi, override

        from amparo.audit.chain.papers import head_as_html, head_as_text
        from amparo.audit.rules.heads import compact

        made = _new_head()
        with override(settings.LANGUAGE_CODE):
            text = head_as_text(made)
            page = head_as_html(made, language=settings.LANGUAGE_CODE, is_right_to_left=get_language_bidi())
    if html is not None:
        html.write_text(page, encoding="utf-8")
        print(f"Wrote {html}. Print it, sign it in ink, and file it outside.")
    else:
        print(compact(made.to_json()) if as_json else text)


def anchor(
    timestamp_request: Annotated[
        Path | None,
        typer.Option(help="Write a request for a time-stamping authority (RFC 3161) into this file."),
    ] = None,
    timestamp_answer: Annotated[
        Path | None, typer.Option(help="Keep the answer of the authority from this file.")
    ] = None,
    authority: Annotated[
        Path | None, typer.Option(help="The authority's root certificate (PEM), to verify the answer with.")
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="Send a head to every witness now, not at the next hour.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Give the head of the log to others: to the witnesses, or to a time-stamping authority by files."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    if not (timestamp_request or timestamp_answer or now):
        raise CommandRefused("Say what to do: --now, --timestamp-request FILE or --timestamp-answer FILE.")
    with platform(data):
        if timestamp_request:
            from amparo.audit.chain.timestamps import timestamp_request as request_for

            timestamp_request.write_bytes(request_for(_new_head()))
            print(
                f"Wrote {timestamp_request}. Send it to the authority, and keep its answer with --timestamp-answer."
            )
        if timestamp_answer:
            _keep_answer(timestamp_answer, authority)
        if now:
            _post_now()


def generation(
    reason: Annotated[str, typer.Option(help="Why: restored or moved.")] = "restored",
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Sign with a new key from now on; the old one is lost.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Begin the next generation of the log, after a restore or a move; otherwise nothing is sealed any more."""
    from amparo.cli.installation import platform
    from amparo.cli.refusing import CommandRefused

    if reason not in ("restored", "moved"):
        raise CommandRefused(f'"{reason}" is no reason; write restored or moved.')
    with platform(data, connect_as="owner"):
        from django.conf import settings
        from django.utils import timezone

        from amparo.audit.actions import begin_generation
        from amparo.audit.chain.signing import make_signer

        number = begin_generation(reason=reason, now=timezone.now())
        print(f"Generation {number} of the log begins.")
        if new_key:
            print(
                f"The key is now {make_signer(settings.AMPARO_AUDIT_KEYS).name}. Tell the keepers of your witnesses."
            )


def _new_head() -> Any:
    from django.conf import settings
    from django.utils import timezone

    from amparo.audit.chain.connecting import own_connection
    from amparo.audit.chain.heads import make_head
    from amparo.audit.chain.sealing import signer_for
    from amparo.audit.chain.signing import SignerAway
    from amparo.cli.refusing import CommandRefused

    with own_connection() as connection:
        try:
            return make_head(
                connection, signer_for(connection, settings.AMPARO_AUDIT_KEYS), now=timezone.now()
            )
        except SignerAway as away:
            raise CommandRefused(str(away)) from away


def _keep_answer(path: Path, authority: Path | None) -> None:
    from django.utils import timezone

    from amparo.audit.chain.connecting import own_connection
    from amparo.audit.chain.timestamps import NotATimestamp, keep_timestamp, stamped_head
    from amparo.cli.refusing import CommandRefused

    try:
        answer = path.read_bytes()
        certificate = authority.read_bytes() if authority else None
        with own_connection() as connection:
            stamped = stamped_head(connection, answer, authority=certificate)
            keep_timestamp(connection, stamped, answer, now=timezone.now())
    except OSError as error:
        raise CommandRefused(f"{error.filename} cannot be read ({error.strerror}).") from error
    except NotATimestamp as fault:
        raise CommandRefused(str(fault)) from fault
    by = "verified" if stamped.is_verified else "not verified: give its certificate with --authority"
    print(
        f"Kept. The log at {stamped.head.size} epochs was there on {stamped.at:%Y-%m-%d %H:%M:%S} UTC ({by})."
    )
    print(f"Keep a copy of {path} outside; amparo audit verify --anchor takes it.")


def _post_now() -> None:
    from django.conf import settings
    from django.utils import timezone

    from amparo.audit.chain.connecting import own_connection
    from amparo.audit.chain.posting import REFUSED, WitnessAway, post_head
    from amparo.cli.refusing import CommandRefused

    if not settings.AMPARO_WITNESSES:
        raise CommandRefused("There is no witness. Name one or more in AMPARO_WITNESSES.")
    made, failed = _new_head(), False
    for place in settings.AMPARO_WITNESSES:
        with own_connection() as connection:
            try:
                answer = post_head(connection, made, place, now=timezone.now())
                text, is_taken = answer.text, answer.outcome != REFUSED
            except WitnessAway as away:
                text, is_taken = str(away), False
        print(f"{place}: {'taken' if is_taken else 'NOT taken: ' + text}")
        failed = failed or not is_taken
    raise typer.Exit(1 if failed else 0)


def _print_verdict(verdict: Verdict) -> None:
    from amparo.cli.printing import console

    out = console()
    state = {
        "whole": "[green]whole[/]",
        "tampered": "[red]tampered with[/]",
        "cannot_tell": "[yellow]cannot be told[/]",
    }
    out.print(f"The log: {state[verdict.state.value]}")
    for finding in (*verdict.findings, *verdict.doubts):
        out.print(f"  {_said(finding)}", markup=False, highlight=False)
    counted = f"epochs {verdict.epochs:,}, events {verdict.events:,}, not sealed yet {verdict.waiting:,}"
    out.print(
        f"{counted}, heads of others held against it {verdict.anchors:,}; {verdict.seconds:.1f} s",
        markup=False,
    )
    if not verdict.anchors:
        out.print(
            "Nobody outside vouches for this: who has the signing key and the database could have written all of it anew.",
            markup=False,
        )


def _said(finding: Finding) -> str:
    where = f"Epoch {finding.epoch}" if finding.epoch is not None else "Log"
    if finding.first_event is not None:
        where += f", events {finding.first_event} to {finding.last_event}"
    return f"{where}: {finding.text.rstrip('.')}."


def print_events(lines: list[EventLine], names: dict[int, str]) -> None:
    """Print events as a table."""
    from rich.table import Table

    from amparo.cli.printing import console

    table = Table(
        "When (UTC)", "Who", "Did", "Fields", "Purpose", "Ground", "By", "Outcome", box=None, pad_edge=False
    )
    for line in lines:
        user = "system" if line.user is None else f"{names.get(line.user, '')} (user {line.user})"
        when = line.recorded_at.strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(
            when, user, line.action, ", ".join(line.fields), line.purpose, line.basis, line.via, line.outcome
        )
    console().print(table if lines else "Nobody yet.")


def _as_json(line: EventLine, names: dict[int, str]) -> dict[str, Any]:
    from dataclasses import asdict

    plain = {
        key: str(value) if key in ("at", "recorded_at") else value for key, value in asdict(line).items()
    }
    return {
        **plain,
        "persons": [str(person) for person in line.persons],
        "name": names.get(line.user or 0, ""),
    }


def _as_uuid(text: str) -> Any:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        return None
