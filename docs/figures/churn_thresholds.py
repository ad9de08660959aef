"""Draws, for every number of silent days, how often a churn threshold there would be wrong, and how likely a return is.

`python docs/figures/churn_thresholds.py RELEASE` reads a published file, here that of the public Online Retail extract
(examples/online_retail), and writes churn_thresholds.svg beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

EXTRACT = "online_retail"  # what it is drawn of; all others are of the sample company
PROJECT_FOLDER = Path(__file__).parents[2]
CURVES = (
    ("return_rate", "#2c7fb8", "still return within 90 days"),
    ("false_churn_rate", "#d95f0e", "called churned, but returned"),
    ("missed_churn_rate", "#756bb1", "not called churned, but gone"),
)
DAYS = """
    select orders_band, silent_days, return_rate, false_churn_rate, missed_churn_rate, is_threshold
    from rpt_churn_thresholds
    where breakdown = 'orders_band' and mature_silences_count >= 30
    order by orders_band, silent_days
"""


def draw(release: Path, target: Path) -> None:
    """Draw the curves of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        days = connection.execute(DAYS).df()
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "churn_thresholds", "svg.fonttype": "none", "font.size": 8}):
        figure, panels = plt.subplots(1, 3, figsize=(8.5, 3), sharey=True, layout="constrained")
        for panel, (band, mine) in zip(panels, days.groupby("orders_band"), strict=True):
            for column, colour, name in CURVES:
                panel.plot(mine["silent_days"], mine[column], color=colour, label=name)
            for threshold in mine.loc[mine["is_threshold"], "silent_days"]:
                panel.axvline(threshold, color="#555555", linestyle=":", linewidth=1)
                panel.text(threshold, 1.0, f" {threshold} days", va="top", color="#555555")
            panel.set(title=f"after purchase {band}", xlabel="silent days", ylim=(0, 1))
            panel.yaxis.set_major_formatter("{x:.0%}")
            panel.spines[["top", "right"]].set_visible(False)
        panels[0].legend(frameon=False, loc="upper left", bbox_to_anchor=(0.1, 0.9))
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
