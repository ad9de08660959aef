"""Draws how what the sample's customers are worth a month by their orders moved within a year.

`python docs/figures/revenue_waterfall.py` reads the published sample company and writes revenue_waterfall.svg beside
itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
YEAR = """
    select opening_amount, new_amount, reactivation_amount, upsell_amount, cross_sell_amount,
        -contraction_amount, -churned_amount, closing_amount
    from rpt_revenue_retention
    where revenue_model = 'orders' and horizon_months = 12 and breakdown = 'all' and month_start_date = '2025-11-01'
"""
LABELS = ("Nov 2024", "new", "reactivated", "upsell", "cross-sell", "contraction", "churned", "Nov 2025")
END, GAIN, LOSS = "#6c757d", "#2a6f97", "#c1121f"


def draw(release: Path, target: Path) -> None:
    """Draw the movements of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        amounts = [float(amount) / 1000 for amount in connection.execute(YEAR).fetchall()[0]]
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "revenue_waterfall", "svg.fonttype": "none", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
        level = 0.0
        for place, amount in enumerate(amounts):
            is_end = place in (0, len(amounts) - 1)
            bottom = 0.0 if is_end else min(level, level + amount)
            colour = END if is_end else GAIN if amount > 0 else LOSS
            axes.bar(place, abs(amount), bottom=bottom, color=colour, width=0.7)
            axes.text(place, bottom + abs(amount), f"{amount:,.0f}", ha="center", va="bottom")
            level = amount if is_end else level + amount
        axes.set(ylabel="thousand CNY a month, by orders")
        axes.set_xticks(range(len(LABELS)), LABELS)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
