"""The API that moves a case along its life and gives it to somebody else."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amparo.access.actions import require
from amparo.access.api import ACTING, CodeOf, Line, OptionalKey, Sent, Version, written
from amparo.access.rules import Permission
from amparo.access.web import Request
from amparo.cases.actions import assign_case, move_case
from amparo.cases.api.routing import router
from amparo.cases.api.shapes import Changed
from amparo.cases.rules import Stage

ClosureReason = Annotated[str, CodeOf("closure_reason")]


class Move(Sent):
    """The step that a case shall take. Closing needs a reason of the list, opening again an explanation."""

    version: Version
    target: Stage
    reason: ClosureReason | None = None
    explanation: Annotated[Line, Field(max_length=2_000)] = ""


class Assignment(Sent):
    """Who works on a case from now on."""

    version: Version
    worker_id: Annotated[int, Field(ge=1)]


@router.post("/cases/{reference}/move", response={200: Changed, **ACTING})
def case_move(request: Request, reference: str, sent: Move, key: OptionalKey) -> Changed:
    """Take a case one step along its life."""
    require(request.viewer, Permission.CASE_MOVE)

    def move() -> dict[str, int]:
        move_case(
            reference=reference,
            target=sent.target,
            version=sent.version,
            reason=sent.reason or "not_applicable",
            explanation=sent.explanation,
            by=request.viewer,
            now=request.now,
        )
        return {"version": sent.version + 1}

    return Changed.model_validate(written(request, key, move))


@router.post("/cases/{reference}/assign", response={200: Changed, **ACTING})
def case_assign(request: Request, reference: str, sent: Assignment, key: OptionalKey) -> Changed:
    """Give a case to a worker of its organisation."""
    require(request.viewer, Permission.CASE_ASSIGN)

    def assign() -> dict[str, int]:
        assign_case(
            reference=reference,
            worker_id=sent.worker_id,
            version=sent.version,
            by=request.viewer,
            now=request.now,
        )
        return {"version": sent.version + 1}

    return Changed.model_validate(written(request, key, assign))
