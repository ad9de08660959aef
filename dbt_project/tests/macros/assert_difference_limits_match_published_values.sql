{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Newcombe 1998 prints these limits of a difference by his method 10; without a rest there is none.
-- depends_on: {{ ref('rpt_funnel_conversion') }}
with

published as (

    select
        56 as x,
        70 as n,
        48 as y,
        80 as m,
        0.0524 as lower_limit,
        0.3339 as upper_limit
    union all
    select
        9,
        10,
        3,
        10,
        0.1705,
        0.8090
    union all
    select
        9,
        10,
        0,
        0,
        null,
        null

),

computed as (

    select
        *,
        {{ difference_limit('x', 'n', 'y', 'm', -1) }} as lower_computed,
        {{ difference_limit('x', 'n', 'y', 'm', 1) }} as upper_computed
    from published

)

select *
from computed
where
    coalesce(abs(lower_limit - lower_computed), 0) > 5e-5
    or coalesce(abs(upper_limit - upper_computed), 0) > 5e-5
    or (m = 0) != (lower_computed is null)
    or (m = 0) != (upper_computed is null)
