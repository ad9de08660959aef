{{ config(meta={"dagster": {"ref": {"name": "rpt_rfm"}}}) }}
-- Every buyer has scores by each scheme that is told, and the money adds up; the five parts of a value differ by one at
-- most; and who is better by a value never has the lower score.
with

buyers as (

    select count(distinct customer_id) as customers_count
    from {{ ref('fct_orders') }}
    where is_qualifying and customer_id is not null

),

schemes as (

    select
        rfm_scheme,
        count(*) as customers_count
    from {{ ref('rpt_rfm') }}
    group by rfm_scheme

),

parts as (

    {% for value in ['recency', 'frequency', 'monetary'] %}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ value }}' as value_name,
            rfm_scheme,
            {{ value }}_score as score,
            count(*) as customers_count,
            min({{ {'recency': '-recency_days', 'frequency': 'orders_count', 'monetary': 'orders_amount'}[value] }})
                as least_value,
            max({{ {'recency': '-recency_days', 'frequency': 'orders_count', 'monetary': 'orders_amount'}[value] }})
                as most_value
        from {{ ref('rpt_rfm') }}
        group by rfm_scheme, {{ value }}_score
    {% endfor %}

),

parts_with_next as (

    select
        *,
        lead(least_value) over (
            partition by value_name, rfm_scheme
            order by score
        ) as next_least_value,
        max(customers_count) over (partition by value_name, rfm_scheme)
        - min(customers_count) over (partition by value_name, rfm_scheme) as size_difference
    from parts

)

select
    schemes.rfm_scheme,
    'buyers' as identity_name
from schemes
cross join buyers
where schemes.customers_count != buyers.customers_count
union all
select
    rfm_scheme,
    value_name
from parts_with_next
where
    most_value > next_least_value
    or (rfm_scheme = 'quintiles' and size_difference > 1)
    or (rfm_scheme = 'terciles' and most_value = next_least_value)
