"""Where alerts go beside the screen: a file, a webhook. A destination that fails is told of and never fails a run."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.alerting.alert import Alert

WEBHOOK_SECONDS = 10


@dataclass(frozen=True)
class Destinations:
    """A file that gets a line of JSON for each alert, and a URL that it is posted to; both may be missing."""

    file: str | None = None
    webhook: str | None = None

    def send(self, alert: Alert) -> list[str]:
        """Send an alert and return what went wrong; the URL is a secret and is not told."""
        problems = []
        document = json.dumps(alert.document, ensure_ascii=False)
        for name, place, send in (("file", self.file, _append), ("webhook", self.webhook, _post)):
            try:
                if place:
                    send(place, document)
            except (OSError, ValueError, HTTPException) as error:
                problems.append(f"the alert did not reach the {name}: {_reason(error, place)}")
        return problems


def _append(path: str, document: str) -> None:
    with Path(path).open("a", encoding="utf-8") as stream:
        stream.write(f"{document}\n")


def _post(url: str, document: str) -> None:
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("its address begins with neither http:// nor https://")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, document.encode(), headers, method="POST")  # noqa: S310  checked above
    with urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS):  # noqa: S310
        pass


def _reason(error: Exception, place: str | None) -> str:
    return f"{type(error).__name__}: {error}".replace(place or "\0", "…")
