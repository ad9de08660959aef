"""Draws how naive rates of young cohorts are too low, and cumulative incidence is not.

`python docs/figures/funnel_cohorts.py` reads the published sample company and writes funnel_cohorts.svg beside itself.
"""

from __future__ import annotations

import json
import sys
from math import prod
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
STEPS = ("lead_to_registration", "registration_to_trial_booked", "trial_booked_to_attended")
STEPS += ("trial_attended_to_first_order",)
COHORTS = """
    select strftime(cohort_start_date, '%b %Y'), naive_rate, cumulative_incidence_rate,
        cumulative_incidence_rate_lower, cumulative_incidence_rate_upper
    from rpt_funnel_conversion
    where funnel_id = 'education_example' and step = 'first_order' and measured_from = 'start'
        and cohort_grain = 'month' and breakdown = 'all' and cohort_start_date >= '2025-01-01'
    order by cohort_start_date
"""


def true_rate() -> float:
    """Return the share of leads that the generator meant to order, both kinds of persons together."""
    truth = json.loads((PROJECT_FOLDER / "seeds" / "truth.json").read_text(encoding="utf-8"))["conversion"]
    kinds = [truth[kind] for kind in ("self_pay_young", "family")]
    expected = sum(kind["leads"] * prod(kind[step]["true_probability"] for step in STEPS) for kind in kinds)
    return expected / sum(kind["leads"] for kind in kinds)


def draw(release: Path, target: Path) -> None:
    """Draw the cohorts of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        months, naive, incidence, lower, upper = zip(*connection.execute(COHORTS).fetchall(), strict=True)
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "funnel_cohorts", "svg.fonttype": "none", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
        axes.fill_between(months, lower, upper, color="#2a6f97", alpha=0.15, linewidth=0, label="its 95 % interval")
        axes.plot(months, incidence, color="#2a6f97", marker="o", label="cumulative incidence")
        axes.plot(months, naive, color="#c1121f", marker="s", label="naive rate")
        axes.axhline(true_rate(), color="black", linestyle="--", linewidth=1, label="true rate")
        axes.set(
            ylim=(0, 0.9), ylabel="share of leads with a first order", xlabel="month in which the lead was written down"
        )
        axes.tick_params(axis="x", rotation=40)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, ncols=2, loc="lower left")
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
