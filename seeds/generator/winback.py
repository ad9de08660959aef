"""The win-back experiment: who was assigned to which arm, and who truly came back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .chance import awake, days, happens, stream
from .people import Person, Purchase, lifetime, shopping
from .settings import SILENCE_DAYS, TREATMENT_SHARE, WAVES, Wave

RETURN_FROM, RETURN_TO = 2, 58
RENEWS_AT_ONCE = 0.3


@dataclass(frozen=True)
class Assignment:
    """A person's place in a wave."""

    person: Person
    wave: Wave
    arm: str
    is_recalled: bool


def last_qualifying_at(person: Person, before: datetime) -> datetime | None:
    """Return the person's last order that counts (paid and kept, no test, no gift, no lead product)."""
    counted = [one for one in person.purchases if one.status == "fulfilled" and not one.is_test]
    counted = [one for one in counted if one.kind not in {"taste", "gift"} and one.at < before]
    return max((one.at for one in counted), default=None)


def _is_lost(person: Person, wave: Wave) -> bool:
    life, last_at = person.life, last_qualifying_at(person, wave.assigned_at)
    if person.is_firm or last_at is None or life.ends_at is None or life.ends_at >= wave.assigned_at:
        return False
    may_write = life.withdrawn_at is None or life.withdrawn_at > wave.horizon_at
    return may_write and last_at < wave.assigned_at - timedelta(days=SILENCE_DAYS)


def _bring_back(person: Person, wave: Wave) -> None:
    rng = stream("return", person.person_id)
    life = person.life
    life.returned_at = awake(wave.assigned_at + days(rng.uniform(RETURN_FROM, RETURN_TO)))
    life.ends_again_at = life.returned_at + lifetime(rng, person.segment) + timedelta(hours=1)
    life.purchases.append(Purchase("renewal" if happens(rng, RENEWS_AT_ONCE) else "shop", life.returned_at))
    life.purchases += shopping(rng, person.segment, (life.returned_at, life.ends_again_at))


def run_winback(people: list[Person]) -> list[Assignment]:
    """Assign the lost of each wave to an arm and let some of them come back; nobody is in two waves."""
    assignments: list[Assignment] = []
    taken: set[str] = set()
    for wave in WAVES:
        for person in people:
            if person.person_id in taken or not _is_lost(person, wave):
                continue
            taken.add(person.person_id)
            rng = stream("arm", person.person_id)
            is_treated = happens(rng, TREATMENT_SHARE)
            segment = person.segment
            chance = segment.recalled_treatment if is_treated else segment.recalled_control
            is_recalled = happens(rng, chance)
            if is_recalled:
                _bring_back(person, wave)
            arm = "treatment" if is_treated else "control"
            assignments.append(Assignment(person, wave, arm, is_recalled))
    return assignments
