{{ config(meta={"dagster": {"ref": {"name": "rpt_customer_value"}}}) }}
-- P(alive) of the CDNOW fit that Fader, Hardie and Lee published in 2005, after 38.86 weeks.
-- depends_on: {{ ref('rpt_customer_value') }}
with

published as (

    select
        2 as repeats_count,
        30.43 as recency_weeks,
        0.7266 as published_value
    union all
    select
        2,
        5,
        0.1237
    union all
    select
        10,
        38,
        0.9214
    union all
    select
        10,
        20,
        0.0393
    union all
    select
        0,
        0,
        1

),

computed as (

    select
        *,
        {{ alive_probability(
            'repeats_count', 'recency_weeks', '38.86', '0.243', '4.414', '0.793', '2.426'
        ) }} as computed_value
    from published

)

select *
from computed
where abs(computed_value - published_value) > 0.00005
