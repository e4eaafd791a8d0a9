"""The life of a case: one enum and one transition table. The diagram in the docs is drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amparo.vocab.text import N_


class Stage(StrEnum):
    """Where a person's passage through the response stands."""

    INTAKE = "intake"
    ASSESSMENT = "assessment"
    SUPPORT = "support"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """Return the words for the stage."""
        return STAGE_LABELS[self]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still works on the case."""
        return self is not Stage.CLOSED


STAGE_LABELS = {
    Stage.INTAKE: N_("Intake"),
    Stage.ASSESSMENT: N_("Assessment"),
    Stage.SUPPORT: N_("Protection and services"),
    Stage.FOLLOW_UP: N_("Exit and follow-up"),
    Stage.CLOSED: N_("Closed"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One permitted step, its button, and whether a reason must be given."""

    source: Stage
    target: Stage
    label: str
    needs_reason: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition(source=Stage.INTAKE, target=Stage.ASSESSMENT, label=N_("Begin the assessment")),
    Transition(source=Stage.INTAKE, target=Stage.CLOSED, label=N_("Close the case"), needs_reason=True),
    Transition(source=Stage.ASSESSMENT, target=Stage.SUPPORT, label=N_("Begin protection and services")),
    Transition(source=Stage.ASSESSMENT, target=Stage.CLOSED, label=N_("Close the case"), needs_reason=True),
    Transition(source=Stage.SUPPORT, target=Stage.ASSESSMENT, label=N_("Assess again")),
    Transition(source=Stage.SUPPORT, target=Stage.FOLLOW_UP, label=N_("Begin exit and follow-up")),
    Transition(source=Stage.SUPPORT, target=Stage.CLOSED, label=N_("Close the case"), needs_reason=True),
    Transition(source=Stage.FOLLOW_UP, target=Stage.SUPPORT, label=N_("Return to protection and services")),
    Transition(source=Stage.FOLLOW_UP, target=Stage.CLOSED, label=N_("Close the case"), needs_reason=True),
    Transition(
        source=Stage.CLOSED, target=Stage.ASSESSMENT, label=N_("Open the case again"), needs_reason=True
    ),
)


def transitions_from(stage: Stage) -> tuple[Transition, ...]:
    """Return the steps that a case may take from a stage."""
    return tuple(step for step in TRANSITIONS if step.source is stage)


def transition(source: Stage, target: Stage) -> Transition | None:
    """Return the step between two stages, or None where there is none."""
    return next((step for step in TRANSITIONS if (step.source, step.target) == (source, target)), None)
