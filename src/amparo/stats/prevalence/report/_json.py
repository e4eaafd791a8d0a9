"""A study as JSON: every digit, null for what does not exist, and never NaN or Infinity."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from amparo.stats.prevalence._checks import Addition, ConsistencyCheck, Spread, Variations
from amparo.stats.prevalence._estimate import Estimate, Limits
from amparo.stats.prevalence._latent import LatentEstimate
from amparo.stats.prevalence._protecting import ProtectedOverlaps, PublishedCount
from amparo.stats.prevalence._sensitivity import PathOfModels, Ranking, Sensitivity
from amparo.stats.prevalence._study import Study
from amparo.stats.prevalence._threshold import ThresholdEstimate
from amparo.stats.results import Caution

__all__ = ["to_json"]


def to_json(study: Study) -> str:
    """Give the study as JSON. An interval without an upper end has null there; an estimate of null says why as its status."""
    return json.dumps(_study(study), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _study(study: Study) -> dict[str, Any]:
    levels = sorted({0.8, 0.95, study.level})
    told: dict[str, Any] = {
        "n": study.description.observed,
        "source": study.source,
        "fingerprint": study.description.fingerprint,
        "seed": study.settings.seed,
        "replicates": study.settings.replicates,
        "lists": None if study.overlaps is None else _overlaps(study.overlaps),
        "warnings": [_caution(caution) for caution in study.description.warnings],
        "estimates": [_estimate(one, levels, study) for one in study.estimates],
        "sensitivity": None if study.sensitivity is None else _sensitivity(study.sensitivity, study),
    }
    if study.strata:
        seen = study.seen_by_stratum()
        told["strata_by"] = study.strata_by
        told["strata"] = {
            name: {
                "n": seen[name].value,
                "estimates": [_estimate(one, levels, part) for one in part.estimates],
            }
            for name, part in study.strata.items()
        }
        told["addition"] = None if study.addition is None else _addition(study.addition, levels)
    if study.population is not None:
        told["population"] = {"people": study.population.people, "words": study.population.words}
    if study.not_done:
        told["not_done"] = list(study.not_done)
    if study.cannot:
        told["cannot"] = {name: str(error) for name, error in study.cannot.items()}
    return told


def _estimate(one: Estimate, levels: list[float], study: Study) -> dict[str, Any]:
    told: dict[str, Any] = {
        "method": one.method,
        "estimate": one.estimate,
        "intervals": {f"{level:g}": _limits(one.interval(level)) for level in levels}
        if one.estimate is not None
        else None,
        "model": one.model,
        "status": one.status.value,
        "warnings": [_caution(caution) for caution in one.warnings],
        "assumptions": [str(said) for said in one.assumptions],
        "seed": one.seed,
        "versions": dict(one.versions),
        "sources": list(one.sources),
    }
    if isinstance(one, LatentEstimate | ThresholdEstimate) and one.convergence is not None:
        told["convergence"] = {
            name: _finite(value) if isinstance(value, float) else value
            for name, value in asdict(one.convergence).items()
        }
    if study.population is not None:
        told["per_100000"] = None if one.estimate is None else study.population.rate(one.estimate)
    return told


def _addition(found: Addition, levels: list[float]) -> dict[str, Any]:
    return {
        "method": found.method,
        "parts": found.parts,
        "whole": found.whole,
        "ratio": found.ratio,
        "by_chance": {f"{level:g}": _limits(found.by_chance(level)) for level in levels},
        "status": found.verdict.value,
        "splits": found.splits.size,
        "refused": found.refused,
        "sources": list(found.sources),
    }


def _limits(limits: Limits | None) -> list[float | None] | None:
    return None if limits is None else [_finite(limits.low), _finite(limits.high)]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _caution(caution: Caution) -> dict[str, str]:
    return {"code": caution.code, "message": str(caution.message)}


def _overlaps(told: ProtectedOverlaps) -> dict[str, Any]:
    return {
        "threshold": told.threshold,
        "names": list(told.lists),
        "totals": [_count(count) for count in told.totals],
        "on_exactly": [_count(count) for count in told.captured],
        "pairs": [{"lists": list(pair), **_count(count)} for pair, count in told.pairs],
        "histories": [{"lists": list(names), **_count(count)} for names, count in told.histories],
    }


def _count(count: PublishedCount) -> dict[str, Any]:
    return {"value": count.value, "status": count.shown.value}


def _sensitivity(parts: Sensitivity, study: Study) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if parts.floor is not None:
        told["floor"] = {
            "estimate": parts.floor.estimate,
            "status": parts.floor.status.value,
            "interval": _limits(parts.floor.interval(study.level)),
        }
    if parts.pairs is not None:
        told["pairs"] = [
            {
                "lists": list(one.lists),
                "estimate": one.estimate,
                "interval": _limits(one.interval(study.level)),
                "status": one.status.value,
            }
            for one in study.shown_pairs
        ]
    for part in (parts.ranking, parts.models, parts.consistency):
        if part is not None:
            told |= _part(part, study)
    for variations in (parts.omitted, parts.merged, parts.thresholds, parts.deltas, parts.priors):
        if variations is not None:
            told[variations.kind] = _variations(variations)
    for spread in (parts.growth, parts.missed, parts.redrawn):
        if spread is not None:
            told[spread.kind.replace("-", "_")] = _spread(spread)
    return told


def _part(part: Ranking | PathOfModels | ConsistencyCheck, study: Study) -> dict[str, Any]:
    match part:
        case Ranking():
            return {
                "models": {
                    "fitted": part.fitted,
                    "with_estimate": part.admissible,
                    "within_10_of_lowest_bic": part.near,
                    "their_range": None if part.near_range is None else list(part.near_range),
                    "top": [
                        {
                            "model": str(model.hierarchy),
                            "estimate": model.estimate,
                            "delta_bic": model.delta_bic,
                            "delta_aic": model.delta_aic,
                        }
                        for model in part.models
                    ],
                }
            }
        case PathOfModels():
            points = [{"models": models, "interval": _limits(limits)} for models, limits in part.points]
            return {"model_path": {"level": part.level, "points": points}}
        case ConsistencyCheck():
            held, asked = part.held
            return {
                "consistency": {
                    "level": part.level,
                    "held": held,
                    "intervals": asked,
                    "log_error": part.log_error,
                    "too_few_seen": list(part.too_few),
                    "points": [
                        {
                            "hidden": point.hidden,
                            "truth": None if (count := study.size_of(point.hidden)) is None else count.value,
                            "estimate": point.estimate,
                            "interval": _limits(point.limits),
                            "status": point.status.value,
                        }
                        for point in part.points
                    ],
                }
            }


def _variations(found: Variations) -> list[dict[str, Any]]:
    return [
        {"changed": one.changed, "method": found.method, "estimate": one.estimate, "status": one.status.value}
        for one in found.variations
    ]


def _spread(found: Spread) -> list[dict[str, Any]]:
    return [
        {
            "at": point.at,
            "observed": point.observed,
            "low": point.low,
            "middle": point.middle,
            "high": point.high,
            "draws": point.draws,
            "refused": point.refused,
        }
        for point in found.points
    ]
