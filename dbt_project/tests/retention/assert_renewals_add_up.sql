{{ config(meta={"dagster": {"ref": {"name": "rpt_renewals"}}}) }}
-- What fell due is renewed, lost or open; each contract renews one at most; gross is at most net and at most what was
-- due; each breakdown adds up to all.
with

months as (

    select
        breakdown,
        due_month_start_date,
        sum(due_count) as due_count,
        sum(renewed_count + lost_count + open_count) as judged_count,
        sum(due_amount) as due_amount,
        sum(renewed_amount) as renewed_amount,
        sum(gross_renewed_amount) as gross_renewed_amount
    from {{ ref('rpt_renewal_rates') }}
    group by breakdown, due_month_start_date

)

select
    'adds up' as identity_name,
    months.breakdown as identity_key
from months
left join months as totals
    on months.due_month_start_date = totals.due_month_start_date and totals.breakdown = 'all'
where
    months.due_count != months.judged_count
    or months.gross_renewed_amount > least(months.due_amount, months.renewed_amount)
    or months.due_count is distinct from totals.due_count
    or months.renewed_amount is distinct from totals.renewed_amount
union all
select
    'renews one',
    successor_contract_id
from {{ ref('rpt_renewals') }}
where successor_contract_id is not null
group by successor_contract_id
having count(*) > 1
