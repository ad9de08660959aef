"""Orders with lines, invoices, payments, refunds, deliveries and coupons used."""

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .chance import days, happens, pick, seen, some, stream
from .deals import course_of
from .names import rewritten_email, rewritten_phone
from .people import Person, Purchase
from .settings import END, PRODUCT_OF, PRODUCTS, SHOP_ITEMS, START
from .writing import Tables

ZERO = Decimal(0)
UNPAID = {"cancelled", "placed"}
METHODS = {"wechat": 0.5, "alipay": 0.35, "card": 0.15}
ANONYMOUS_ORDERS = 15
NO_STATUS_EVERY, NO_GROSS_EVERY, NO_AMOUNT_EVERY = 211, 97, 61
FREE_SHIPPING_FROM = Decimal(99)
MOST_IN_A_SHOP_ORDER = Decimal(400)


@dataclass
class Order:
    """An order being written."""

    order_id: str
    number: int
    person: Person | None
    purchase: Purchase
    gross: Decimal = ZERO
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Return what has to be paid."""
        return self.gross - self.discount + self.tax + self.shipping

    @property
    def is_firm(self) -> bool:
        """Say whether a firm bought."""
        return self.person is not None and self.person.is_firm

    @property
    def customer_id(self) -> str:
        """Return the buyer's number; firms order through one of two buyers, guests through none."""
        if self.person is None or self.purchase.is_guest:
            return ""
        buyers = [self.person.main, *self.person.colleagues]
        joined = [one for one in buyers if one.created_at <= self.purchase.at][:2]
        return joined[self.number % len(joined)].customer_id


def take_items(rng: random.Random, order: Order) -> list[tuple[str, int]]:
    """Draw what is in an order, and how much of it."""
    kind = order.purchase.kind
    if kind == "taste":
        return [("PR-TASTE", 1)]
    if kind == "gift":
        return [("PR-NOTE", 1)]
    if kind in {"core", "renewal"}:
        return [(course_of(order.person), 4 + int(order.person.person_id[1:]) % 9 if order.is_firm else 1)]
    items = [(item, 1) for item in some(rng, SHOP_ITEMS, 1 + int(rng.random() ** 2 * 3))]
    while sum(PRODUCT_OF[item].list_price for item, _ in items) > MOST_IN_A_SHOP_ORDER:
        items.pop()
    return items


def _add_lines(tables: Tables, rng: random.Random, order: Order) -> None:
    has_coupon = order.purchase.kind == "shop" and bool(order.customer_id) and happens(rng, 0.06)
    for place, (product_id, quantity) in enumerate(take_items(rng, order), 1):
        product = PRODUCT_OF[product_id]
        discount = Decimal(20) if has_coupon and place == 1 else ZERO
        discount = product.list_price if order.purchase.kind == "gift" else discount
        amount = product.list_price * quantity - discount
        order.gross += amount
        tables.add(
            "orders.order_lines", order_id=order.order_id, line_number=place, product_id=product_id,
            description=product.name, quantity=quantity, unit_price=product.list_price,
            discount_amount=discount,
            amount=None if order.number % NO_AMOUNT_EVERY == 0 else amount,
            coupon_id=f"CP-{order.order_id}" if has_coupon and discount else "",
        )  # fmt: skip
    if has_coupon:
        at = order.purchase.at
        tables.add(
            "loyalty.coupons", coupon_id=f"CP-{order.order_id}", customer_id=order.customer_id,
            issued_at=at - days(rng.uniform(2, 20)), expires_at=at + timedelta(days=60), redeemed_at=at,
            amount=Decimal(20),
        )  # fmt: skip


def price(order: Order) -> None:
    """Set discount, tax and shipping of an order whose goods are known."""
    kind, cent = order.purchase.kind, Decimal("0.01")
    order.discount = (order.gross * Decimal("0.10")).quantize(cent) if kind == "renewal" else ZERO
    order.tax = ((order.gross - order.discount) * Decimal("0.06")).quantize(cent) if order.is_firm else ZERO
    if kind == "shop" and order.gross < FREE_SHIPPING_FROM:
        order.shipping = Decimal(12)


def _status(order: Order) -> str:
    purchase = order.purchase
    if purchase.status != "fulfilled":
        return purchase.status
    if purchase.at > END - timedelta(days=2):
        return "paid"
    return "" if order.number % NO_STATUS_EVERY == 0 else "fulfilled"


def _add_head(tables: Tables, rng: random.Random, order: Order) -> None:
    person, at = order.person, order.purchase.at
    email, phone = (person.main.email, person.main.phone) if person and not order.is_firm else ("", "")
    if happens(rng, 0.1):
        email, phone = (
            rewritten_email(rng, email) if email else "",
            rewritten_phone(rng, phone) if phone else "",
        )
    tables.add(
        "orders.orders", order_id=order.order_id, customer_id=order.customer_id, email=email,
        phone=phone if happens(rng, 0.7) or order.purchase.is_guest else "", deal_id=order.purchase.deal_id,
        ordered_at=at, updated_at=min(at + days(rng.uniform(0.1, 6)), END), status=_status(order),
        gross_amount=None if order.number % NO_GROSS_EVERY == 0 else order.gross,
        discount_amount=order.discount,
        tax_amount=order.tax, shipping_amount=order.shipping, currency="CNY",
        channel="sales" if order.purchase.deal_id else pick(rng, {"web": 0.5, "app": 0.3, "wechat": 0.2}),
        country="CN", is_test=order.purchase.is_test,
    )  # fmt: skip


def _add_money(tables: Tables, rng: random.Random, order: Order) -> None:
    purchase, at, invoice_id = order.purchase, order.purchase.at, ""
    if purchase.status in UNPAID or purchase.is_test or not order.total:
        return
    if purchase.kind in {"core", "renewal"}:
        invoice_id = f"I{order.number:06d}"
        due_on = (at + timedelta(days=30 if order.is_firm else 7)).date()
        tables.add(
            "orders.invoices", invoice_id=invoice_id, order_id=order.order_id,
            contract_id=purchase.contract_id,
            issued_at=at, due_date=due_on, amount=order.total, currency="CNY",
        )  # fmt: skip
    parts = [order.total]
    if order.is_firm and order.number % 2:
        parts = [(order.total / 2).quantize(Decimal("0.01"))]
        parts.append(order.total - parts[0])
    for place, part in enumerate(parts):
        wait = days(rng.uniform(5, 55) + place * 20) if order.is_firm and invoice_id else timedelta(minutes=4)
        if seen(at + wait):
            tables.add(
                "orders.payments", payment_id="", order_id=order.order_id, invoice_id=invoice_id,
                paid_at=at + wait,
                amount=part, currency="CNY",
                method="transfer" if order.is_firm else pick(rng, METHODS),
            )  # fmt: skip


def _add_refund(tables: Tables, rng: random.Random, order: Order) -> None:
    purchase = order.purchase
    is_partial = purchase.kind == "shop" and purchase.status == "fulfilled" and happens(rng, 0.015)
    if (purchase.status != "refunded" and not is_partial) or purchase.is_test:
        return
    refunded_at = purchase.at + days(rng.uniform(0.5, 3 if purchase.kind == "core" else 12))
    is_known = not is_partial or purchase.is_guest or happens(rng, 0.8)
    if seen(refunded_at):
        tables.add(
            "orders.refunds", refund_id="", order_id=order.order_id if is_known else "",
            customer_id="" if is_known else order.customer_id, refunded_at=refunded_at,
            amount=Decimal(15) if is_partial else order.total, currency="CNY",
            reason=pick(rng, {"damaged": 0.4, "not_as_described": 0.3, "changed_mind": 0.3}),
        )  # fmt: skip


def _add_delivery(tables: Tables, rng: random.Random, order: Order) -> None:
    purchase = order.purchase
    if purchase.kind in {"taste", "gift"} or purchase.status in UNPAID or purchase.is_test:
        return
    delivered_at = purchase.at + days(rng.uniform(0.8, 5.5))
    tables.add(
        "orders.deliveries", order_id=order.order_id, promised_at=purchase.at + timedelta(days=4),
        delivered_at=seen(delivered_at),
        accepted_at=seen(delivered_at + days(rng.uniform(0, 2))) if happens(rng, 0.8) else None,
    )  # fmt: skip


def _drafts(people: list[Person]) -> list[tuple[Person | None, Purchase]]:
    rng = stream("anonymous")
    drafts: list[tuple[Person | None, Purchase]] = [(one, bought) for one in people for bought in one.purchases]
    moments = [START + days(rng.uniform(60, 1080)) for _ in range(ANONYMOUS_ORDERS)]
    drafts += [(None, Purchase("shop", at)) for at in moments]
    return sorted(drafts, key=lambda pair: (pair[1].at, pair[0].person_id if pair[0] else "", pair[1].kind))


def add_orders(tables: Tables, people: list[Person]) -> list[Order]:
    """Write every order and what follows from it."""
    orders = []
    for number, (person, purchase) in enumerate(_drafts(people), 1):
        order = Order(f"O{number:06d}", number, person, purchase)
        rng = stream("order", person.person_id if person else "", purchase.at, purchase.kind, number)
        _add_lines(tables, rng, order)
        price(order)
        _add_head(tables, rng, order)
        _add_money(tables, rng, order)
        _add_refund(tables, rng, order)
        _add_delivery(tables, rng, order)
        orders.append(order)
    tables.number("orders.payments", "payment_id", "PY", "paid_at")
    tables.number("orders.refunds", "refund_id", "RF", "refunded_at")
    return orders


def add_products(tables: Tables) -> None:
    """Write the catalogue."""
    for product in PRODUCTS:
        tables.add("orders.products", **vars(product))
