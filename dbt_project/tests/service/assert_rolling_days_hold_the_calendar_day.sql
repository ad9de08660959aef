{{ config(meta={"dagster": {"ref": {"name": "rpt_contact_pressure"}}}) }}
-- The 24 hours up to as_of hold what there was of its day; a cap on calendar days would see less.
select
    contacts.customer_id,
    contacts.function_code,
    count(*) as contacts_today_count,
    max(pressure.contacts_1d_count) as contacts_1d_count
from {{ ref('fct_contacts') }} as contacts
cross join {{ ref('int_build_clocks_resolved') }} as clocks
left join {{ ref('rpt_contact_pressure') }} as pressure
    on
        contacts.customer_id = pressure.customer_id
        and contacts.function_code = pressure.function_code
where
    contacts.is_counted
    and cast(contacts.occurred_at as date) = cast(clocks.as_of as date)
group by contacts.customer_id, contacts.function_code
having count(*) > coalesce(max(pressure.contacts_1d_count), 0)
