{{ config(meta={"dagster": {"ref": {"name": "rpt_contact_pressure"}}}) }}
-- What the report lists is what excludes a customer from being contacted: no more and no less.
with

told as (

    select *
    from {{ ref('rpt_contact_pressure') }}
    where function_code = 'all'

)

select
    told.customer_id,
    told.caps_exceeded,
    caps_counted.caps_exceeded as caps_that_exclude
from {{ ref('int_contact_caps_counted') }} as caps_counted
full outer join told
    on caps_counted.customer_id = told.customer_id
where
    caps_counted.caps_exceeded is distinct from told.caps_exceeded
    or coalesce(caps_counted.caps_exceeded_count, 0) != coalesce(told.caps_exceeded_count, 0)
    or (told.caps_exceeded is null) != (coalesce(told.caps_exceeded_count, 0) = 0)
