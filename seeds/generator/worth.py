"""What a customer of each segment truly brings after coming back, by living many returns that nobody wrote down."""

from datetime import datetime
from decimal import Decimal
from statistics import fmean

from .chance import days, happens, stream
from .orders import Order, price, take_items
from .people import Person, Purchase, lifetime, shopping
from .settings import PRODUCT_OF, SEGMENTS, START, VALUE_DAYS, Segment
from .winback import RENEWS_AT_ONCE

RETURNS = 4000


def second_lifetime_values(people: list[Person]) -> dict[str, float]:
    """Return, by segment, the mean contribution in the days after a return: paid for goods, less their cost."""
    return {
        segment.name: round(fmean(_contribution(people, segment, number) for number in range(RETURNS)), 2)
        for segment in SEGMENTS[:2]
    }


def _contribution(people: list[Person], segment: Segment, number: int) -> Decimal:
    rng = stream("worth", segment.name, number)
    mine = [one for one in people if one.segment is segment]
    person = mine[number % len(mine)]
    returned_at = datetime(START.year + 1, 1, 1)
    end = min(returned_at + lifetime(rng, segment), returned_at + days(VALUE_DAYS))
    bought = [Purchase("renewal" if happens(rng, RENEWS_AT_ONCE) else "shop", returned_at)]
    bought += shopping(rng, segment, (returned_at, end))
    kept = [one for one in bought if one.status == "fulfilled"]
    orders = [Order("", number, person, purchase) for purchase in kept]
    return sum((_margin(order, take_items(rng, order)) for order in orders), Decimal(0))


def _margin(order: Order, items: list[tuple[str, int]]) -> Decimal:
    order.gross = sum((PRODUCT_OF[item].list_price * count for item, count in items), Decimal(0))
    price(order)
    cost = sum((PRODUCT_OF[item].unit_cost * count for item, count in items), Decimal(0))
    return order.gross - order.discount - cost
