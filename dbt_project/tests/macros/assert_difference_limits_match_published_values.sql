{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Newcombe 1998 prints the first limits of a difference by his method 10, to four digits; 120 of 4,000 against 20 of
-- 1,000 is half as much again and may be nothing. Without a rest there is no limit.
-- depends_on: {{ ref('rpt_funnel_conversion') }}
with

published as (

    select
        56 as x,
        70 as n,
        48 as y,
        80 as m,
        0.052431 as lower_limit,
        0.333873 as upper_limit
    union all
    select
        9,
        10,
        3,
        10,
        0.170523,
        0.809018
    union all
    select
        0,
        10,
        0,
        10,
        -0.277533,
        0.277533
    union all
    select
        120,
        4000,
        20,
        1000,
        -0.001740,
        0.019074
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
        {{ difference_limit('x', 'n', 'y', 'm', 1) }} as upper_computed,
        {{ difference_limit('x', 'n', 'y', 'm', -1, z='1.644853626951473') }} as lower_at_90_percent
    from published

)

select *
from computed
where
    coalesce(abs(lower_limit - lower_computed), 0) > 1e-6
    or coalesce(abs(upper_limit - upper_computed), 0) > 1e-6
    or (m = 0) != (lower_computed is null)
    or (m = 0) != (upper_computed is null)
    or lower_at_90_percent < lower_computed
    or (m = 0) != (lower_at_90_percent is null)
