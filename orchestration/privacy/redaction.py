"""Texts without the values that name a person: log lines, messages, keys that are made of an id."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEFORE, _AFTER = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"


class Redactor:
    """Finds values wherever they stand between other signs, and puts their stand-ins there.

    A value is not found within a longer word: `C000834` is not in `AC000834`.
    """

    def __init__(self, stand_ins: Mapping[str, str]) -> None:
        """Keep value -> stand-in; capitals make no difference."""
        spelled = {**stand_ins, **{_escaped(value): new for value, new in stand_ins.items()}}
        self._stand_ins = {value.lower(): new for value, new in spelled.items()}
        longest_first = sorted(spelled, key=lambda value: (-len(value), value))
        self.values = "|".join(map(_quoted, longest_first))
        self._pattern = re.compile(f"(?i){_BEFORE}(?:{self.values}){_AFTER}")
        self._told = {value.encode().lower() for value in spelled}
        self._bytes = re.compile(f"(?i){_BEFORE}(?:{self.values}){_AFTER}".encode())

    @property
    def sql_pattern(self) -> str:
        """The pattern for DuckDB, which knows no looking behind."""
        return f"(?i)(?:^|[^0-9A-Za-z])(?:{self.values})(?:$|[^0-9A-Za-z])"

    def redact(self, text: str) -> str:
        """Return a text with the stand-ins."""
        return self._pattern.sub(lambda found: self._stand_ins[found[0].lower()], text)

    def is_in(self, content: bytes) -> bool:
        """Return whether bytes may have a value; fast, and right where it says no."""
        lower = content.lower()
        return any(value in lower for value in self._told)

    def count(self, content: bytes) -> int:
        """Return how often a value stands in bytes."""
        return sum(1 for _ in self._bytes.finditer(content))


def _escaped(value: str) -> str:
    """Return a value as JSON writes it where only ASCII is allowed."""
    return json.dumps(value)[1:-1]


def _quoted(value: str) -> str:
    """Return a value as a pattern that both Python and DuckDB read."""
    return re.sub(r"[^0-9A-Za-z_\u0080-\U0010ffff]", lambda sign: f"\\{sign[0]}", value)
