{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Newcombe 1998 prints these limits; the ends must stay within 0 and 1, and where there is no rate they are none.
-- depends_on: {{ ref('rpt_funnel_conversion') }}
with

published as (

    select
        56 as numerator,
        70 as denominator,
        0.691834 as lower_limit,
        0.876953 as upper_limit
    union all
    select
        48,
        80,
        0.490455,
        0.700382
    union all
    select
        0,
        10,
        0.0,
        0.277533
    union all
    select
        2030,
        2030,
        0.998111,
        1.0
    union all
    select
        0,
        0,
        null,
        null
    union all
    select
        null,
        80,
        null,
        null

),

quantiles as (

    select
        *,
        {{ normal_quantile('0.975') }} as z
    from published

),

computed as (

    select
        *,
        {{ wilson_limit('numerator', 'denominator', -1) }} as lower_computed,
        {{ wilson_limit('numerator', 'denominator', 1) }} as upper_computed,
        {{ wilson_limit('numerator', 'denominator', -1, z='z') }} as lower_by_quantile,
        {{ wilson_limit('numerator', 'denominator', 1, z='2.575829303548900') }} as upper_at_99_percent
    from quantiles

)

select *
from computed
where
    coalesce(abs(lower_limit - lower_computed), 0) > 1e-6
    or coalesce(abs(upper_limit - upper_computed), 0) > 1e-6
    or (lower_limit is null) != (lower_computed is null)
    or (lower_limit is null) != (upper_computed is null)
    or lower_computed < 0
    or upper_computed > 1
    or abs(lower_by_quantile - lower_computed) > 1e-12
    or (lower_limit is null) != (lower_by_quantile is null)
    or upper_at_99_percent < upper_computed
    or (denominator = 70 and abs(upper_at_99_percent - 0.894555) > 1e-6)
