-- How much contact customers have had up to as_of, by each function and by all together, what of it was answered,
-- and which caps it exceeds.
-- One row per customer id and function code.
with

contact_pressures_summed as (

    select * from {{ ref('int_contact_pressures_summed') }}

),

contact_caps_exceeded as (

    select * from {{ ref('int_contact_caps_exceeded') }}

),

bands as (

    select * from {{ ref('dim_bands') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

{# The highest band is open: a score has no end. #}
pressure_bands as (

    select
        band,
        above_value,
        lead(above_value) over (order by band_order) as next_above_value
    from bands
    where band_set = 'pressure'

),

{# A cap of one function stands in that function's row too; every cap stands in the row of all. #}
caps_told as (

    select
        customer_id,
        'all' as function_code,
        cap_id
    from contact_caps_exceeded
    union all
    select
        customer_id,
        function_code,
        cap_id
    from contact_caps_exceeded
    where function_code is not null

),

caps_listed as (

    select
        customer_id,
        function_code,
        {{ ordered_list('cap_id', 'cap_id') }} as caps_exceeded,
        count(*) as caps_exceeded_count
    from caps_told
    group by customer_id, function_code

),

contact_pressure as (

    select
        -- ids
        pressures.customer_id,
        pressures.function_code,

        -- strings
        pressure_bands.band as pressure_band,
        caps_listed.caps_exceeded,

        -- numerics
        pressures.contacts_1d_count,
        pressures.contacts_7d_count,
        pressures.contacts_30d_count,
        pressures.functions_7d_count,
        pressures.functions_30d_count,
        pressures.collisions_30d_count,
        pressures.unanswered_streak_count,
        pressures.unanswered_30d_count,
        coalesce(caps_listed.caps_exceeded_count, 0) as caps_exceeded_count,
        pressures.pressure_score,

        -- booleans
        pressures.most_unanswered_30d_count >= thresholds.threshold_value as is_harassed,

        -- timestamps
        pressures.last_contacted_at,
        pressures.last_replied_at,
        pressures.as_of
    from contact_pressures_summed as pressures
    inner join thresholds
        on thresholds.threshold_id = 'contact_streak_contacts'
    inner join pressure_bands
        on
            coalesce(pressures.pressure_score > pressure_bands.above_value, true)
            and coalesce(pressures.pressure_score <= pressure_bands.next_above_value, true)
    left join caps_listed
        on
            pressures.customer_id = caps_listed.customer_id
            and pressures.function_code = caps_listed.function_code

)

select * from contact_pressure
