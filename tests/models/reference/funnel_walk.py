"""The way of one entity through one funnel, in plain Python: every start walked by itself, event by event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

EXIT, OTHER = 24, 25
NEVER = datetime.max


@dataclass(frozen=True)
class Event:
    """Something that happened; `event_id` decides among equals."""

    occurred_at: datetime
    kind: str
    event_id: str
    amount: float | None = None
    detail: str | None = None
    channel: str | None = None
    function: str | None = None


@dataclass(frozen=True)
class Step:
    kinds: tuple[str, ...]
    min_amount: float | None = None
    max_amount: float | None = None
    details: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    is_optional: bool = False
    window: timedelta | None = None

    def takes(self, event: Event) -> bool:
        """Say whether an event reaches the step."""
        amount = event.amount
        return (
            event.kind in self.kinds
            and (self.min_amount is None or (amount is not None and amount >= self.min_amount))
            and (self.max_amount is None or (amount is not None and amount <= self.max_amount))
            and (not self.details or event.detail in self.details)
            and (not self.functions or event.function in self.functions)
        )


@dataclass(frozen=True)
class Exclusion:
    kinds: tuple[str, ...]
    after_step: int
    before_step: int
    scope: str = "attempt"


@dataclass(frozen=True)
class Funnel:
    steps: tuple[Step, ...]
    mode: str = "observed"
    step_order: str = "ordered"
    attempts_kept: str = "first"
    window: timedelta | None = None
    held_property: str | None = None
    interrupted_by: frozenset[str] = frozenset()
    is_event_counted_once: bool = True
    is_later_instant_required: bool = False
    exit_kinds: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def is_skippable(self, number: int) -> bool:
        """Say whether an attempt may leave a step out."""
        return number > 1 and (self.mode == "imputed" or self.steps[number - 1].is_optional)


@dataclass
class Attempt:
    """One start and what became of it; steps by number, each with the place of its event."""

    start: int
    started_at: datetime
    reached: dict[int, int] = field(default_factory=dict)
    stopped: int | None = None
    status: str = "open"
    is_excluded: bool = False
    is_entity_excluded: bool = False
    ended_at: datetime = NEVER
    end: float = float("inf")


@dataclass(frozen=True)
class Heard:
    event: Event
    marks: frozenset[int]  # steps by number; 100 and up exclusions; EXIT + 1000, OTHER + 1000

    @property
    def steps(self) -> set[int]:
        return {mark for mark in self.marks if mark < 100}

    @property
    def is_exit(self) -> bool:
        return 1000 + EXIT in self.marks


def attempts_of(funnel: Funnel, events: list[Event], as_of: datetime) -> dict[str, list[tuple]]:
    """Return the attempts that count, by held value: instants of the steps, status, excluded or not, steps skipped."""
    held = sorted({value for event in events if (value := _held(funnel, event)) is not None})
    lives = {value: [event for event in events if _held(funnel, event) == value] for value in held}
    ended = {value: _ended_attempts(funnel, _heard(funnel, life), as_of) for value, life in lives.items()}
    if funnel.attempts_kept == "first":  # later starts are not looked at
        ended = {value: attempts[:1] for value, attempts in ended.items()}
    void = any(attempt.is_entity_excluded for attempts in ended.values() for attempt in attempts)
    told = {}
    for value, life in lives.items():
        heard = _heard(funnel, life)
        kept = _kept(funnel, ended[value])
        told[value] = [_told(funnel, heard, attempt, void or attempt.is_excluded) for attempt in kept]
    return {value: attempts for value, attempts in told.items() if attempts}


def _held(funnel: Funnel, event: Event) -> str | None:
    return "" if funnel.held_property is None else getattr(event, funnel.held_property)


def _heard(funnel: Funnel, events: list[Event]) -> list[Heard]:
    found = []
    for event in events:
        marks = {number for number, step in enumerate(funnel.steps, 1) if step.takes(event)}
        marks |= {100 + n for n, one in enumerate(funnel.exclusions) if event.kind in one.kinds}
        marks |= {1000 + EXIT} if event.kind in funnel.exit_kinds else set()
        marks |= {1000 + OTHER} if "others" in funnel.interrupted_by else set()
        if marks:
            found.append(Heard(event, frozenset(marks)))
    return sorted(found, key=lambda one: (one.event.occurred_at, min(one.marks), one.event.event_id))


def _ended_attempts(funnel: Funnel, heard: list[Heard], as_of: datetime) -> list[Attempt]:
    walk = _walk_in_any_order if funnel.step_order == "any" else _walk_in_order
    attempts = []
    for place, one in enumerate(heard):
        if one.steps if funnel.step_order == "any" else 1 in one.steps:
            attempt = Attempt(place, one.event.occurred_at)
            walk(funnel, heard, attempt)
            _end(funnel, heard, attempt, as_of)
            attempts.append(attempt)
    return attempts


def _window_end(funnel: Funnel, attempt: Attempt) -> datetime:
    return NEVER if funnel.window is None else attempt.started_at + funnel.window


def _walk_in_any_order(funnel: Funnel, heard: list[Heard], attempt: Attempt) -> None:
    exits = [place for place in range(attempt.start, len(heard)) if heard[place].is_exit]
    until = min(exits, default=len(heard))
    for number in range(1, len(funnel.steps) + 1):
        for place in range(attempt.start, until):
            if number in heard[place].steps:
                if heard[place].event.occurred_at <= _window_end(funnel, attempt):
                    attempt.reached[number] = place
                break
    if exits and len(attempt.reached) < len(funnel.steps):
        attempt.stopped = until


def _walk_in_order(funnel: Funnel, heard: list[Heard], attempt: Attempt) -> None:
    attempt.reached[1] = last = attempt.start
    for number in range(2, len(funnel.steps) + 1):
        place, is_accepted = _next_place(funnel, heard, number, last)
        if place is None or not is_accepted:
            attempt.stopped = place
            return
        at = heard[place].event.occurred_at
        if at > _window_end(funnel, attempt):
            return
        window = funnel.steps[number - 1].window
        if number in heard[place].steps and (window is None or at <= heard[last].event.occurred_at + window):
            attempt.reached[number] = last = place
        elif not funnel.is_skippable(number):
            return


def _next_place(funnel: Funnel, heard: list[Heard], number: int, last: int) -> tuple[int | None, bool]:
    """Return the next event that is accepted at a step, or the one that ends the way before it, and which it is."""
    furthest = _furthest_accepted(funnel, number)
    counted = _places_after(funnel, heard, last)
    for place in range(last, len(heard)):
        if heard[place].is_exit:  # also at the instant of the step before
            return place, False
        if place not in counted:
            continue
        steps = heard[place].steps
        if any(number <= step <= furthest for step in steps):
            return place, True
        if _interrupts(funnel, steps, number, furthest):
            return place, False
    return None, False


def _furthest_accepted(funnel: Funnel, number: int) -> int:
    """Return the last step that may be taken where a step is next: the first one that may not be left out."""
    return next((n for n in range(number, len(funnel.steps)) if not funnel.is_skippable(n)), len(funnel.steps))


def _places_after(funnel: Funnel, heard: list[Heard], last: int) -> list[int]:
    if funnel.is_later_instant_required:
        return [p for p in range(last, len(heard)) if heard[p].event.occurred_at > heard[last].event.occurred_at]
    return list(range(last + 1 if funnel.is_event_counted_once else last, len(heard)))


def _interrupts(funnel: Funnel, steps: set[int], number: int, furthest: int) -> bool:
    by = funnel.interrupted_by
    return (
        ("ahead" in by and any(step > furthest for step in steps))
        or ("start" in by and number > 2 and 1 in steps)
        or ("done" in by and any(1 < step < number for step in steps))
        or ("others" in by and not steps)
    )


def _end(funnel: Funnel, heard: list[Heard], attempt: Attempt, as_of: datetime) -> None:
    count = len(funnel.steps)
    highest = max(attempt.reached)
    reached_count = len(attempt.reached) if funnel.step_order == "any" else highest
    last = max(attempt.reached.values())
    last_at = heard[last].event.occurred_at
    expires_at = _window_end(funnel, attempt)
    if funnel.step_order == "ordered" and highest < count:
        awaited = [funnel.steps[n - 1].window for n in range(highest + 1, _furthest_accepted(funnel, highest + 1) + 1)]
        if None not in awaited:
            expires_at = min(expires_at, last_at + max(awaited))
    stop = attempt.stopped
    if reached_count == count:
        attempt.status, attempt.ended_at, attempt.end = "converted", last_at, last
    elif stop is not None and heard[stop].event.occurred_at <= expires_at:
        is_exit = heard[stop].is_exit
        attempt.status = "lost" if is_exit else "interrupted"
        attempt.ended_at, attempt.end = heard[stop].event.occurred_at, stop if is_exit else stop - 1
    elif expires_at <= as_of:
        attempt.status, attempt.ended_at = "expired", expires_at
    _exclude(funnel, heard, attempt, expires_at)


def _exclude(funnel: Funnel, heard: list[Heard], attempt: Attempt, expires_at: datetime) -> None:
    found = []
    for number, exclusion in enumerate(funnel.exclusions):
        if max(attempt.reached) < exclusion.after_step:
            continue
        after = max(place for step, place in attempt.reached.items() if step <= exclusion.after_step)
        until = min((place for step, place in attempt.reached.items() if step >= exclusion.before_step), default=None)
        place = _first(heard, 100 + number, after)
        if (
            place is None
            or (until is not None and place >= until)
            or (attempt.stopped is not None and place > attempt.stopped)
        ):
            continue
        if heard[place].event.occurred_at <= expires_at:
            found.append(exclusion.scope)
    attempt.is_excluded = bool(found)
    attempt.is_entity_excluded = "entity" in found


def _first(heard: list[Heard], mark: int, after: int) -> int | None:
    return next((place for place in range(after + 1, len(heard)) if mark in heard[place].marks), None)


def _steps_count(funnel: Funnel, attempt: Attempt) -> int:
    return len(attempt.reached) if funnel.step_order == "any" else max(attempt.reached)


def _kept(funnel: Funnel, attempts: list[Attempt]) -> list[Attempt]:
    if funnel.attempts_kept == "best":
        return sorted(
            attempts,
            key=lambda one: (
                one.is_excluded,
                -_steps_count(funnel, one),
                max(one.reached.values()),
                -one.start,
            ),
        )[:1]
    kept: list[Attempt] = []
    for attempt in attempts:
        last = kept[-1] if kept else None
        if last is None or (attempt.started_at, attempt.start) > (last.ended_at, last.end):
            kept.append(attempt)
    return kept


def _told(funnel: Funnel, heard: list[Heard], attempt: Attempt, is_excluded: bool) -> tuple:
    count = _steps_count(funnel, attempt)
    places = attempt.reached
    if funnel.step_order == "any":
        places = dict(enumerate(sorted(places.values()), 1))
    instants = {number: heard[place].event.occurred_at for number, place in places.items()}
    if funnel.mode == "imputed":
        for number in range(max(instants), 0, -1):
            instants.setdefault(number, instants.get(number + 1))
    ended_at = None if attempt.ended_at == NEVER else attempt.ended_at
    return (
        tuple(instants.get(number) for number in range(1, 9)),
        "excluded" if is_excluded else attempt.status,
        count - len(places),
        ended_at,
    )
