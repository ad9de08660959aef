"""Draws what the scores of risk and health were worth: calibration by tenth parts, and the area under the curve.

`python docs/figures/score_backtest.py` reads the published sample company and writes score_backtest.svg beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
COLOURS = {"churn_risk": "#2c7fb8", "health_score": "#31a354", "rule_risk": "#d95f0e", "risk_signals": "#756bb1"}
TENTHS = """
    select score_id, predicted_rate, gone_rate, gone_rate_lower, gone_rate_upper
    from rpt_score_backtest
    where period_unit = 'quarter' and period_start_date = '2025-07-01' and band != 'all'
        and score_id in ('churn_risk', 'rule_risk')
    order by score_id, predicted_rate
"""
AREAS = """
    select score_id, period_start_date, auc
    from rpt_score_backtest
    where period_unit = 'quarter' and band = 'all' and score_id != 'believed_risk'
    order by score_id, period_start_date
"""


def draw(release: Path, target: Path) -> None:
    """Draw the back-test of a published release into an SVG file, the same bytes each time."""
    with duckdb.connect(str(release), read_only=True) as connection:
        tenths, areas = connection.execute(TENTHS).df(), connection.execute(AREAS).df()
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "score_backtest", "svg.fonttype": "none", "font.size": 8}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained")
        left.plot([0, 1], [0, 1], color="#bbbbbb", linestyle=":")
        for score, mine in tenths.groupby("score_id"):
            reach = [mine["gone_rate"] - mine["gone_rate_lower"], mine["gone_rate_upper"] - mine["gone_rate"]]
            look = {"color": COLOURS[score], "marker": "o", "markersize": 3, "linewidth": 0.8}
            left.errorbar(mine["predicted_rate"], mine["gone_rate"], reach, label=score, **look)
        left.set(xlabel="predicted, tenth parts of the last quarter", ylabel="gone within 90 days")
        left.legend(frameon=False)
        for score, mine in areas.groupby("score_id"):
            look = {"color": COLOURS[score], "marker": "o", "markersize": 3, "label": score}
            right.plot(mine["period_start_date"], mine["auc"], **look)
        right.set(xlabel="quarter", ylabel="area under the curve", ylim=(0.5, 1))
        right.legend(frameon=False, loc="lower right")
        right.tick_params(axis="x", rotation=30)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
