"""What is true of the sample company: period, segments, channels, waves; no code that draws anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

SEED = 20230101
START = datetime(2023, 1, 1)
END = datetime(2025, 12, 31, 23, 0, 0)
PEOPLE_COUNT = 2000
ACCOUNTS_COUNT = 30
SILENCE_DAYS = 180
HORIZON_DAYS = 60
VALUE_DAYS = 90
TREATMENT_SHARE = 0.8
DAYS_IN_MONTH = 30.4375
REFERRALS_FROM = datetime(2023, 6, 1)


@dataclass(frozen=True)
class Segment:
    """True probabilities and rhythms of one kind of customer."""

    name: str
    registers: float
    books: float
    attends: float
    rebooks: float
    orders: float
    monthly_churn: float
    gap_days: float
    renewal_days: float
    recalled_control: float
    recalled_treatment: float

    @property
    def attends_ever(self) -> float:
        """Return the probability that a person who booked attends, counting one second booking."""
        return self.attends + (1 - self.attends) * self.rebooks * self.attends


@dataclass(frozen=True)
class Channel:
    """Where leads come from, and how much readier than others they are to order."""

    name: str
    weight_young: float
    weight_family: float
    order_factor: float
    medium: str


@dataclass(frozen=True)
class Wave:
    """One wave of the win-back experiment; the campaign bears the same name."""

    experiment_id: str
    assigned_at: datetime

    @property
    def horizon_at(self) -> datetime:
        """Return the end of the wave's window."""
        return self.assigned_at + timedelta(days=HORIZON_DAYS)


YOUNG = Segment("self_pay_young", 0.92, 0.82, 0.78, 0.35, 0.76, 0.085, 40, 182, 0.05, 0.18)
FAMILY = Segment("family", 0.95, 0.86, 0.83, 0.35, 0.82, 0.055, 33, 182, 0.07, 0.22)
FIRM = Segment("b2b", 1.0, 0.90, 0.95, 0.5, 0.75, 0.025, 42, 365, 0.0, 0.0)
SEGMENTS = (YOUNG, FAMILY, FIRM)
YOUNG_SHARE = 0.55

CHANNELS = (
    Channel("search_ads", 0.34, 0.30, 1.0, "cpc"),
    Channel("social", 0.30, 0.12, 0.88, "social"),
    Channel("content", 0.16, 0.14, 1.03, "organic"),
    Channel("referral", 0.12, 0.22, 1.12, "referral"),
    Channel("partner", 0.02, 0.06, 1.0, "partner"),
    Channel("offline", 0.06, 0.16, 0.97, "offline"),
)
CHANNEL_OF = {channel.name: channel for channel in CHANNELS}

WAVES = (
    Wave("winback_2025_w1", datetime(2025, 3, 3, 2, 0, 0)),
    Wave("winback_2025_w2", datetime(2025, 6, 2, 2, 0, 0)),
    Wave("winback_2025_w3", datetime(2025, 9, 15, 2, 0, 0)),
)


@dataclass(frozen=True)
class Product:
    """A thing that can be bought."""

    product_id: str
    name: str
    category: str
    role: str
    revenue_model: str
    list_price: Decimal
    unit_cost: Decimal


def _product(line: str) -> Product:
    product_id, name, category, role, model, price, cost = line.split("|")
    return Product(product_id, name, category, role, model, Decimal(price), Decimal(cost))


PRODUCTS = tuple(
    _product(line)
    for line in (
        "PR-TASTE|体验课 Trial pack 9.9|trial|lead|once|9.90|25.00",
        "PR-ENG|English, full course|course|core|once|8000.00|2600.00",
        "PR-MATH|Mathematics, full course|course|core|once|8800.00|2900.00",
        "PR-CODE|Coding for beginners|course|core|once|9800.00|3100.00",
        "PR-TEAM|Team licence, one seat|licence|core|once|2400.00|700.00",
        "PR-BOOK1|课本 Course book, level 1|books|add_on|once|68.00|24.00",
        "PR-BOOK2|Course book, level 2|books|add_on|once|78.00|27.00",
        "PR-CARDS|Flash cards|materials|add_on|once|39.00|11.00",
        "PR-NOTE|Cahier d’exercices|materials|add_on|once|30.00|9.00",
        "PR-EXAM|Exam pack|materials|add_on|once|158.00|40.00",
        "PR-HEAD|Headset|hardware|add_on|once|199.00|120.00",
        "PR-PEN|Writing tablet|hardware|add_on|once|399.00|260.00",
        "PR-CLUB|Practice club, monthly|club|add_on|subscription|39.00|8.00",
        "PR-CLUBPLUS|Practice club plus, monthly|club|add_on|subscription|69.00|15.00",
        "PR-APP|Vocabulary app|app|lead|free|0.00|0.00",
    )
)
PRODUCT_OF = {product.product_id: product for product in PRODUCTS}
COURSES = ("PR-ENG", "PR-MATH", "PR-CODE")
SHOP_ITEMS = ("PR-BOOK1", "PR-BOOK2", "PR-CARDS", "PR-NOTE", "PR-EXAM", "PR-HEAD", "PR-PEN")
