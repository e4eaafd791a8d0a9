"""Name why a person may be erased, or why that is forbidden: codes, which stay in the ledger when all else is gone."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from amparo.vocab.text import N_


class ErasureReason(StrEnum):
    """Why two people erase a person or hold that up."""

    RETENTION_ENDED = "retention_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    RECORDED_BY_MISTAKE = "recorded_by_mistake"
    COURT_ORDER = "court_order"
    PROCEEDINGS = "proceedings"

    @property
    def label(self) -> str:
        """Say the reason in words, to be translated."""
        return _LABELS[self]


_LABELS: Final = MappingProxyType(
    {
        ErasureReason.RETENTION_ENDED: N_("The time for keeping her record is over"),
        ErasureReason.CONSENT_WITHDRAWN: N_("She took her consent back"),
        ErasureReason.RECORDED_BY_MISTAKE: N_("She was recorded by mistake"),
        ErasureReason.COURT_ORDER: N_("A court ordered it"),
        ErasureReason.PROCEEDINGS: N_("Proceedings are going on"),
    }
)
