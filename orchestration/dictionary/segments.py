"""Claims about the segments of RFM: that every customer falls into one, and nobody falls into none."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.dictionary.findings import Finding
    from orchestration.dictionary.tables import Dictionary, Row

SCORES_OF_SCHEMES = {"quintiles": 5, "terciles": 3}
VALUES = ("recency", "frequency", "monetary")


def every_cell_has_a_segment(dictionary: Dictionary) -> Iterator[Finding]:
    """A customer whose scores fit no segment would vanish from the report."""
    for scheme, count in SCORES_OF_SCHEMES.items():
        rows = [row for row in dictionary.rows("rfm_segments") if row["rfm_scheme"] == scheme]
        if rows:
            scores = range(1, count + 1)
            missing = [cell for cell in product(scores, repeat=3) if not any(_holds(row, cell) for row in rows)]
            if missing:
                cells = ", ".join("".join(map(str, cell)) for cell in missing[:3])
                problem = f"of the scheme '{scheme}' {len(missing)} cells have no segment, such as {cells}"
                yield rows[-1].finding("segment", problem, "widen the limits of a segment, or add one")


def every_segment_has_a_cell(dictionary: Dictionary) -> Iterator[Finding]:
    """A segment behind others that hold all of its cells is nobody's."""
    for scheme, count in SCORES_OF_SCHEMES.items():
        rows = [row for row in dictionary.rows("rfm_segments") if row["rfm_scheme"] == scheme]
        rows.sort(key=lambda row: row.number("segment_order") or 0)
        free = set(product(range(1, count + 1), repeat=3))
        for row in rows:
            own = {cell for cell in free if _holds(row, cell)}
            if not own:
                problem = f"segment '{row['segment']}' of the scheme '{scheme}' holds no cell that is left"
                yield row.finding("segment", problem, "ask it earlier, widen its limits, or remove it")
            free -= own


def _holds(row: Row, cell: tuple[int, ...]) -> bool:
    limits = [(row.number(f"min_{value}") or 0, row.number(f"max_{value}") or 0) for value in VALUES]
    return all(low <= score <= high for (low, high), score in zip(limits, cell, strict=True))
