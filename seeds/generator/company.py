"""The whole company: its people's lives, and the tables in which the systems wrote them down."""

from dataclasses import dataclass

from . import crm, loyalty, marketing, organisation, support
from .deals import Deal, add_deals, make_deals
from .identities import Identity, add_identities, newer_contacts
from .orders import Order, add_orders, add_products
from .people import Person, make_people
from .subscriptions import add_subscriptions
from .surprises import mark_surprises
from .winback import Assignment, run_winback
from .writing import Row, Tables


@dataclass
class Company:
    """Everything that is true, and everything that was written down."""

    people: list[Person]
    assignments: list[Assignment]
    tables: Tables
    deals: list[Deal]
    orders: list[Order]
    tickets: list[support.Ticket]
    identities: list[Identity]
    newer_contacts: list[Row]


def _add_rest(tables: Tables, people: list[Person], orders: list[Order]) -> None:
    add_products(tables)
    add_subscriptions(tables, people)
    loyalty.add_points(tables, orders)
    loyalty.add_prepaid(tables, people)
    loyalty.add_unused_coupons(tables, people)
    loyalty.add_invites(tables, people)
    loyalty.add_usage(tables, people)
    support.add_self_service(tables, people)
    organisation.add_staff(tables)
    organisation.add_trainings(tables)
    organisation.add_partners(tables)


def _add_marketing(tables: Tables, people: list[Person], assignments: list[Assignment]) -> None:
    marketing.add_campaigns(tables)
    marketing.add_sessions(tables, people)
    marketing.add_messages(tables, people, assignments)
    marketing.add_consents(tables, people)
    marketing.add_assignments(tables, assignments)
    marketing.add_reviews(tables, people)


def build_company() -> Company:
    """Live all lives, then write every table."""
    tables, people = Tables(), make_people()
    assignments = run_winback(people)
    mark_surprises(people)
    deals = make_deals(people)
    add_deals(tables, deals)
    crm.add_people(tables, people, deals)
    crm.add_activities(tables, people, deals)
    orders = add_orders(tables, people)
    tickets = support.add_tickets(tables, people)
    support.add_surveys(tables, people, tickets)
    _add_marketing(tables, people, assignments)
    _add_rest(tables, people, orders)
    identities = add_identities(tables, people)
    newer = newer_contacts(tables, people)
    return Company(people, assignments, tables, deals, orders, tickets, identities, newer)
