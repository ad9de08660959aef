{{ config(meta={"dagster": {"ref": {"name": "rpt_collections"}}}) }}
-- What is overdue has one age, and is what is open of what fell due: no more than that, and all once the month is over.
select *
from {{ ref('rpt_collections') }}
where
    overdue_amount != overdue_0_30_amount + overdue_31_60_amount + overdue_61_90_amount + overdue_over_90_amount
    or overdue_amount > due_amount - due_collected_amount
    or (is_mature and overdue_amount != due_amount - due_collected_amount)
