-- Each contract whose end falls due for renewal: whether it was renewed, for how much, and how it was worked on.
-- One row per contract id.
with

renewals_matched as (

    select * from {{ ref('int_renewals_matched') }}

),

renewal_contacts_found as (

    select * from {{ ref('int_renewal_contacts_found') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

renewals_judged as (

    select
        matched.*,
        contacts.first_contacted_at,
        contacts.last_function_code,
        contacts.owner_id,
        coalesce(contacts.has_task, false) as has_task,
        thresholds.threshold_value as contact_days,
        case
            when matched.successor_contract_id is not null then 'renewed'
            when build_clocks_resolved.as_of >= {{ dbt.dateadd('day', 1, 'matched.grace_end_date') }} then 'lost'
            else 'open'
        end as renewal_status,
        {{ dbt.datediff('cast(contacts.first_contacted_at as date)', 'matched.ended_date', 'day') }}
            as first_contact_days_before_due
    from renewals_matched as matched
    cross join build_clocks_resolved
    inner join thresholds
        on thresholds.threshold_id = 'renewal_contact_days'
    left join renewal_contacts_found as contacts
        on matched.contract_id = contacts.contract_id

),

renewals as (

    select
        -- ids
        contract_id,
        customer_id,
        successor_contract_id,
        owner_id,

        -- strings
        renewal_status,
        last_function_code,

        -- numerics
        due_amount,
        cast(case when renewal_status != 'open' then coalesce(renewed_amount, 0) end as decimal(18, 4))
            as renewed_amount,
        cast(
            case when renewal_status != 'open' then least(coalesce(renewed_amount, 0), due_amount) end as decimal(18, 4)
        ) as gross_renewed_amount,
        cast(first_contact_days_before_due as integer) as first_contact_days_before_due,

        -- booleans
        is_renewed_automatically,
        owner_id is not null as has_owner,
        has_task,
        coalesce(first_contact_days_before_due >= contact_days, false) as is_contacted_in_time,
        owner_id is not null
        and has_task
        and coalesce(first_contact_days_before_due >= contact_days, false) as is_worked_systematically,

        -- dates
        ended_date as due_date,
        successor_started_date as renewed_date
    from renewals_judged

)

select * from renewals
