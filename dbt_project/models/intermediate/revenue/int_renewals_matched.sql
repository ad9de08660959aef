-- Each contract that ends, with the one that renews it: of the same customer, beginning around the end, and for both
-- the nearest one. What it renews is counted over as many days as the ending contract had.
-- One row per contract id.
with

contracts_valued as (

    select * from {{ ref('int_contracts_valued') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

limits as (

    select
        max(case when threshold_id = 'renewal_early_days' then cast(threshold_value as integer) end) as early_days,
        max(case when threshold_id = 'renewal_grace_days' then cast(threshold_value as integer) end) as grace_days
    from thresholds

),

dues as (

    select
        contracts_valued.*,
        limits.early_days,
        limits.grace_days,
        cast({{ dbt.dateadd('day', '-limits.early_days', 'contracts_valued.ended_date') }} as date)
            as window_start_date,
        cast({{ dbt.dateadd('day', 'limits.grace_days', 'contracts_valued.ended_date') }} as date) as grace_end_date
    from contracts_valued
    cross join limits

),

pairs as (

    select
        dues.contract_id,
        successors.contract_id as successor_contract_id,
        successors.started_date as successor_started_date,
        cast(
            successors.contract_amount * dues.days_count / cast(successors.days_count as double) as decimal(18, 4)
        ) as renewed_amount,
        row_number() over (
            partition by dues.contract_id
            order by
                abs({{ dbt.datediff('dues.ended_date', 'successors.started_date', 'day') }}) asc,
                successors.started_date asc,
                successors.contract_id asc
        ) as successor_rank,
        row_number() over (
            partition by successors.contract_id
            order by
                abs({{ dbt.datediff('dues.ended_date', 'successors.started_date', 'day') }}) asc,
                dues.ended_date asc,
                dues.contract_id asc
        ) as due_rank
    from dues
    inner join contracts_valued as successors
        on
            dues.customer_id = successors.customer_id
            and dues.contract_id != successors.contract_id
            and dues.started_date < successors.started_date
            and successors.started_date between dues.window_start_date and dues.grace_end_date

),

renewals_matched as (

    select
        dues.contract_id,
        dues.customer_id,
        dues.is_renewed_automatically,
        dues.started_date,
        dues.ended_date,
        dues.window_start_date,
        dues.grace_end_date,
        dues.contract_amount as due_amount,
        pairs.successor_contract_id,
        pairs.successor_started_date,
        pairs.renewed_amount
    from dues
    left join pairs
        on dues.contract_id = pairs.contract_id and pairs.successor_rank = 1 and pairs.due_rank = 1

)

select * from renewals_matched
