"""Which arm a customer is drawn into: by a hash that any engine computes alike, so a draw can be checked in SQL."""

from __future__ import annotations

import hashlib
from decimal import Decimal

TREATMENT, CONTROL = "treatment", "control"
HEX_DIGITS = 13  # 52 bits, which a double holds exactly


def draw(customer_id: str, experiment_id: str, salt: str) -> float:
    """Return a number in [0, 1), always the same one for the same customer, experiment and salt."""
    text = f"{customer_id}|{experiment_id}|{salt}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:HEX_DIGITS], 16) / 16**HEX_DIGITS


def arm_of(customer_id: str, experiment_id: str, salt: str, treatment_probability: float) -> str:
    """Return the arm of a customer in an experiment."""
    return TREATMENT if draw(customer_id, experiment_id, salt) < treatment_probability else CONTROL


def probability_of(arm: str, treatment_probability: float) -> float:
    """Return the probability with which this arm was drawn."""
    return treatment_probability if arm == TREATMENT else float(1 - Decimal(str(treatment_probability)))
