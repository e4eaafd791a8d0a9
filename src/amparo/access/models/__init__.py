"""The tables of access."""

from amparo.access.models.acts import DualAct
from amparo.access.models.emergencies import EmergencyOpening
from amparo.access.models.grants import Grant, GrantQuerySet, Submission
from amparo.access.models.notices import Notice

__all__ = ["DualAct", "EmergencyOpening", "Grant", "GrantQuerySet", "Notice", "Submission"]
