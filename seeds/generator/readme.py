"""The page that tells a reader what is in the sample company and what was planted in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from .planted import MUST, Oddity

HEAD = """# The sample company

What its sources would send: an online school with a shop, three years (2023 to 2025), about two
thousand people and thirty firms. It is made up; every name, address and number is drawn, none
belongs to anybody.
Many people share a name: a name is no key.

A person becomes known as a lead, registers (a contact), books a trial lesson, comes or not, and
places a first core order from 8,000 CNY on. Living customers renew about each half year and buy
books and materials in between; one day they stop for good, unless one of the three win-back waves
of 2025 brings them back. A 9.90 trial pack makes nobody a customer. Firms (accounts with `is_b2b`)
count as one customer with all their contacts.

| File | What it holds |
|---|---|
| `company/<source>/<table>/` | the files to land; all text, instants in UTC |
| `truth.json` | true probabilities, realised counts, rows to expect, every oddity with its place |
| `truth_customers.csv` | per person or firm: when each thing truly happened, within the period |
| `truth_identities.csv` | which person or firm each lead, contact, shop customer and b2b account truly is |
| `generate.py` | `python seeds/generate.py [--out DIR]` makes all of this again, this page too |

The content is the same on every machine. The bytes of `.gz` and `.parquet` files also depend on the
versions of zlib and pyarrow: compare what is in them.

In `truth_customers.csv`, `churned_at` is the instant after which the person never ordered again of
their own accord; `last_qualifying_order_at` is what the silence rule sees. A customer whose first
order was refunded has no `first_core_order_at`. In `truth.json`, `true_probability` is the mean
over those who entered the step, `advanced_ever` counts also what happens after the last day,
`advanced_by_end` only what the files can show.

## Planted oddities

A row is counted from 1 below the header; in JSON Lines, from the first line.
"""
DIRT_HEAD = """
## Dirty rows

Each is a copy of a good row with fresh keys and one bad value; nothing refers to it.
All must go to quarantine.

| File | Row | Record | What is wrong |
|---|---|---|---|"""
MOST_SHOWN = 3


def _where(oddities: Sequence[Oddity]) -> str:
    shown = [f"`{one.file}`" + (f" row {one.row}" if one.row else "") for one in oddities[:MOST_SHOWN]]
    return "; ".join(shown) + (" …" if len(oddities) > MOST_SHOWN else "")


def _lines(oddities: Sequence[Oddity]) -> Iterator[str]:
    yield HEAD
    yield "| What | How many | Where | It must |"
    yield "|---|---|---|---|"
    for kind, group in groupby(oddities, key=lambda one: one.kind):
        if kind != "dirty_row":
            same = list(group)
            yield f"| {kind.replace('_', ' ')} | {len(same)} | {_where(same)} | {MUST[kind]} |"
    yield DIRT_HEAD
    for one in oddities:
        if one.kind == "dirty_row":
            yield f"| `{one.file}` | {one.row} | {one.record_id or '(none)'} | {one.note} |"


def make_readme(oddities: Sequence[Oddity]) -> str:
    """Return the content of README.md."""
    return "\n".join(_lines(oddities)) + "\n"
