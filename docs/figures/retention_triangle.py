"""Draws the triangle of monthly retention cohorts as a heat map; months that are not over are hatched.

`python docs/figures/retention_triangle.py` reads the published sample company and writes retention_triangle.svg beside
itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
CELLS = """
    select strftime(cohort_start_date, '%b %Y'), periods_since_start, retention_rate
    from rpt_retention_cohorts
    where cohort_definition_id = 'orders_by_month' and breakdown = 'all' and retention_kind = 'on'
        and cohort_start_date >= '2024-07-01'
    order by cohort_start_date, periods_since_start
"""


def draw(release: Path, target: Path) -> None:
    """Draw the cells of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        cells = connection.execute(CELLS).fetchall()
    cohorts = list(dict.fromkeys(cohort for cohort, *_ in cells))
    mpl.use("svg")
    colours = mpl.colormaps["YlGnBu"]
    with plt.rc_context({"svg.hashsalt": "retention_triangle", "svg.fonttype": "none", "font.size": 7}):
        figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
        for cohort, months, rate in cells:
            place = (months - 0.5, cohorts.index(cohort) - 0.5)
            if rate is None:
                axes.add_patch(plt.Rectangle(place, 1, 1, facecolor="white", edgecolor="#999999", hatch="////", lw=0.3))
                continue
            axes.add_patch(plt.Rectangle(place, 1, 1, facecolor=colours(rate), edgecolor="white", lw=0.5))
            ink = "white" if rate > 0.6 else "black"  # noqa: PLR2004
            axes.text(months, cohorts.index(cohort), f"{rate:.0%}", ha="center", va="center", color=ink)
        axes.set(
            xlim=(-0.5, len(cohorts) - 0.5), ylim=(len(cohorts) - 0.5, -0.5), xlabel="months since the first order"
        )
        axes.set_xticks(range(len(cohorts)))
        axes.set_yticks(range(len(cohorts)), cohorts)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
