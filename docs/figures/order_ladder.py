"""Draws how likely the next order is after each order, by what has been seen so far and by Kaplan and Meier.

`python docs/figures/order_ladder.py` reads the published sample company and writes order_ladder.svg beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
RUNGS = """
    select order_number, naive_next_order_rate, next_order_rate,
        next_order_rate - next_order_rate_lower, next_order_rate_upper - next_order_rate
    from rpt_order_ladder
    where breakdown = 'all' and order_number <= 12
    order by order_number
"""


def draw(release: Path, target: Path) -> None:
    """Draw the rungs of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        numbers, naive, rate, below, above = zip(*connection.execute(RUNGS).fetchall(), strict=True)
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "order_ladder", "svg.fonttype": "none", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
        axes.errorbar(
            numbers,
            rate,
            yerr=(below, above),
            color="#2a6f97",
            marker="o",
            capsize=3,
            label="within a year, Kaplan-Meier",
        )
        axes.plot(numbers, naive, color="#c1121f", marker="s", label="naive: ordered again so far")
        axes.set(ylim=(0.7, 1), ylabel="share that orders again", xlabel="orders placed", xticks=numbers)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, ncols=2, loc="lower left")
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
