"""The page of roles and permissions: who may do what, as the roles say it."""

from __future__ import annotations

from amparo.access.rules import INCOMPATIBLE_ROLES, PERMISSION_MEANINGS, ROLES, Permission, Scope

REACH = {
    Scope.OWN: "their own cases",
    Scope.TEAM: "cases of their team and their own; in no team, their own",
    Scope.ORGANISATION: "cases of their organisation",
    Scope.GRANTED: "only cases that were opened to them",
    Scope.NONE: "no cases",
}


def text() -> str:
    """Give the page."""
    return "\n".join((*_roles(), *_permissions(), *_incompatible())) + "\n"


def _roles() -> list[str]:
    lines = [
        "# Roles and permissions",
        "",
        "This page is written by `make docs` from `amparo/access/rules`.",
        "",
        "| Role | What it is | Reach | Second factor | In which organisations |",
        "|---|---|---|---|---|",
    ]
    for role in ROLES.values():
        kinds = ", ".join(sorted(role.organisation_kinds)) or "any"
        factor = "demanded" if role.needs_second_factor else "offered"
        lines.append(
            f"| {role.label} (`{role.code}`) | {role.description} | {REACH[role.scope]} | {factor} | {kinds} |"
        )
    lines += [
        "",
        "Every role but those that reach no cases also reaches the cases that a grant opens to it for a time, for what",
        "both the role and the grant allow.",
        "",
    ]
    return lines


def _permissions() -> list[str]:
    roles = ROLES.values()
    lines = [
        "## Who may do what",
        "",
        "| | " + " | ".join(role.label for role in roles) + " |",
        "|---|" + ":-:|" * len(roles),
    ]
    for permission in Permission:
        marks = " | ".join("yes" if permission in role.permissions else "" for role in roles)
        lines.append(f"| {PERMISSION_MEANINGS[permission]} (`{permission}`) | {marks} |")
    return [*lines, ""]


def _incompatible() -> list[str]:
    pairs = sorted(tuple(sorted(pair)) for pair in INCOMPATIBLE_ROLES)
    return [
        "## Roles that one human being never holds together",
        "",
        *(f"- {ROLES[first].label} and {ROLES[second].label}" for first, second in pairs),
    ]
