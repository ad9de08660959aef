"""Which file each row goes into."""

from collections.abc import Iterable

from .chance import some, stream
from .company import Company
from .writing import Row, SeedFile, as_text

WHOLE = "2023-2025"
LATE_ORDERS = 25
BROKEN_ROWS = 4
YEARS = ("2023", "2024", "2025")
BY_YEAR = {
    "crm.leads": ("created_at", "csv"),
    "crm.contacts": ("created_at", "csv"),
    "crm.activities": ("occurred_at", "csv.gz"),
    "orders.orders": ("ordered_at", "csv"),
    "product.usage_events": ("occurred_at", "jsonl.gz"),
    "support.tickets": ("created_at", "csv"),
    "support.article_views": ("viewed_at", "csv"),
}
LARGE = ("orders.orders/2025",)
ENDINGS = {
    "orders.deliveries": "parquet",
    **dict.fromkeys(
        (
            "crm.lead_history", "crm.deal_history", "orders.order_lines", "orders.payments",
            "loyalty.point_movements",
            "marketing.ad_spend", "marketing.messages", "support.ticket_events", "support.ticket_comments",
            "orders.invoices", "marketing.consents", "support.survey_answers", "crm.deals",
        ),
        "csv.gz",
    ),
}  # fmt: skip
IN_ORDER_OF = {
    "crm.leads": "created_at", "crm.lead_history": "changed_at", "crm.deal_history": "changed_at",
    "crm.contract_history": "changed_at", "loyalty.point_movements": "occurred_at",
    "loyalty.coupons": "issued_at",
    "loyalty.prepaid_movements": "occurred_at", "marketing.consents": "valid_from_at",
    "orders.subscription_events": "occurred_at", "support.ticket_events": "occurred_at",
    "support.ticket_comments": "occurred_at", "staff.staff_events": "occurred_at",
    "partners.partner_history": "changed_at",
}  # fmt: skip


def _file(table: str, name: str, rows: Iterable[Row]) -> SeedFile:
    kept = list(rows)
    return SeedFile(f"{table.replace('.', '/')}/{name}", tuple(kept[0]), kept)


def _year(row: Row, column: str) -> str:
    return as_text(row[column])[:4]


def _sessions(rows: list[Row]) -> list[SeedFile]:
    old = [{name: value for name, value in row.items() if name != "device"} for row in rows]
    early = [row for row in old if _year(row, "started_at") < YEARS[-1]]
    late = [row for row in rows if _year(row, "started_at") == YEARS[-1]]
    return [
        _file("marketing.sessions", "2023-2024.csv.gz", early),
        _file("marketing.sessions", "2025.csv.gz", late),
    ]


def _table_files(table: str, rows: list[Row]) -> list[SeedFile]:
    if table == "marketing.sessions":
        return _sessions(rows)
    if table in IN_ORDER_OF:
        rows.sort(key=lambda row: as_text(row[IN_ORDER_OF[table]]))
    if table not in BY_YEAR:
        return [_file(table, f"{WHOLE}.{ENDINGS.get(table, 'csv')}", rows)]
    column, ending = BY_YEAR[table]
    files = []
    for year in YEARS:
        name = f"{year}.{ending}" + (".gz" if f"{table}/{year}" in LARGE else "")
        files.append(_file(table, name, [row for row in rows if _year(row, column) == year]))
    return files


def _late_orders(company: Company, files: list[SeedFile]) -> SeedFile:
    plain = [
        one.order_id
        for one in company.orders
        if one.purchase.kind == "shop" and one.person and not one.person.marks and one.purchase.at.year > int(YEARS[0])
    ]
    late = set(some(stream("late"), plain[: len(plain) * 4 // 5], LATE_ORDERS))
    moved: list[Row] = []
    for file in files:
        if file.table == "orders.orders":
            moved += [row for row in file.rows if row["order_id"] in late]
            file.rows = [row for row in file.rows if row["order_id"] not in late]
    return _file("orders.orders", "2025_late.csv", moved)


def _broken_payments(company: Company) -> SeedFile:
    rows = [
        {name: value for name, value in row.items() if name != "paid_at"} | {"payment_id": f"PY9{place:05d}"}
        for place, row in enumerate(company.tables.rows["orders.payments"][-BROKEN_ROWS:])
    ]
    file = _file("orders.payments", "2025_broken_export.csv", rows)
    file.is_refused = True
    return file


def lay_out(company: Company) -> list[SeedFile]:
    """Return all files, clean rows only, in the order of their paths."""
    files: list[SeedFile] = []
    for table, rows in company.tables.rows.items():
        files += _table_files(table, rows)
    files.append(_late_orders(company, files))
    files.append(_broken_payments(company))
    files.append(_file("crm.contacts", "2025_updates.csv", company.newer_contacts))
    by_path = {file.path: file for file in files}
    by_path["support/tickets/2024.csv"].has_bom = True
    views = by_path["support/article_views/2024.csv"]
    files.append(SeedFile("support/article_views/2024_copy.csv", views.columns, views.rows, is_copy=True))
    return sorted(files, key=lambda file: file.path)
