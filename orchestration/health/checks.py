"""One check of a run: what it is about, who answers for it, what it found."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.delivered import DELIVERED_RULES
from expectations.published import PUBLISHED_RULES
from orchestration.health.volumes import RAW_LAYER

DELIVERY, PROMISE, IDENTITY, DATA_TEST = "delivery", "promise", "identity", "data_test"
LANDING_LAYER = "landing"
CLAIM = "assert_"
_KINDS_OF_RULES = {rule.name: rule.kind for rule in (*DELIVERED_RULES, *PUBLISHED_RULES)}


@dataclass(frozen=True)
class CheckResult:
    """What one check of a run found.

    Attributes:
        layer: the layer of the table that it is about.
        table: the table's name; of raw tables with the source, `crm.leads`.
        name: the check's name, unique within the table.
        owner_team: the team that answers for the table.
        severity: `error` if nothing is published over it, else `warn`.
        outcome: `passed`, `failed`, or `not_judged` where the check itself broke.
        figure: rows that break it, refused files, or the measured value; None where there was nothing to measure.
        at_least: the lowest figure that passes.
        at_most: the highest figure that passes.
        judged_rows_count: rows that were looked at, where that is known.
    """

    layer: str
    table: str
    name: str
    owner_team: str
    severity: str
    outcome: str
    figure: float | None
    at_least: float | None = None
    at_most: float | None = None
    judged_rows_count: int | None = None

    @property
    def kind(self) -> str:
        """What sort of check it is."""
        if self.layer == LANDING_LAYER:
            return DELIVERY
        if self.name in _KINDS_OF_RULES:
            return _KINDS_OF_RULES[self.name]
        if self.layer == RAW_LAYER:
            return PROMISE
        return IDENTITY if self.name.startswith(CLAIM) else DATA_TEST
