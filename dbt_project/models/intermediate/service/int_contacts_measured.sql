-- Each contact that counts, seen from as_of: in which rolling windows it lies, how much it still presses, whether
-- it was answered since, and whether it collides with the contact before it, of another function. A function that
-- is not told collides with none.
-- One row per contact id.
with

contacts as (

    select * from {{ ref('fct_contacts') }}

),

contact_weights as (

    select * from {{ ref('contact_weights') }}

),

last_replies_found as (

    select * from {{ ref('int_last_replies_found') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

contacts_in_a_row as (

    select
        *,
        lag(function_code) over (
            partition by customer_id, function_code = 'unknown'
            order by occurred_at, contact_id
        ) as previous_function_code,
        lag(occurred_at) over (
            partition by customer_id, function_code = 'unknown'
            order by occurred_at, contact_id
        ) as previous_occurred_at
    from contacts
    where is_counted

),

contacts_measured as (

    select
        contacts_in_a_row.contact_id,
        contacts_in_a_row.customer_id,
        contacts_in_a_row.function_code,
        contacts_in_a_row.channel,
        contacts_in_a_row.occurred_at > {{ dbt.dateadd('day', -1, 'clocks.as_of') }} as is_within_1d,
        contacts_in_a_row.occurred_at > {{ dbt.dateadd('day', -7, 'clocks.as_of') }} as is_within_7d,
        contacts_in_a_row.occurred_at > {{ dbt.dateadd('day', -30, 'clocks.as_of') }} as is_within_30d,
        coalesce(contacts_in_a_row.occurred_at > last_replies_found.last_replied_at, true) as is_unanswered,
        coalesce(
            contacts_in_a_row.function_code != contacts_in_a_row.previous_function_code
            and contacts_in_a_row.occurred_at <= {{ dbt.dateadd(
                'hour', 'cast(collision_hours.threshold_value as integer)', 'contacts_in_a_row.previous_occurred_at'
            ) }},
            false
        ) as is_collision,
        {# A decimal, for the sum of doubles depends on their order. #}
        cast(contact_weights.weight * power(
            cast(0.5 as double),
            {{ dbt.datediff('contacts_in_a_row.occurred_at', 'clocks.as_of', 'second') }}
            / (86400 * half_life_days.threshold_value)
        ) as decimal(18, 6)) as pressure,
        contacts_in_a_row.occurred_at,
        last_replies_found.last_replied_at,
        clocks.as_of
    from contacts_in_a_row
    inner join contact_weights
        on contacts_in_a_row.contact_type = contact_weights.contact_type
    inner join thresholds as half_life_days
        on half_life_days.threshold_id = 'contact_half_life_days'
    inner join thresholds as collision_hours
        on collision_hours.threshold_id = 'contact_collision_hours'
    cross join build_clocks_resolved as clocks
    left join last_replies_found
        on contacts_in_a_row.customer_id = last_replies_found.customer_id

)

select * from contacts_measured
