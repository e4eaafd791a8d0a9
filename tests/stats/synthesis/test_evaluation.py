"""Scores agree with an evaluation written apart, to the digit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from amparo.stats.synthesis import evaluate
from tests.shared_data import DIRECTORY

from .people import CODEBOOK, people, write

NAMES = (
    "mae", "mre", "mre_p50", "mre_p95", "mre_w", "mae_scaled", "mre_scaled", "bias", "spurious", "spurious_mass", "lost", "lost_any", "rare_shown",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("longest", [3, 4])
def test_scores_are_those_of_the_reference(tmp_path: Path, longest: int) -> None:
    tool = DIRECTORY.parent / "tools" / "synth_eval.py"
    if not tool.exists():
        pytest.skip("needs synth_eval.py, which lies beside the checkout and is not here")
    true, made = write(tmp_path / "true.csv", people(400)), write(tmp_path / "made.csv", people(350, 8)[:340])
    command = [
        sys.executable,
        str(tool),
        str(true),
        str(made),
        "--multi",
        "means=;",
        "--max-len",
        str(longest),
        "--tvd-len",
        "0",
    ]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    ours = evaluate(
        true, made, separators={"means": ";"}, longest=longest, random=np.random.default_rng(1)
    ).to_dict()
    for part, reference in (("all", told["all"]), *((k, told["by_length"][k]) for k in told["by_length"])):
        mine = ours["all"] if part == "all" else ours["by_length"][part]
        assert {name: round(mine[name], 6) for name in NAMES} == {name: reference[name] for name in NAMES}
        assert mine["mre_by_count"] == pytest.approx(reference["mre_by_count"], abs=1e-12)
    assert ours["linkage"]["unique_shown"] == pytest.approx(told["unique_rows_shown"])


def test_a_file_against_itself_has_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "true.csv", people(300))
    control = write(tmp_path / "control.csv", people(200, 12))
    found = evaluate(path, path, codebook=CODEBOOK, control=control, random=np.random.default_rng(1))
    assert found.all.mre_w == found.all.lost == found.all.spurious_mass == 0.0
    assert found.linkage.unique_shown == 1.0
    assert {label for label, *_ in found.groups} >= {"sex = F", "country = NA", "means = debt"}
    assert found.membership is not None
    assert found.membership.area > 0.5
