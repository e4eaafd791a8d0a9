"""Say the compartments in words, for pages and for the matrix of roles."""

from collections.abc import Mapping
from types import MappingProxyType

from amparo.vault.rules import Compartment
from amparo.vocab.text import N_

COMPARTMENT_NAMES: Mapping[Compartment, str] = MappingProxyType(
    {
        Compartment.HOTLINE: N_("Hotline"),
        Compartment.PROTECTION: N_("Protection"),
        Compartment.LOCATION: N_("Where she is"),
        Compartment.HEALTH: N_("Health"),
        Compartment.CHILD: N_("Children"),
        Compartment.JUSTICE: N_("Justice"),
        Compartment.INTEGRITY: N_("Independent unit"),
        Compartment.COOPERATION: N_("Cooperation between States"),
        Compartment.EVIDENCE: N_("Figures"),
    }
)
