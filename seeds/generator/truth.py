"""What is true of the company, for tests to compare the warehouse with."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from .chance import seen
from .company import Company
from .dirt import Stain
from .people import Person, order_probability
from .planted import MUST, Oddity
from .settings import CHANNELS, DAYS_IN_MONTH, END, HORIZON_DAYS, SEED, SEGMENTS, SILENCE_DAYS, START, VALUE_DAYS, WAVES
from .winback import last_qualifying_at
from .worth import second_lifetime_values
from .writing import SeedFile, as_text

Record = dict[str, object]
CUSTOMER_COLUMNS = (
    "person_id", "contact_id", "customer_id", "segment", "channel", "lead_at", "registered_at",
    "first_core_order_at", "churned_at", "won_back_at", "churned_again_at", "last_qualifying_order_at",
)  # fmt: skip
Moment = Callable[[Person], datetime | None]


def _booked_at(person: Person) -> datetime | None:
    return person.life.trials[0].booked_at if person.life.trials else None


def _attended_at(person: Person) -> datetime | None:
    return next((trial.held_at for trial in person.life.trials if trial.is_attended), None)


STEPS: tuple[tuple[str, Moment, Moment], ...] = (
    ("lead_to_registration", lambda one: one.lead_at, lambda one: one.life.registered_at),
    ("registration_to_trial_booked", lambda one: one.life.registered_at, _booked_at),
    ("trial_booked_to_attended", _booked_at, _attended_at),
    ("trial_attended_to_first_order", _attended_at, lambda one: one.life.first_order_at),
)


def _true_rate(step: str, person: Person) -> float:
    segment = person.segment
    return {
        "lead_to_registration": segment.registers,
        "registration_to_trial_booked": segment.books,
        "trial_booked_to_attended": segment.attends_ever,
        "trial_attended_to_first_order": order_probability(segment, person.channel),
    }[step]


def _share(part: int, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _step(people: Sequence[Person], step: tuple[str, Moment, Moment]) -> Record:
    name, enters, leaves = step
    entered = [one for one in people if seen(enters(one))]
    by_end = sum(seen(leaves(one)) is not None for one in entered)
    ever = sum(leaves(one) is not None for one in entered)
    return {
        "true_probability": round(fmean(_true_rate(name, one) for one in entered), 4) if entered else None,
        "entered": len(entered), "advanced_by_end": by_end, "advanced_ever": ever,
        "realised_by_end": _share(by_end, len(entered)), "realised_ever": _share(ever, len(entered)),
    }  # fmt: skip


def _conversion(people: Sequence[Person]) -> Record:
    record: Record = {step[0]: _step(people, step) for step in STEPS}
    customers = sum(one.first_order_at is not None for one in people)
    return record | {"leads": len(people), "customers": customers, "realised": _share(customers, len(people))}


def _churn(people: Sequence[Person]) -> Record:
    customers = [one for one in people if one.first_order_at]
    churned = sum(seen(one.life.ends_at) is not None for one in customers)
    lived = sum((min(one.life.ends_at, END) - one.first_order_at for one in customers), timedelta())
    months = round(lived / timedelta(days=DAYS_IN_MONTH), 1)
    back = sum(seen(one.life.returned_at) is not None for one in customers)
    return {
        "monthly_hazard": people[0].segment.monthly_churn, "customers": len(customers), "churned": churned,
        "won_back": back, "customer_months": months, "realised_per_month": _share(churned, months),
        "mean_shop_gap_days": people[0].segment.gap_days, "renewal_days": people[0].segment.renewal_days,
    }  # fmt: skip


def _winback(company: Company) -> Record:
    record: Record = {}
    for wave in WAVES:
        for segment in SEGMENTS[:2]:
            mine = [one for one in company.assignments if one.wave is wave and one.person.segment is segment]
            arms = {arm: [one for one in mine if one.arm == arm] for arm in ("treatment", "control")}
            record[f"{wave.experiment_id}/{segment.name}"] = {
                "assigned_at": as_text(wave.assigned_at), "horizon_days": HORIZON_DAYS,
                "p_t": segment.recalled_treatment, "p_c": segment.recalled_control,
                "n_t": len(arms["treatment"]), "n_c": len(arms["control"]),
                "recalled_t": sum(one.is_recalled for one in arms["treatment"]),
                "recalled_c": sum(one.is_recalled for one in arms["control"]),
            }  # fmt: skip
    return record


def _identity(company: Company, oddities: Sequence[Oddity]) -> Record:
    kinds = Counter(one.kind for one in oddities)
    records = Counter(kind for kind, _, _ in company.identities)
    return {
        "people": len(company.people), "individuals": sum(not one.is_firm for one in company.people),
        "firms": sum(one.is_firm for one in company.people), "records": dict(sorted(records.items())),
        "duplicate_leads": kinds["duplicate_lead"], "chains": kinds["transitive_chain"] // 2,
        "merged_contacts": kinds["merged_contact"], "shared_mailbox_contacts": kinds["shared_mailbox"],
        "default_phone_leads": kinds["default_phone"], "households": kinds["household"] // 2,
    }  # fmt: skip


def _row_counts(files: Sequence[SeedFile], stains: Sequence[Stain]) -> Record:
    record: Record = {}
    for table in sorted({file.table for file in files}):
        mine = [file for file in files if file.table == table]
        loaded = [file for file in mine if not (file.is_refused or file.is_copy)]
        rows = sum(len(file.rows) for file in loaded)
        dirty = sum(stain.file.table == table for stain in stains)
        resent = sum(len(file.rows) for file in loaded if file.path.endswith("_updates.csv"))
        record[table] = {
            "files": len(mine), "files_loaded": len(loaded), "rows": rows, "expected_quarantined": dirty,
            "expected_loaded": rows - dirty, "distinct_keys": rows - dirty - resent,
        }  # fmt: skip
    return record


def make_truth(
    company: Company, files: Sequence[SeedFile], stains: Sequence[Stain], oddities: Sequence[Oddity]
) -> Record:
    """Return the content of truth.json."""
    by_segment = {segment.name: [one for one in company.people if one.segment is segment] for segment in SEGMENTS}
    everyone = [one for one in company.people if not one.is_firm]
    by_channel = {channel.name: [one for one in everyone if one.channel == channel.name] for channel in CHANNELS}
    return {
        "seed": SEED,
        "period": {"start": as_text(START), "end": as_text(END), "silence_days": SILENCE_DAYS},
        "conversion": {name: _conversion(people) for name, people in by_segment.items()},
        "conversion_by_channel": {name: _conversion(people) for name, people in by_channel.items()},
        "order_factor_by_channel": {channel.name: channel.order_factor for channel in CHANNELS},
        "churn": {name: _churn(people) for name, people in by_segment.items()},
        "winback": _winback(company),
        "second_lifetime": {"value_days": VALUE_DAYS, "contribution": second_lifetime_values(company.people)},
        "identity": _identity(company, oddities),
        "rows": _row_counts(files, stains),
        "oddity_counts": dict(Counter(one.kind for one in oddities)),
        "oddities_must": MUST,
        "oddities": [one.as_record() for one in oddities],
    }


def customer_lines(company: Company) -> list[list[str]]:
    """Return truth_customers.csv, head included."""
    lines = [list(CUSTOMER_COLUMNS)]
    for person in sorted(company.people, key=lambda one: one.person_id):
        life = person.life
        moments = (person.lead_at, life.registered_at, life.first_order_at, life.ends_at, life.returned_at)
        last_at = last_qualifying_at(person, END + timedelta(seconds=1)) if person.first_order_at else None
        values = [seen(at) for at in (*moments, life.ends_again_at)] + [last_at]
        head = [person.person_id, person.contact_id, person.customer_id, person.segment.name, person.channel]
        lines.append(head + [as_text(value) for value in values])
    return lines


def identity_lines(company: Company) -> list[list[str]]:
    """Return truth_identities.csv, head included."""
    return [["record_kind", "record_id", "person_id"], *(list(identity) for identity in company.identities)]
