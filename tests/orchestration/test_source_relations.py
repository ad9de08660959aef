"""Several shops side by side: records that bear the same id are two, a person who is in two is one customer."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from building import CompiledProject

from orchestration.health.volumes import MARTS_OF_RUNS
from orchestration.home import WarehouseHome

pytestmark = pytest.mark.xdist_group("sample")

AS_OF = "2024-06-30"
BERLIN = """\
crm/contacts
contact_id,person_key,name,email,created_at
7,1,Ann Lee,ann@example.org,2024-01-01
8,2,Bob Ray,bob@example.org,2024-01-02

crm/activities
activity_id,contact_id,type,direction,occurred_at,owner_id
1,7,call,outbound,2024-03-01,5

crm/deals
deal_id,contact_id,stage,created_at
1,7,open,2024-03-01

crm/deal_history
object_id,field,old_value,new_value,changed_at,changed_by
1,stage,open,offer,2024-03-05,5

orders/products
product_id,name,role
1,Piano,core

orders/orders
order_id,customer_id,ordered_at,status,gross_amount
1001,1,2024-02-01,paid,100
1002,2,2024-02-02,paid,20

orders/order_lines
order_id,line_number,product_id,quantity,unit_price
1001,1,1,1,100

orders/invoices
invoice_id,order_id,issued_at,due_date,amount,currency
1,1001,2024-02-01,2024-02-10,100,EUR

orders/payments
payment_id,order_id,paid_at,amount
1,1001,2024-02-05,100

support/tickets
ticket_id,customer_id,created_at,category
1,1,2024-04-01,question"""
PARIS = """\
crm/contacts
contact_id,person_key,name,email,created_at
7,1,Cleo Roy,cleo@example.org,2024-01-03
9,2,Ann Lee,ANN@example.org ,2024-01-04

crm/activities
activity_id,contact_id,type,direction,occurred_at,owner_id
1,9,call,outbound,2024-03-02,5

orders/products
product_id,name,role
1,Trial,lead

orders/orders
order_id,customer_id,ordered_at,status,gross_amount
1001,1,2024-02-03,paid,5
1002,2,2024-02-04,paid,70

orders/order_lines
order_id,line_number,product_id,quantity,unit_price
1001,1,1,1,5

orders/payments
payment_id,order_id,paid_at,amount
1,1001,2024-02-06,5

support/tickets
ticket_id,customer_id,created_at,category
1,1,2024-04-02,complaint"""
CORRECTED = "orders/orders\norder_id,customer_id,ordered_at,status,gross_amount\n1001,1,2024-02-03,paid,6"
BEGIN = datetime(2024, 1, 1)
FACTS = ("fct_orders", "fct_order_lines", "fct_payments", "fct_customer_events", "fct_contacts")
LIVES = ("dim_customers", "fct_stage_intervals", "fct_stage_transitions", "fct_funnel_attempts")
OF_THE_LOAD = ("loaded_at", "known_from_at", "known_at", "source_relation")


@pytest.fixture(scope="module")
def project(sample_run: tuple[WarehouseHome, str]) -> CompiledProject:
    return CompiledProject.of(sample_run[0])


def put(folder: Path, tables: str, file: str = "2024") -> Path:
    for block in tables.split("\n\n"):
        table, _, text = block.partition("\n")
        path = folder / table / f"{file}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    return folder


def published(home: WarehouseHome, sql: str) -> list[tuple]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def two_shops(project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> WarehouseHome:
    """Two shops, of which Paris then corrects an order."""
    folder = tmp_path_factory.mktemp("shops")
    home = WarehouseHome(folder / "warehouse")
    put(folder / "landing/berlin", BERLIN)
    put(folder / "landing/paris", PARIS)
    project.publish_landed(home, folder / "landing", as_of=AS_OF)
    put(folder / "landing/paris", CORRECTED, "2024_corrected")
    project.publish_landed(home, folder / "landing", as_of=AS_OF)
    return home


def named(home: WarehouseHome) -> dict[str, str]:
    """Return who the customers are, by the order that each alone has made."""
    orders = {"berlin:1001": "ann", "berlin:1002": "bob", "paris:1001": "cleo", "paris:1002": "ann"}
    rows = published(home, "select order_id, customer_id from fct_orders")
    return {customer: orders[order] for order, customer in rows}


def test_one_person_in_two_shops_is_one_customer_and_one_id_of_two_shops_is_two(two_shops: WarehouseHome) -> None:
    who = named(two_shops)
    assert sorted(who.values()) == ["ann", "bob", "cleo"]
    rows = published(
        two_shops, "select customer_id, orders_count, orders_amount::int, lifecycle_stage from dim_customers"
    )
    assert sorted((who[customer], *row) for customer, *row in rows) == [
        ("ann", 2, 170, "at_risk"),
        ("bob", 1, 20, "at_risk"),
        ("cleo", 0, 0, "engaged"),
    ]


def test_the_facts_tell_from_which_shop_they_came(two_shops: WarehouseHome) -> None:
    who = named(two_shops)
    orders = (
        "select source_relation, order_id, order_amount::int, lines_count, is_qualifying from fct_orders order by 2"
    )
    assert published(two_shops, orders) == [
        ("berlin", "berlin:1001", 100, 1, True),
        ("berlin", "berlin:1002", 20, 0, True),
        ("paris", "paris:1001", 6, 1, False),
        ("paris", "paris:1002", 70, 0, True),
    ]
    lines = (
        "select source_relation, order_id, product_id, product_role, line_amount::int from fct_order_lines order by 2"
    )
    assert published(two_shops, lines) == [
        ("berlin", "berlin:1001", "berlin:1", "core", 100),
        ("paris", "paris:1001", "paris:1", "lead", 5),
    ]
    payments = (
        "select source_relation, payment_id, order_id, invoice_id, applied_amount::int from fct_payments order by 2"
    )
    assert published(two_shops, payments) == [
        ("berlin", "berlin:1", "berlin:1001", "berlin:1", 100),
        ("paris", "paris:1", "paris:1001", None, 0),
    ]
    contacts = "select customer_id, source_relation, contact_type from fct_contacts"
    assert sorted((who[customer], *row) for customer, *row in published(two_shops, contacts)) == [
        ("ann", "berlin", "call"),
        ("ann", "berlin", "request"),
        ("ann", "paris", "call"),
        ("cleo", "paris", "request"),
    ]


def test_the_stream_has_the_events_of_each_shop_with_its_own_ids(two_shops: WarehouseHome) -> None:
    who = named(two_shops)
    rows = published(
        two_shops,
        "select event_type, source_relation, source_record_id, customer_id, owner_id from fct_customer_events "
        "where event_type in ('contact_created', 'customer_contacted', 'deal_stage_stated', 'lead_product_bought', "
        "'order_paid', 'qualifying_order_placed', 'ticket_created') order by 1, 3",
    )
    assert [(*row[:3], who[row[3]], row[4]) for row in rows] == [
        ("contact_created", "berlin", "berlin:7", "ann", None),
        ("contact_created", "berlin", "berlin:8", "bob", None),
        ("contact_created", "paris", "paris:7", "cleo", None),
        ("contact_created", "paris", "paris:9", "ann", None),
        ("customer_contacted", "berlin", "berlin:1", "ann", "berlin:5"),
        ("customer_contacted", "paris", "paris:1", "ann", "paris:5"),
        ("deal_stage_stated", "berlin", "berlin:1#2024-03-05 00:00:00#001", "ann", None),
        ("lead_product_bought", "paris", "paris:1001", "cleo", None),
        ("order_paid", "berlin", "berlin:1", "ann", None),
        ("order_paid", "paris", "paris:1", "cleo", None),
        ("qualifying_order_placed", "berlin", "berlin:1001", "ann", None),
        ("qualifying_order_placed", "berlin", "berlin:1002", "bob", None),
        ("qualifying_order_placed", "paris", "paris:1002", "ann", None),
        ("ticket_created", "berlin", "berlin:1", "ann", None),
        ("ticket_created", "paris", "paris:1", "cleo", None),
    ]


def test_a_customers_life_runs_through_both_shops(two_shops: WarehouseHome) -> None:
    who = named(two_shops)
    moves = published(
        two_shops,
        "select customer_id, to_stage, occurred_at::date::varchar, evidence_record_id from fct_stage_transitions "
        "where lifecycle_id = 'customer'",
    )
    assert sorted((who[customer], *row) for customer, *row in moves if who[customer] != "bob") == [
        ("ann", "active", "2024-02-04", "paris:1002"),
        ("ann", "at_risk", "2024-05-04", "paris:1002"),
        ("ann", "known", "2024-01-01", "berlin:7"),
        ("ann", "new_customer", "2024-02-01", "berlin:1001"),
        ("cleo", "engaged", "2024-02-03", "paris:1001"),
        ("cleo", "known", "2024-01-03", "paris:7"),
    ]


class RandomShop:
    """What the systems of one shop hold of some persons; each counts its ids from 1 on, as every shop does."""

    def __init__(self, rng: random.Random, shop: str) -> None:
        self.rng = rng
        self.shop = shop
        self.rows: dict[str, list[dict[str, object]]] = {}
        for number, role in enumerate(rng.sample(["core", "core", "lead", "add_on"], 4), start=1):
            self.add("orders/products", product_id=number, role=role, unit_cost=number)
        for number in (1, 2):
            self.add("crm/users", user_id=number, function_code=rng.choice(["sales", "service"]), valid_from_at=BEGIN)
            self.add("crm/campaigns", campaign_id=number, name=f"{shop} {number}", channel="ads", cost=50)

    def add(self, table: str, **row: object) -> int:
        """Add a row and return its number."""
        rows = self.rows.setdefault(table, [])
        rows.append(row)
        return len(rows)

    def next_id(self, table: str) -> int:
        return len(self.rows.get(table, [])) + 1

    def day(self, after: datetime = BEGIN) -> datetime:
        return after + timedelta(minutes=self.rng.randrange(150 * 24 * 60))

    def add_person(self, person: int) -> None:
        """Add a person of whom nobody else knows: what the CRM knows, perhaps purchases, perhaps a request."""
        rng, born, email = self.rng, self.day(), f"person{person}@example.org"
        buyer = self.next_id("crm/contacts") if rng.random() < 0.7 else None
        contact, lead = self.next_id("crm/contacts"), self.next_id("crm/leads")
        self.add("crm/leads", lead_id=lead, email=email, created_at=born, source="ads", campaign_id=rng.choice([1, 2]))
        change = {"field": "status", "old_value": "new", "new_value": "working", "changed_by": rng.choice([1, 2])}
        self.add("crm/lead_history", object_id=lead, changed_at=self.day(born), **change)
        self.add("crm/contacts", contact_id=contact, person_key=buyer, email=email, created_at=self.day(born))
        self.add(
            "crm/activities",
            activity_id=self.next_id("crm/activities"),
            contact_id=contact,
            type="call",
            direction="outbound",
            occurred_at=self.day(born),
            owner_id=rng.choice([1, 2]),
        )
        self.add(
            "marketing/messages",
            message_id=self.next_id("marketing/messages"),
            contact_id=contact,
            channel="email",
            sent_at=self.day(born),
        )
        for _ in range(rng.randrange(5) if buyer else 0):
            self.add_order(buyer, self.day(born))
        if rng.random() < 0.5:
            ticket = self.next_id("support/tickets")
            opened = self.day(born)
            self.add("support/tickets", ticket_id=ticket, requester_key=email, created_at=opened, category="question")
            self.add("support/ticket_events", ticket_id=ticket, occurred_at=self.day(opened), to_status="solved")

    def add_order(self, buyer: int | None, ordered: datetime) -> None:
        order, status = self.next_id("orders/orders"), self.rng.choice(["paid", "fulfilled", "cancelled"])
        self.add("orders/orders", order_id=order, customer_id=buyer, ordered_at=ordered, status=status, currency="CNY")
        for line in range(1, self.rng.randrange(1, 4)):
            product, price = self.rng.choice([1, 2, 3, 4]), self.rng.choice([10, 25, 99.5])
            line_row = {"line_number": line, "product_id": product, "quantity": 1, "unit_price": price}
            self.add("orders/order_lines", order_id=order, **line_row)
        invoice = self.add(
            "orders/invoices", invoice_id=order, order_id=order, issued_at=ordered, amount=50, currency="CNY"
        )
        self.add("orders/payments", payment_id=order, invoice_id=invoice, paid_at=self.day(ordered), amount=40)

    def write(self, folder: Path) -> None:
        for table, rows in self.rows.items():
            lines = [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
            put(folder, "\n".join([table, ",".join(rows[0]), *lines]))


def split_company(seed: int) -> dict[str, RandomShop]:
    """Return a company of two shops, each person in one of them."""
    rng = random.Random(seed)
    shops = {name: RandomShop(rng, name) for name in ("berlin", "paris")}
    for person in range(40):
        shops[rng.choice(list(shops))].add_person(person)
    return shops


def rows_of_shop(home: WarehouseHome, shop: str) -> dict[str, list[tuple]]:
    """Return the facts of a shop and the lives of its customers, without what the instants of loading decide."""
    of_customer = f"customer_id in (select customer_id from fct_customer_events where source_relation = '{shop}')"
    wanted = dict.fromkeys(FACTS, f"source_relation = '{shop}'") | dict.fromkeys(LIVES, of_customer)
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        return {
            table: connection.execute(
                f"select columns(name -> not list_contains($1, name)) from {table} where {condition} order by all",
                [list(OF_THE_LOAD)],
            ).fetchall()
            for table, condition in wanted.items()
        }


def without_shop(home: WarehouseHome) -> dict[str, list[tuple]]:
    """Return all that is published, with the sources' own ids and without the keys that are made of them."""
    found: dict[str, list[tuple]] = {}
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        for name in sorted(set(names) - set(MARTS_OF_RUNS)):
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall() if row[0] not in OF_THE_LOAD]
            cells = ", ".join(
                f"case when regexp_full_match({column}::varchar, '[0-9a-f]{{32}}') then 'a key'"
                f" else regexp_replace({column}::varchar, '(^|:)berlin:', '\\1') end"
                for column in columns
            )
            found[name] = sorted(connection.execute(f"select {cells} from {name}").fetchall(), key=str)
    return found


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))])
def test_a_company_split_into_two_shops_tells_of_each_what_it_would_tell_alone(
    project: CompiledProject, tmp_path: Path, seed: int
) -> None:
    shops = split_company(seed)
    homes = {name: WarehouseHome(tmp_path / name) for name in (*shops, "both", "plain")}
    for name, shop in shops.items():
        shop.write(tmp_path / "landing_both" / name)
        shop.write(tmp_path / f"landing_{name}" / name)
    shops["berlin"].write(tmp_path / "landing_plain")
    for name, home in homes.items():
        project.publish_landed(home, tmp_path / f"landing_{name}", as_of=AS_OF)
    for name in shops:
        alone, beside = rows_of_shop(homes[name], name), rows_of_shop(homes["both"], name)
        assert all(alone.values())
        assert {table: rows for table, rows in beside.items() if rows != alone[table]} == {}
    plain, as_shop = without_shop(homes["plain"]), without_shop(homes["berlin"])
    assert {table: rows for table, rows in as_shop.items() if rows != plain[table]} == {}
