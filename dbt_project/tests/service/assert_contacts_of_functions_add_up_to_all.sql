{{ config(meta={"dagster": {"ref": {"name": "rpt_contact_pressure"}}}) }}
-- What the functions did is what was done, as counted anew from the contacts; a longer window holds the shorter
-- one.
with

functions_summed as (

    select
        customer_id,
        sum(contacts_1d_count) as contacts_1d_count,
        sum(contacts_7d_count) as contacts_7d_count,
        sum(contacts_30d_count) as contacts_30d_count,
        sum(unanswered_streak_count) as unanswered_streak_count,
        sum(unanswered_30d_count) as unanswered_30d_count,
        sum(cast(pressure_score as decimal(18, 6))) as pressure
    from {{ ref('rpt_contact_pressure') }}
    where function_code != 'all'
    group by customer_id

),

contacts_counted as (

    select
        contacts.customer_id,
        count(case when contacts.occurred_at > {{ dbt.dateadd('day', -30, 'clocks.as_of') }} then 1 end) as counted_30d
    from {{ ref('fct_contacts') }} as contacts
    cross join {{ ref('int_build_clocks_resolved') }} as clocks
    where contacts.is_counted
    group by contacts.customer_id

),

all_told as (

    select *
    from {{ ref('rpt_contact_pressure') }}
    where function_code = 'all'

)

select
    contacts_counted.customer_id,
    all_told.contacts_30d_count
from contacts_counted
left join all_told
    on contacts_counted.customer_id = all_told.customer_id
left join functions_summed
    on contacts_counted.customer_id = functions_summed.customer_id
where
    all_told.contacts_30d_count is distinct from contacts_counted.counted_30d
    or all_told.contacts_1d_count is distinct from functions_summed.contacts_1d_count
    or all_told.contacts_7d_count is distinct from functions_summed.contacts_7d_count
    or all_told.contacts_30d_count is distinct from functions_summed.contacts_30d_count
    or all_told.unanswered_streak_count is distinct from functions_summed.unanswered_streak_count
    or all_told.unanswered_30d_count is distinct from functions_summed.unanswered_30d_count
    or cast(all_told.pressure_score as decimal(18, 6)) is distinct from functions_summed.pressure
    or all_told.contacts_1d_count > all_told.contacts_7d_count
    or all_told.contacts_7d_count > all_told.contacts_30d_count
    or all_told.unanswered_30d_count > all_told.unanswered_streak_count
