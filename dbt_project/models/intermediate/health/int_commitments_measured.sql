-- What bound customers on each score date: points, money paid in advance, days left of their contract.
-- One row per customer id and score date on which there is any.
with

balances_dated as (

    select * from {{ ref('int_balances_dated') }}

),

contracts_dated as (

    select * from {{ ref('int_contracts_dated') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

commitments as (

    select
        balances_dated.customer_id,
        score_dates_listed.score_date,
        case when balances_dated.balance_type = 'points' then balances_dated.balance end as points_balance,
        case when balances_dated.balance_type = 'prepaid' then balances_dated.balance end as prepaid_balance,
        cast(null as integer) as contract_days_left
    from balances_dated
    inner join score_dates_listed
        on
            balances_dated.booked_date <= score_dates_listed.score_date
            and coalesce(balances_dated.next_booked_date > score_dates_listed.score_date, true)
    union all
    select
        contracts_dated.customer_id,
        score_dates_listed.score_date,
        cast(null as decimal(18, 4)),
        cast(null as decimal(18, 4)),
        cast({{ dbt.datediff(
            'score_dates_listed.score_date', 'contracts_dated.ended_date', 'day'
        ) }} as integer)
    from contracts_dated
    inner join score_dates_listed
        on
            contracts_dated.started_date <= score_dates_listed.score_date
            and contracts_dated.ended_date >= score_dates_listed.score_date

),

commitments_measured as (

    select
        customer_id,
        score_date,
        max(points_balance) as points_balance,
        max(prepaid_balance) as prepaid_balance,
        max(contract_days_left) as contract_days_left
    from commitments
    group by customer_id, score_date

)

select * from commitments_measured
