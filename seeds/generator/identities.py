"""One person under several records: second leads, chains, merged contacts, and newer versions of contacts."""

from datetime import datetime, timedelta

from .chance import days, happens, one_of, pick, some, stream
from .names import CITIES, phone_number, rewritten_email, rewritten_phone
from .people import Person
from .settings import END
from .writing import Row, Tables

FIRST_EXTRA_LEAD, FIRST_EXTRA_CONTACT = 6001, 8001
MERGED, RESENT, DELETED = 8, 60, 3
Identity = tuple[str, str, str]


def _extra_lead(tables: Tables, person: Person, email: str, phone: str) -> str:
    taken = sum(str(row["lead_id"]) >= f"L{FIRST_EXTRA_LEAD:05d}" for row in tables.rows["crm.leads"])
    lead_id = f"L{FIRST_EXTRA_LEAD + taken:05d}"
    rng = stream("extralead", lead_id)
    at = min(person.lead_at + days(rng.uniform(2, 80)), END)
    source = one_of(rng, ("search_ads", "social", "content", "offline"))
    tables.add(
        "crm.leads", lead_id=lead_id, person_key="", name=person.main.name, email=email, phone=phone,
        account_id="",
        created_at=at, updated_at=at, source=source, motion="inbound", campaign_id=f"{source}_{at.year}",
        owner_id=one_of(rng, ("U03", "U04", "U07")), status="new", lost_reason="", referrer_id="",
        converted_contact_id="", converted_deal_id="",
    )  # fmt: skip
    tables.add(
        "crm.lead_history", object_id=lead_id, field="status", old_value="", new_value="new", changed_at=at,
        changed_by="U03",
    )  # fmt: skip
    return lead_id


def _second_leads(tables: Tables, person: Person) -> list[str]:
    rng = stream("second", person.person_id)
    email, phone = person.main.email, person.main.phone
    if "duplicate_email" in person.marks:
        return [_extra_lead(tables, person, rewritten_email(rng, email), "")]
    if "duplicate_phone" in person.marks:
        return [_extra_lead(tables, person, "", rewritten_phone(rng, phone))]
    if "chain" in person.marks:
        other = f"{person.person_id.lower()}.old@example.org"
        far = _extra_lead(tables, person, other, "")
        return [far, _extra_lead(tables, person, rewritten_email(rng, other), rewritten_phone(rng, phone))]
    return []


def _contact_row(tables: Tables, contact_id: str) -> Row:
    return next(row for row in tables.rows["crm.contacts"] if row["contact_id"] == contact_id)


def _add_merged(tables: Tables, people: list[Person]) -> list[Identity]:
    latest = END - timedelta(days=100)
    free = [one for one in people if not one.is_firm and not one.marks and one.registered_at]
    merged = []
    chosen = some(stream("merged"), [one for one in free if one.registered_at < latest], MERGED)
    for number, person in enumerate(chosen):
        contact_id = f"K{FIRST_EXTRA_CONTACT + number:05d}"
        at = person.registered_at + timedelta(days=40 + number)
        changes: Row = {
            "contact_id": contact_id, "person_key": "",
            "email": f"{person.person_id.lower()}.work@example.net",
            "phone": phone_number(number, "137"), "created_at": at, "updated_at": at + timedelta(days=9),
            "merged_into": person.contact_id,
        }  # fmt: skip
        tables.add("crm.contacts", **{**_contact_row(tables, person.contact_id), **changes})
        person.marks.add("merged_contact")
        merged.append(("contact", contact_id, person.person_id))
    return merged


def newer_contacts(tables: Tables, people: list[Person]) -> list[Row]:
    """Return newer versions of some contacts: moved, with a new phone, or deleted."""
    rng = stream("resent")
    latest = END - timedelta(days=200)
    free = [one for one in people if not one.is_firm and not one.marks and one.registered_at]
    chosen = some(rng, [one for one in free if one.registered_at < latest], RESENT)
    gone = some(rng, [one for one in chosen if not one.purchases], DELETED)
    rows = []
    for number, person in enumerate(chosen):
        row = dict(_contact_row(tables, person.contact_id))
        at = datetime(2025, 7, 1) + days(rng.uniform(0, 180))
        row |= {"updated_at": at, "city": pick(rng, CITIES), "occupation": "business_owner"}
        if happens(rng, 0.3):
            row["phone"] = phone_number(number, "139")
        person.marks.add("deleted_contact" if person in gone else "resent_contact")
        row["deleted_at"] = at if person in gone else None
        rows.append(row)
    return rows


def add_identities(tables: Tables, people: list[Person]) -> list[Identity]:
    """Write the extra records and return, for every record, the person it truly belongs to."""
    known: list[Identity] = []
    for person in people:
        mine = [("lead", lead_id) for lead_id in (person.lead_id, *_second_leads(tables, person))]
        for contact in [person.main, *person.colleagues] if person.registered_at else []:
            mine += [("contact", contact.contact_id), ("shop_customer", contact.customer_id)]
        if person.is_firm:
            mine.append(("account", person.account_id))
        known += [(kind, record_id, person.person_id) for kind, record_id in mine]
    return sorted(known + _add_merged(tables, people))
