"""Draws what three ways to order the win-back list would truly earn: by net value to expect, by past value, by risk.

`python docs/figures/winback_ranking.py` reads the published sample company and the truth about it, which its generator
knows and no model sees, and writes winback_ranking.svg beside itself.
"""

from __future__ import annotations

import csv
import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import matplotlib as mpl
from matplotlib import pyplot as plt

PROJECT_FOLDER = Path(__file__).parents[2]
SEEDS = PROJECT_FOLDER / "seeds"
ORDERS = {
    "net value to expect": "judged.priority_number asc nulls last, judged.value_before_churn desc, judged.customer_id",
    "value before churn": "judged.value_before_churn desc, judged.customer_id",
    "risk to be gone": "valued.alive_probability asc, judged.customer_id",
}
COLOURS = ("#2c7fb8", "#d95f0e", "#756bb1")
LIST = """
    select judged.customer_id, contacts.contact_id, plans.contact_cost, offers.offer_cost
    from rpt_winback_eligibility as judged
    inner join dim_winback_plans as plans on judged.plan_id = plans.plan_id
    inner join offers on judged.plan_id = offers.plan_id and judged.offer_id = offers.offer_id
    inner join rpt_customer_value as valued on judged.customer_id = valued.customer_id
    left join (
        select customer_id, min(source_record_id) as contact_id
        from fct_customer_events where event_type = 'contact_created' group by customer_id
    ) as contacts on judged.customer_id = contacts.customer_id
    where judged.is_eligible
    order by {order}
"""


def true_profits(release: Path, seeds: Path = SEEDS) -> dict[str, list[float]]:
    """Return the true profit of each customer of the list, in each of the three orders.

    True profit = (p_t - p_c) x what a return brings - p_t x cost of the offer - cost of the contact, with the
    probabilities of the customer's true segment. Whom the experiment's world cannot bring back (firms, and whoever has
    not left at all) brings nothing and costs the contact.
    """
    truth = json.loads((seeds / "truth.json").read_text(encoding="utf-8"))
    rates = {name.partition("/")[2]: facts for name, facts in truth["winback"].items()}
    with (seeds / "truth_customers.csv").open(encoding="utf-8", newline="") as file:
        lives = {row["contact_id"]: row for row in csv.DictReader(file)}
    values = truth["second_lifetime"]["contribution"]
    with duckdb.connect(str(release), read_only=True) as connection:
        offers = duckdb.read_csv(str(PROJECT_FOLDER / "dbt_project/seeds/dictionary/winback_offers.csv"))
        connection.register("offers", offers.df())
        return {
            name: [
                _profit(row, lives, rates, values) for row in connection.execute(LIST.format(order=order)).fetchall()
            ]
            for name, order in ORDERS.items()
        }


def _profit(row: tuple[Any, ...], lives: dict[str, Any], rates: dict[str, Any], values: dict[str, float]) -> float:
    _, contact_id, contact_cost, offer_cost = row
    life = lives.get(contact_id, {})
    has_left = life.get("churned_again_at") or (life.get("churned_at") and not life.get("won_back_at"))
    segment = life.get("segment")
    if segment not in rates or not has_left:
        return -float(contact_cost)
    treated, held_out = rates[segment]["p_t"], rates[segment]["p_c"]
    return (treated - held_out) * values[segment] - treated * float(offer_cost) - float(contact_cost)


def draw(release: Path, target: Path) -> None:
    """Draw the three curves into an SVG file, the same bytes each time."""
    found = true_profits(release)
    mpl.use("svg")
    with plt.rc_context({"svg.hashsalt": "winback_ranking", "svg.fonttype": "none", "font.size": 8}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained")
        for (name, profits), colour in zip(found.items(), COLOURS, strict=True):
            earned = [0.0, *accumulate(profits)]
            mean = earned[-1] / len(profits)
            left.plot([value / 1000 for value in earned], color=colour, label=name, linewidth=1.2)
            ahead = [(value - place * mean) / 1000 for place, value in enumerate(earned)]
            right.plot(ahead, color=colour, label=name, linewidth=1.2)
        left.set(xlabel="customers contacted, in this order", ylabel="true profit, thousand CNY")
        right.set(xlabel="customers contacted, in this order", ylabel="more than in any order, thousand CNY")
        right.axhline(0, color="#bbbbbb", linestyle=":")
        left.legend(frameon=False)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(target, metadata={"Date": None, "Creator": None})
        plt.close(figure)


if __name__ == "__main__":
    published = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_FOLDER / "warehouse/published/lifecycle.duckdb"
    draw(published, Path(__file__).with_suffix(".svg"))
