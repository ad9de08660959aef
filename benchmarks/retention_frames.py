"""The monthly triangle of first-time buyers, heads and money, with pandas or Polars; a process of its own for each.

python benchmarks/retention_frames.py pandas|polars ORDERS.parquet TRIANGLE.parquet

Reads customer_id, ordered_at, order_amount; writes cohort, months since, customers, amount; prints what it took. These
are the versions that one would write in a notebook: no maturity, no zeros, no intervals.
"""

from __future__ import annotations

import json
import sys
import time

from stage_runs import cpu_seconds, peak_megabytes


def with_pandas(orders: str, target: str) -> None:
    """Write the triangle by pandas."""
    import pandas as pd

    frame = pd.read_parquet(orders)
    frame["month"] = frame["ordered_at"].dt.year * 12 + frame["ordered_at"].dt.month
    frame["cohort"] = frame.groupby("customer_id")["month"].transform("min")
    frame["months_since"] = frame["month"] - frame["cohort"]
    cells = frame.groupby(["cohort", "months_since"])
    triangle = cells.agg(customers=("customer_id", "nunique"), amount=("order_amount", "sum"))
    triangle.reset_index().to_parquet(target)


def with_polars(orders: str, target: str) -> None:
    """Write the triangle by Polars, lazily."""
    import polars as pl

    month = pl.col("ordered_at").dt.year().cast(pl.Int32) * 12 + pl.col("ordered_at").dt.month()
    frame = pl.scan_parquet(orders).with_columns(month=month)
    frame = frame.with_columns(cohort=pl.col("month").min().over("customer_id"))
    frame = frame.with_columns(months_since=pl.col("month") - pl.col("cohort"))
    triangle = frame.group_by("cohort", "months_since").agg(
        customers=pl.col("customer_id").n_unique(), amount=pl.col("order_amount").sum()
    )
    triangle.collect().write_parquet(target)


def main() -> None:
    """Run one and print its cost."""
    library, orders, target = sys.argv[1:]
    began, cpu_began = time.perf_counter(), cpu_seconds()
    {"pandas": with_pandas, "polars": with_polars}[library](orders, target)
    took = {"wall": time.perf_counter() - began, "cpu": cpu_seconds() - cpu_began, "peak": peak_megabytes()}
    sys.stdout.write(json.dumps({**took, "statements": {}}))


if __name__ == "__main__":
    main()
