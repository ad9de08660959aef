-- Who is churned at as_of, and since when.
-- One row per customer id.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

churned_customers_found as (

    select
        stage_intervals.customer_id,
        stage_intervals.valid_from_at as churned_at,
        build_clocks_resolved.as_of
    from stage_intervals
    cross join build_clocks_resolved
    where
        stage_intervals.lifecycle_id = 'customer'
        and stage_intervals.stage = 'churned'
        and stage_intervals.is_current

)

select * from churned_customers_found
