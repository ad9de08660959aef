"""The alert of a failed run, as text for people and as a document for machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestration.publishing.release import Manifest, current_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestration.alerting.failures import Failure
    from orchestration.home import WarehouseHome


@dataclass(frozen=True)
class Alert:
    """A run that failed: what failed, what readers see, where the log is."""

    warehouse: str
    run_id: str | None
    failures: tuple[Failure, ...]
    shown: Manifest | None
    log: str
    told_at: str
    is_published: bool = False

    @property
    def readers_see(self) -> str:
        """What readers see now, in words."""
        if self.shown is None:
            return "nothing yet"
        return f"release {self.shown.release_id}, as of {self.shown.as_of} UTC"

    @property
    def text(self) -> str:
        """The whole alert for people."""
        lines = ["Published, but these failed:" if self.is_published else "Not published; these failed:"]
        for failure in self.failures:
            lines += _lines(failure)
        verb = "see" if self.is_published else "still see"
        lines.append(f"Readers {verb} {self.readers_see}. The whole log: {self.log}")
        return "\n".join([*lines, "What to do:", *(f"  {remedy}." for remedy in self.remedies)])

    @property
    def remedies(self) -> list[str]:
        """What to do, each once."""
        return list(dict.fromkeys(failure.remedy for failure in self.failures))

    @property
    def document(self) -> dict[str, object]:
        """The whole alert for machines; `text` is what chat tools show."""
        return {
            "text": self.text,
            "warehouse": self.warehouse,
            "run_id": self.run_id,
            "told_at": self.told_at,
            "failures": [asdict(failure) for failure in self.failures],
            "readers_see": {"release_id": self.shown.release_id, "as_of": self.shown.as_of} if self.shown else None,
            "what_to_do": self.remedies,
            "log": self.log,
        }


def new_alert(
    home: WarehouseHome, run_id: str | None, failures: tuple[Failure, ...], *, log: str, began: float
) -> Alert:
    """Return the alert of a run that began at a time (seconds since 1970), with what readers see now."""
    shown = current_manifest(home)
    is_published = shown is not None and datetime.fromisoformat(shown.published_at).timestamp() >= int(began)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Alert(str(home.folder), run_id, failures, shown, log, now, is_published)


def _lines(failure: Failure) -> Iterator[str]:
    rows = "" if failure.rows_count is None else f", {failure.rows_count:,} rows"
    yield f"  {failure.what}{rows}" + (f"; owner: {failure.owner_team}" if failure.owner_team else "")
    if failure.cause:
        yield from (f"    {line}" for line in failure.cause.splitlines())
    if failure.rows_shown_by:
        yield f"    the rows: {failure.rows_shown_by}"
    if failure.sql_file:
        yield f"    the SQL: {failure.sql_file}"
