"""What a synthetic file says about itself: how it was made, what is promised, how far off its counts are, what not to conclude.

Its sentences are in the language that is spoken while it is made, English unless another is.
"""

from __future__ import annotations

import math
from typing import Any, Final

from amparo import __version__
from amparo.stats.report import apart, say
from amparo.stats.report import gettext as _
from amparo.vocab.text import N_

from ._expecting import SIZES
from ._measuring import BEYOND_CAP, DELTA, FOR_DOMAIN, GRID, Measurement
from ._rows import BELOW, PENALTY
from ._synthesis import SyntheticData
from ._writing import NOT_PRIVATE

__all__ = ["provenance_of"]

WIDE: Final = 1.96
UNIT: Final = N_("one person: all values of her record together")
NEIGHBOURS: Final = N_(
    "two data sets are neighbours if one has one person more than the other (add or remove one person)"
)
CONCLUSIONS: Final = (
    N_("A row is not a person. No row stands for anybody, whether or not somebody has the same values."),
    N_("A blank is not a no: it says that something was not known, not recorded, or not released."),
    N_(
        "The records are of persons who were identified. How many were not does not follow: no prevalence, no rate, no ranking."
    ),
    N_(
        "Combinations of more values than were counted follow from the shorter ones and from chance. Do not read them."
    ),
    N_("Do not compute standard errors as if the rows were a sample."),
)


def provenance_of(
    data: SyntheticData, *, release: str, when: str, source: str, population: str = ""
) -> dict[str, Any]:
    """Tell all that a reader of the file should know, as plain values for JSON. Nothing in it costs privacy."""
    told: dict[str, Any] = {
        "form": "amparo synthetic data 1",
        "release": release,
        "made": when,
        "software": f"amparo {__version__}",
        "source": source,
        "population": population,
        "rows": len(data.rows),
        "columns": [column.name for column in data.domain.columns],
        "groups": {
            column.name: {
                group: [v for v, g in column.groups.items() if g == group] for group in column.groups.values()
            }
            for column in data.domain.columns
            if column.groups
        },
        "private": data.measurement is not None and data.is_private,
        "rules": [str(rule) for rule in data.rules],
    }
    if not data.is_private:
        told["stamp"] = _(NOT_PRIVATE)
    told |= _anonymous(data) if data.measurement is None else _private(data, data.measurement)
    told["cautions"] = [say(caution.message) for caution in data.cautions if caution.code != "not-private"]
    told["do_not_conclude"] = [_(text) for text in CONCLUSIONS]
    told["cite"] = _(
        "Synthetic data %(release)s from %(source)s, made %(day)s with Amparo %(version)s (%(method)s). Cite the owner of the records "
        "as well."
    ) % {
        "release": release,
        "source": apart(source),
        "day": apart(when[:10]),
        "version": __version__,
        "method": told["method"],
    }
    return told


def _anonymous(data: SyntheticData) -> dict[str, Any]:
    return {
        "method": _("k-anonymous synthesis, k = %(k)s, combinations of up to %(longest)s values")
        % {"k": data.k, "longest": data.longest},
        "promise": _(
            "Every combination of up to %(longest)s values that is shown occurs in at least %(k)s of the records. This is not "
            "differential privacy."
        )
        % {"k": data.k, "longest": data.longest},
        "k": data.k,
        "length": data.longest,
    }


def _private(data: SyntheticData, measurement: Measurement) -> dict[str, Any]:
    price = measurement.price
    lengths = sorted(measurement.counts)
    return {
        "method": _("differential privacy, epsilon %(epsilon)s, combinations of up to %(longest)s values")
        % {"epsilon": f"{price.epsilon:g}", "longest": measurement.longest},
        "promise": _promise(measurement),
        "epsilon": price.epsilon,
        "delta": price.delta,
        "unit": _(UNIT),
        "neighbours": _(NEIGHBOURS),
        "rho": price.rho,
        "rho_parts": dict(price.parts),
        "accounting": _(
            "zero-concentrated differential privacy, converted as in Canonne, Kamath and Steinke 2020"
        )
        + (
            _("; delta is set from a noisy number of persons, whose epsilon is added")
            if DELTA in price.parts
            else ""
        ),
        "noise": _("discrete Gaussian, drawn exactly from the randomness of the operating system")
        if measurement.is_private
        else _(NOT_PRIVATE),
        "public": {
            "cap": measurement.cap,
            "cap_found_privately": "cap" in price.parts,
            "share_above_cap": BEYOND_CAP,
            "categories_found_privately": list(measurement.found),
            "threshold": measurement.threshold,
            "delta_for_categories": price.lost or None,
            "share_of_delta": FOR_DOMAIN if measurement.found else None,
            "grid": f"1/{GRID} person",
        },
        "prefer": data.prefer.value,
        "constants": {"below": BELOW, "penalty": PENALTY[data.prefer.value]},
        "standard_deviation": {str(k): round(measurement.sigma(k), 3) for k in lengths},
        "error_from": _("making the rows anew from themselves") if data.errors else _("the noise alone"),
        "error_to_expect": [_expected(data, measurement, k, size) for k in lengths for size in SIZES],
        "smallest_to_read": {str(k): math.ceil(2 * measurement.sigma(k)) for k in lengths},
    }


def _promise(measurement: Measurement) -> str:
    if not measurement.is_private:
        return _("Nothing is promised: the noise was seeded, and whoever knows the seed can take it away.")
    price = measurement.price
    words = _(
        "Whatever is done with this file, nobody learns much more about a person than if she were not in the records: chances "
        "change by a factor of at most e^%(epsilon)s = %(factor)s, except with a chance of %(delta)s."
    )
    return words % {
        "epsilon": f"{price.epsilon:g}",
        "factor": f"{math.exp(price.epsilon):.3g}",
        "delta": apart(f"{price.delta:.2g}"),
    }


def _expected(data: SyntheticData, measurement: Measurement, length: int, size: int) -> dict[str, Any]:
    """Tell between what the true count is when ``size`` is shown; from what is private already, so that it costs nothing."""
    half = data.errors.get((length, size), WIDE * measurement.sigma(length))
    low, high = max(0, round(size - half)), round(size + half)
    return {
        "length": length,
        "shown": size,
        "low": low,
        "high": high,
        "words": _("a shown %(shown)s is %(low)s to %(high)s in 95 of 100")
        % {"shown": f"{size:,}", "low": f"{low:,}", "high": f"{high:,}"},
    }
