"""Rows that are bad in exactly one way, put among the good ones; nothing refers to them."""

from dataclasses import dataclass

from .chance import stream
from .writing import RawLine, Row, SeedFile, as_line, texts

TOO_FEW, TOO_MANY = "(too few fields)", "(too many fields)"
IMPOSSIBLE, FUTURE, THOUSANDS = "2024-02-30 10:00:00", "2031-05-04 10:00:00", "1,299.00"


@dataclass(frozen=True)
class Dirt:
    """One bad row: a copy of a good one with fresh keys and one bad value."""

    path: str
    column: str
    value: str
    reason: str
    fresh: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Stain:
    """A bad row where it ended up."""

    dirt: Dirt
    file: SeedFile
    row: Row | RawLine


def _dirt(path: str, lines: str) -> tuple[Dirt, ...]:
    found = []
    for line in lines.strip().splitlines():
        column, value, reason, keys = (part.strip() for part in line.split("|"))
        fresh = tuple((name, key) for name, _, key in (pair.partition("=") for pair in keys.split()))
        found.append(Dirt(path, column, value, reason, fresh))
    return tuple(found)


DIRT = (
    *_dirt("orders/orders/2024.csv", f"""
        ordered_at | {IMPOSSIBLE} | no such day | order_id=O900001
        gross_amount | {THOUSANDS} | thousands separator | order_id=O900002
        status | shipped | not in values | order_id=O900003
        order_id | | missing key |
        discount_amount | -20.00 | below min 0 | order_id=O900004
        ordered_at | {FUTURE} | in the future | order_id=O900005
        {TOO_FEW} | | too few fields | order_id=O900006
        {TOO_MANY} | | too many fields | order_id=O900007"""),
    *_dirt("orders/order_lines/2023-2025.csv.gz", """
        line_number | 0 | below min 1 | order_id=O900008
        quantity | two | not a number | order_id=O900009 line_number=1
        order_id | | missing key | """),
    *_dirt("orders/payments/2023-2025.csv.gz", f"""
        amount | {THOUSANDS} | thousands separator | payment_id=PY900101
        amount | -50.00 | below min 0 | payment_id=PY900102
        paid_at | | missing value | payment_id=PY900103
        paid_at | {IMPOSSIBLE} | no such day | payment_id=PY900104"""),
    *_dirt("orders/refunds/2023-2025.csv", f"""
        refunded_at | {FUTURE} | in the future | refund_id=RF900001
        amount | about 50 | not money | refund_id=RF900002"""),
    *_dirt("orders/invoices/2023-2025.csv.gz", """
        due_date | 2025-02-29 | no such day | invoice_id=I900001
        amount | | missing value | invoice_id=I900002"""),
    *_dirt("orders/subscriptions/2023-2025.csv", """
        mrr | -39.00 | below min 0 | subscription_id=S900001
        started_at | | missing value | subscription_id=S900002"""),
    *_dirt("orders/products/2023-2025.csv", """
        role | gift | not in values | product_id=PR-GIFT"""),
    *_dirt("crm/leads/2024.csv", f"""
        created_at | {IMPOSSIBLE} | no such day | lead_id=L90001
        status | maybe | not in values | lead_id=L90002
        lead_id | | missing key |
        {TOO_MANY} | | too many fields | lead_id=L90003"""),
    *_dirt("crm/contacts/2024.csv", f"""
        birth_year | 1492 | below min 1900 | contact_id=K90001
        birth_year | 19x8 | not an integer | contact_id=K90002
        created_at | {FUTURE} | in the future | contact_id=K90003"""),
    *_dirt("crm/deals/2023-2025.csv.gz", """
        stage | | missing value | deal_id=D90001
        is_won | perhaps | not a boolean | deal_id=D90002
        amount | -8000.00 | below min 0 | deal_id=D90003"""),
    *_dirt("crm/activities/2024.csv.gz", f"""
        type | telepathy | not in values | activity_id=AC900001
        occurred_at | {FUTURE} | in the future | activity_id=AC900002"""),
    *_dirt("support/tickets/2025.csv", f"""
        sentiment | angry | not in values | ticket_id=T90001
        created_at | | missing value | ticket_id=T90002
        {TOO_FEW} | | too few fields | ticket_id=T90003"""),
    *_dirt("support/survey_answers/2023-2025.csv.gz", """
        score | ten | not a number | answer_id=AN900001"""),
    *_dirt("marketing/ad_spend/2023-2025.csv.gz", """
        amount | -12.50 | below min 0 | channel=radio
        spend_date | 2023-11-31 | no such day | channel=radio"""),
    *_dirt("marketing/consents/2023-2025.csv.gz", """
        is_granted | | missing value | channel=fax"""),
    *_dirt("loyalty/coupons/2023-2025.csv", f"""
        issued_at | {IMPOSSIBLE} | no such day | coupon_id=CP-X0001"""),
    *_dirt("staff/trainings/2023-2025.csv", """
        hours | -2 | below min 0 | training_id=TR99"""),
    *_dirt("product/usage_events/2024.jsonl.gz", f"""
        event_name | | missing value | usage_event_id=UE900001
        occurred_at | {IMPOSSIBLE} | no such day | usage_event_id=UE900002"""),
)  # fmt: skip


def _stained(dirt: Dirt, file: SeedFile, row: Row) -> Row | RawLine:
    copy: Row = {**row, **dict(dirt.fresh)}
    if dirt.column == TOO_FEW:
        return RawLine(as_line(texts(copy, file.columns)[:-2]))
    if dirt.column == TOO_MANY:
        return RawLine(as_line([*texts(copy, file.columns), "surplus"]))
    return {**copy, dirt.column: dirt.value}


def spoil(files: list[SeedFile]) -> list[Stain]:
    """Put every bad row into its file, just behind the good row that it copies."""
    by_path = {file.path: file for file in files}
    stains: list[Stain] = []
    for number, dirt in enumerate(DIRT):
        file = by_path[dirt.path]
        bad = {id(stain.row) for stain in stains}
        good = [place for place, row in enumerate(file.rows) if id(row) not in bad]
        place = good[int(stream("dirt", number).random() * len(good))]
        row = _stained(dirt, file, file.rows[place])
        file.rows.insert(place + 1, row)
        stains.append(Stain(dirt, file, row))
    return stains


def row_number(file: SeedFile, row: Row | RawLine) -> int:
    """Return the place of a row among the data rows of its file, from 1."""
    return next(place for place, other in enumerate(file.rows, 1) if other is row)
