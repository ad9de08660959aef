-- Who is judged for win-back: who stands at as_of in a stage of the dictionary's `winback_stages`, and since when.
-- One row per customer id.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

winback_stages as (

    select * from {{ ref('winback_stages') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

winback_customers_found as (

    select
        stage_intervals.customer_id,
        stage_intervals.stage as lifecycle_stage,
        stage_intervals.valid_from_at as stage_entered_at,
        build_clocks_resolved.as_of
    from stage_intervals
    inner join winback_stages
        on stage_intervals.stage = winback_stages.stage
    cross join build_clocks_resolved
    where
        stage_intervals.lifecycle_id = 'customer'
        and stage_intervals.is_current

)

select * from winback_customers_found
