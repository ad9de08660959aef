"""The register of everything planted: where it is and what a warehouse must do with it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from .company import Company
from .dirt import Stain, row_number
from .identities import FIRST_EXTRA_LEAD
from .orders import Order
from .writing import SeedFile

MUST = {
    "duplicate_lead": "become one customer with the person's other records",
    "transitive_chain": "become one customer: e-mail joins lead to lead, phone joins lead to contact",
    "shared_mailbox": "stay separate customers; info@example.com is no key",
    "default_phone": "stay separate customers; 00000000000 is no key",
    "household": "stay separate customers; the account is not b2b",
    "merged_contact": "belong to the contact that it was merged into",
    "resent_contact": "be replaced by the newer version in crm/contacts/2025_updates.csv",
    "deleted_contact": "be marked deleted by the newer version in crm/contacts/2025_updates.csv",
    "contact_without_person_key": "be joined to its orders by e-mail",
    "test_order": "count nowhere: make no customer and end no silence",
    "anonymous_order": "count as revenue of nobody",
    "guest_checkout": "belong to the person by e-mail, although customer_id is empty",
    "zero_amount_order": "be loaded; it earns nothing",
    "same_second_orders": "both count, in an order that does not change from run to run",
    "refunded_first_order": "make no customer",
    "late_order": "be loaded from 2025_late.csv into the month in which it was placed",
    "order_without_status": "count as paid",
    "order_without_gross_amount": "take the sum of its lines",
    "unknown_requester": "be counted as a ticket of nobody known",
    "deal_skips_stage": "show one skipped stage",
    "deal_moves_back": "show a backward move and a second visit",
    "deal_reopened": "be won after having been lost",
    "dirty_row": "go to quarantine with its reason; the rest of the file is loaded",
    "refused_file": "be refused whole: paid_at is missing from its header",
    "duplicate_file": "be skipped: same bytes as 2024.csv",
    "added_column": "be loaded; device is not in the contract, is kept and reported",
    "byte_order_mark": "be loaded; the mark is no part of the first column's name",
}
TABLE_OF_ORDER = "orders.orders"


@dataclass(frozen=True)
class Oddity:
    """One planted thing."""

    kind: str
    table: str
    record_id: str
    person_id: str = ""
    file: str = ""
    row: int | None = None
    note: str = ""

    def as_record(self) -> dict[str, object]:
        """Return it for truth.json, without empty fields."""
        return {name: value for name, value in asdict(self).items() if value}


MARKS_OF_CONTACTS = ("shared_mailbox", "household", "resent_contact", "deleted_contact")


def _of_lead(lead_id: str, marks: set[str]) -> str:
    if lead_id >= f"L{FIRST_EXTRA_LEAD:05d}":
        return "transitive_chain" if "chain" in marks else "duplicate_lead"
    return "default_phone" if "default_phone" in marks else ""


def _of_people(company: Company) -> Iterator[Oddity]:
    marks = {person.person_id: person.marks for person in company.people}
    for kind, record_id, person_id in company.identities:
        if kind == "lead" and (name := _of_lead(record_id, marks[person_id])):
            yield Oddity(name, "crm.leads", record_id, person_id)
        for name in MARKS_OF_CONTACTS if kind == "contact" else ():
            if name in marks[person_id]:
                yield Oddity(name, "crm.contacts", record_id, person_id)


def _of_contact_rows(company: Company) -> Iterator[Oddity]:
    owners = {record_id: person_id for kind, record_id, person_id in company.identities if kind == "contact"}
    for row in company.tables.rows["crm.contacts"]:
        contact_id = str(row["contact_id"])
        if row["merged_into"] or not row["person_key"]:
            name = "merged_contact" if row["merged_into"] else "contact_without_person_key"
            yield Oddity(name, "crm.contacts", contact_id, owners[contact_id])


def _kinds_of_order(order: Order) -> list[str]:
    purchase, marks = order.purchase, order.person.marks if order.person else set()
    mates = order.person.purchases if "same_second_orders" in marks else []
    kinds = {
        "anonymous_order": order.person is None,
        "test_order": purchase.is_test,
        "guest_checkout": purchase.is_guest,
        "zero_amount_order": purchase.kind == "gift",
        "same_second_orders": sum(one.at == purchase.at for one in mates) > 1,
        "refunded_first_order": "refunded_first_order" in marks and purchase.kind == "core",
    }
    return [name for name, is_so in kinds.items() if is_so]


def _of_orders(company: Company) -> Iterator[Oddity]:
    for order in company.orders:
        for kind in _kinds_of_order(order):
            person_id = order.person.person_id if order.person else ""
            yield Oddity(kind, TABLE_OF_ORDER, order.order_id, person_id)
    for row in company.tables.rows[TABLE_OF_ORDER]:
        if not row["status"]:
            yield Oddity("order_without_status", TABLE_OF_ORDER, str(row["order_id"]))
        if row["gross_amount"] is None:
            yield Oddity("order_without_gross_amount", TABLE_OF_ORDER, str(row["order_id"]))


def _of_rest(company: Company) -> Iterator[Oddity]:
    for ticket in company.tickets:
        if ticket.person is None:
            yield Oddity("unknown_requester", "support.tickets", ticket.ticket_id)
    for deal in company.deals:
        if not deal.person.is_firm or not deal.purchase:
            continue
        kinds = {
            "deal_skips_stage": "needs" not in deal.path,
            "deal_moves_back": deal.path.count("proposal") > 1,
            "deal_reopened": "lost" in deal.path,
        }
        for kind in (name for name, is_so in kinds.items() if is_so):
            yield Oddity(kind, "crm.deals", deal.deal_id, deal.person.person_id)


def _of_files(files: list[SeedFile], stains: list[Stain]) -> Iterator[Oddity]:
    for stain in stains:
        dirt = stain.dirt
        record_id = dirt.fresh[0][1] if dirt.fresh else ""
        note = f"{dirt.column}: {dirt.reason}" if not dirt.column.startswith("(") else dirt.reason
        place = row_number(stain.file, stain.row)
        yield Oddity("dirty_row", stain.file.table, record_id, "", stain.file.path, place, note)
    for file in files:
        kinds = {
            "refused_file": file.is_refused,
            "duplicate_file": file.is_copy,
            "added_column": "device" in file.columns,
            "byte_order_mark": file.has_bom,
        }
        for kind in (name for name, is_so in kinds.items() if is_so):
            yield Oddity(kind, file.table, "", "", file.path)
        if file.path.endswith("late.csv"):
            for place, row in enumerate(file.rows, 1):
                yield Oddity("late_order", file.table, str(row["order_id"]), "", file.path, place)


def _located(oddity: Oddity, places: dict[tuple[str, str], tuple[str, int]]) -> Oddity:
    path, place = places.get((oddity.table, oddity.record_id), ("", None))
    return oddity if oddity.file or not path else Oddity(**(asdict(oddity) | {"file": path, "row": place}))


def list_oddities(company: Company, files: list[SeedFile], stains: list[Stain]) -> list[Oddity]:
    """Return everything planted with its file and row, sorted by kind."""
    found = [*_of_people(company), *_of_contact_rows(company), *_of_orders(company), *_of_rest(company)]
    wanted = {(one.table, one.record_id) for one in found}
    places: dict[tuple[str, str], tuple[str, int]] = {}
    for file in files:
        for place, row in enumerate(file.rows, 1):
            key = (file.table, str(row[file.columns[0]])) if isinstance(row, dict) else ("", "")
            if key in wanted and key not in places:
                places[key] = (file.path, place)
    found = [_located(one, places) for one in found] + list(_of_files(files, stains))
    kinds = list(MUST)
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.file, one.row or 0))
