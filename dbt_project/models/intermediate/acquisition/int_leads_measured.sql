-- Each lead: whence it came, whether it fits, and how many minutes passed until sales contacted it.
-- A lead that was not contacted is watched until it is given up, at the longest until as_of. Minutes are rounded up.
-- One row per lead id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

icp_fits_judged as (

    select * from {{ ref('int_icp_fits_judged') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

leads as (

    select
        source_record_id as lead_id,
        customer_id,
        channel,
        direction,
        occurred_at as created_at
    from customer_events
    where event_type = 'lead_created'

),

first_contacts as (

    select
        leads.lead_id,
        min(contacts.occurred_at) as contacted_at
    from leads
    inner join customer_events as contacts
        on
            leads.customer_id = contacts.customer_id
            and leads.created_at <= contacts.occurred_at
    where contacts.event_type = 'customer_contacted' and contacts.function_code = 'sales'
    group by leads.lead_id

),

given_up as (

    select
        leads.lead_id,
        min(ends.occurred_at) as disqualified_at
    from leads
    inner join customer_events as ends
        on
            leads.lead_id = ends.source_record_id
            and leads.created_at <= ends.occurred_at
    where ends.event_type = 'lead_disqualified'
    group by leads.lead_id

),

leads_watched as (

    select
        leads.*,
        coalesce(icp_fits_judged.icp_fit, 'unknown') as icp_fit,
        coalesce(first_contacts.contacted_at <= coalesce(given_up.disqualified_at, build_clocks_resolved.as_of), false)
            as is_contacted,
        least(first_contacts.contacted_at, given_up.disqualified_at, build_clocks_resolved.as_of) as watched_until_at,
        thresholds.threshold_value as minutes_allowed,
        build_clocks_resolved.as_of
    from leads
    cross join build_clocks_resolved
    inner join thresholds
        on thresholds.threshold_id = 'speed_to_lead_minutes'
    left join icp_fits_judged
        on leads.customer_id = icp_fits_judged.customer_id
    left join first_contacts
        on leads.lead_id = first_contacts.lead_id
    left join given_up
        on leads.lead_id = given_up.lead_id

),

leads_with_seconds as (

    select
        *,
        {{ dbt.datediff(
            'created_at', 'watched_until_at', 'second'
        ) }} as watched_seconds,
        {{ dbt.datediff(
            'created_at', 'as_of', 'second'
        ) }} as age_seconds
    from leads_watched

),

leads_measured as (

    select
        lead_id,
        customer_id,
        coalesce(channel, 'unknown') as channel,
        coalesce(direction, 'unknown') as motion,
        icp_fit,
        cast(floor((watched_seconds + 59) / 60) as bigint) as watched_minutes,
        is_contacted,
        age_seconds >= 60 * minutes_allowed as is_contact_due,
        is_contacted and watched_seconds <= 60 * minutes_allowed as is_contacted_in_time,
        cast({{ dbt.date_trunc('month', 'created_at') }} as date) as month_start_date
    from leads_with_seconds

)

select * from leads_measured
