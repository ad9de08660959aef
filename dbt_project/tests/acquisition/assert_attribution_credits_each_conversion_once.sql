{{ config(meta={"dagster": {"ref": {"name": "rpt_attribution"}}}) }}
-- In each model the credits of a month add up to its conversions, and the money to theirs, to the last place.
with

conversions as (

    select
        attribution_conversions.conversion_id,
        customer_events.customer_id,
        coalesce(customer_events.amount, 0) as amount,
        attribution_conversions.event_number as wanted_number,
        row_number() over (
            partition by attribution_conversions.conversion_id, customer_events.customer_id
            order by customer_events.occurred_at, customer_events.event_id
        ) as event_number,
        cast({{ dbt.date_trunc('month', 'customer_events.occurred_at') }} as date) as month_start_date
    from {{ ref('attribution_conversions') }} as attribution_conversions
    inner join {{ ref('fct_customer_events') }} as customer_events
        on attribution_conversions.event_type = customer_events.event_type

),

converted as (

    select
        conversion_id,
        month_start_date,
        count(*) as conversions_count,
        sum(amount) as amount
    from conversions
    where wanted_number is null or (customer_id is not null and event_number = wanted_number)
    group by conversion_id, month_start_date

),

credited as (

    select
        conversion_id,
        attribution_model,
        month_start_date,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount
    from {{ ref('rpt_attribution') }}
    group by conversion_id, attribution_model, month_start_date

),

attribution_models as (

    select distinct attribution_model from credited

),

expected as (

    select
        converted.*,
        attribution_models.attribution_model
    from converted
    cross join attribution_models

)

select
    expected.conversion_id,
    expected.attribution_model,
    expected.month_start_date,
    expected.conversions_count,
    credited.credited_conversions,
    expected.amount,
    credited.credited_amount
from expected
full outer join credited
    on
        expected.conversion_id = credited.conversion_id
        and expected.attribution_model = credited.attribution_model
        and expected.month_start_date = credited.month_start_date
where
    expected.conversion_id is null
    or credited.conversion_id is null
    or abs(credited.credited_conversions - expected.conversions_count) > 0.000000001
    or credited.credited_amount != expected.amount
