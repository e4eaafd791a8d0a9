"""Files of single persons: what they reveal, measured, and how they are protected with least loss.

    data = read_microdata(Path("cases.csv"), Layout(keys=("age", "sex", "country"), sensitive=("exploitation",)))
    risk = measure_risk(data, m=3, population=40_000)
    safe = protect_microdata(data, 5, m=3, random=np.random.default_rng(1))

Formulas, sources and limits stand in ``docs/methods/microdata.md``.
"""

from ._data import CannotMeasure, Column, Layout, MicroData, read_microdata
from ._groups import Blank
from ._measures import Anonymity, Diversity, Weakest, diversity_of, measure_anonymity
from ._population import PopulationUniques, estimate_uniques, risk_in_population
from ._protect import Loss, NotProtected, ProtectedData, protect_microdata
from ._risk import Attack, Risk, SpecialUniques, find_special_uniques, measure_risk
from ._writing import told_of, write_protected

__all__ = [
    "Anonymity",
    "Attack",
    "Blank",
    "CannotMeasure",
    "Column",
    "Diversity",
    "Layout",
    "Loss",
    "MicroData",
    "NotProtected",
    "PopulationUniques",
    "ProtectedData",
    "Risk",
    "SpecialUniques",
    "Weakest",
    "diversity_of",
    "estimate_uniques",
    "find_special_uniques",
    "measure_anonymity",
    "measure_risk",
    "protect_microdata",
    "read_microdata",
    "risk_in_population",
    "told_of",
    "write_protected",
]
