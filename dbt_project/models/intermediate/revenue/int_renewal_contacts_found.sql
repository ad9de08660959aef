-- Who worked on each renewal, from the day on which the work may begin to the contract's end or its renewal: the first
-- contact by the company, the function that made the last one, the user who answers for it, whether it was planned.
-- One row per contract id with an event in that time.
with

renewals_matched as (

    select * from {{ ref('int_renewals_matched') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

events_in_window as (

    select
        renewals_matched.contract_id,
        events.event_type,
        events.function_code,
        events.owner_id,
        events.direction,
        events.occurred_at,
        events.event_id,
        activities.play_code,
        events.event_type = 'customer_contacted' and coalesce(events.direction, 'outbound') = 'outbound' as is_contact
    from renewals_matched
    inner join customer_events as events
        on
            renewals_matched.customer_id = events.customer_id
            and renewals_matched.window_start_date <= events.occurred_at
            and {{ dbt.dateadd(
                'day', 1, 'least(renewals_matched.ended_date, coalesce(renewals_matched.successor_started_date, '
                ~ 'renewals_matched.ended_date))'
            ) }} > events.occurred_at
    left join activities
        on case when events.source_table = 'activities' then events.source_record_id end = activities.activity_id

),

events_ranked as (

    select
        *,
        row_number() over (
            partition by contract_id, is_contact
            order by occurred_at desc, event_id desc
        ) as contact_rank_from_end,
        row_number() over (
            partition by contract_id, case when owner_id is null then 0 else 1 end
            order by occurred_at desc, event_id desc
        ) as owner_rank_from_end
    from events_in_window

),

renewal_contacts_found as (

    select
        contract_id,
        min(case when is_contact then occurred_at end) as first_contacted_at,
        max(case when is_contact and contact_rank_from_end = 1 then function_code end) as last_function_code,
        max(case when owner_rank_from_end = 1 then owner_id end) as owner_id,
        count(play_code) > 0 as has_task
    from events_ranked
    group by contract_id

)

select * from renewal_contacts_found
