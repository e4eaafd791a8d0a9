"""What the JSON API of every app stands on: who asks, what may be sent, how a write is carried out once, how it is refused."""

from amparo.access.api.answers import (
    ACTING,
    READING,
    SENDING_FILES,
    Failure,
    Given,
    Handler,
    Made,
    Refusal,
    fail,
    file_answer,
    in_own_words,
    told,
)
from amparo.access.api.routes import REFUSALS, router
from amparo.access.api.sending import Changes, CodeOf, Line, Sent, Story, Version, refuse_unknown
from amparo.access.api.viewers import SessionViewer, TokenViewer, ask_again, on_behalf
from amparo.access.api.writing import KEY, NeededKey, OptionalKey, written

__all__ = [
    "ACTING",
    "KEY",
    "READING",
    "REFUSALS",
    "SENDING_FILES",
    "Changes",
    "CodeOf",
    "Failure",
    "Given",
    "Handler",
    "Line",
    "Made",
    "NeededKey",
    "OptionalKey",
    "Refusal",
    "Sent",
    "SessionViewer",
    "Story",
    "TokenViewer",
    "Version",
    "ask_again",
    "fail",
    "file_answer",
    "in_own_words",
    "on_behalf",
    "refuse_unknown",
    "router",
    "told",
    "written",
]
