"""What a release costs, and the noise, are those of OpenDP, where that is installed (`uv pip install opendp deprecated`; no dependency)."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest

from amparo.stats.privacy import SystemRandomness, discrete_gaussian, epsilon_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    dp = pytest.importorskip("opendp.prelude", reason="a reference from outside, for who has it")


@pytest.mark.parametrize("scale", [0.5, 1.0, 37.6])
def test_cost_and_noise_are_those_of_opendp(scale: float) -> None:
    dp.enable_features("contrib")
    theirs = dp.m.make_gaussian(dp.atom_domain(T="i64"), dp.absolute_distance(T="f64"), scale=scale)
    rho = theirs.map(1)
    assert rho == pytest.approx(1 / (2 * scale**2), rel=1e-12)
    promised = dp.c.make_zCDP_to_approxDP(theirs).map(1)
    for delta in (1e-6, 1e-9):
        assert epsilon_of(rho, delta) == pytest.approx(promised.epsilon(delta), rel=1e-9)
    from scipy.stats import ks_2samp

    ours = discrete_gaussian(Fraction(scale) ** 2, 3_000, SystemRandomness())
    drawn = np.array([theirs(0) for _ in range(1_000)])
    assert ks_2samp(np.asarray(ours, dtype=float), drawn.astype(float)).pvalue > 1e-5
