{%- set parameters = [
    'purchase_r', 'purchase_alpha', 'dropout_a', 'dropout_b', 'spending_p', 'spending_q', 'spending_gamma'
] -%}
-- What each buyer is expected to do next: by the models of buying who has come back at least once, by the curve of
-- first returns who has not.
-- One row per customer id with a qualifying order.
with

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

buying_models_chosen as (

    select * from {{ ref('int_buying_models_chosen') }}

),

single_purchases_followed as (

    select * from {{ ref('int_single_purchases_followed') }}

),

{# Of 2F1, in the form of Euler's that settles soonest; see hypergeometric(). Weeks, as the parameters are. #}
arguments as (

    select
        purchase_histories_summed.*,
        models.fitted_group,
        {% for parameter in parameters -%}
            models.{{ parameter }},
        {% endfor -%}
        purchase_histories_summed.recency_days / cast(7 as double) as recency_weeks,
        purchase_histories_summed.age_days / cast(7 as double) as age_weeks,
        models.dropout_a + models.dropout_b - 1 - models.purchase_r as series_a,
        models.dropout_a - 1 as series_b,
        models.dropout_a + models.dropout_b + purchase_histories_summed.repeats_count - 1 as series_c,
        365 / (7 * models.purchase_alpha + purchase_histories_summed.age_days + 365) as series_z
    from purchase_histories_summed
    inner join buying_models_chosen as models
        on purchase_histories_summed.customer_group = models.customer_group

),

{% for first in [80, 60, 40, 20, 0] -%}
    series_from_{{ first }} as (

        select
            *,
            {{ hypergeometric(
                'series_a', 'series_b', 'series_c', 'series_z', first, first + 20,
                1 if loop.first else 'sum_from_' ~ (first + 20)
            ) }} as sum_from_{{ first }}
        from {{ 'arguments' if loop.first else 'series_from_' ~ (first + 20) }}

    ),

{% endfor -%}
by_model as (

    select
        *,
        {{ alive_probability(
            'repeats_count', 'recency_weeks', 'age_weeks', 'purchase_r', 'purchase_alpha', 'dropout_a', 'dropout_b'
        ) }} as alive_probability,
        (spending_gamma + cast(repeats_amount as double)) * spending_p / (spending_p * repeats_count + spending_q - 1)
            as expected_purchase_amount
    from series_from_0

),

purchases_expected as (

    select
        by_model.customer_id,
        by_model.fitted_group,
        case
            when by_model.repeats_count = 0 then 'return_curve'
            when by_model.purchase_r is null then 'not_fitted'
            else 'repeat_model'
        end as value_basis,
        case when by_model.repeats_count > 0 then by_model.alive_probability end as alive_probability,
        {% for horizon, days in {'90d': 90, '365d': 365}.items() -%}
            case
                when by_model.repeats_count = 0
                    then single_purchases_followed.next_purchase_{{ horizon }}_probability
                else by_model.alive_probability * (1 - power(
                    (by_model.purchase_alpha + by_model.age_weeks)
                    / (by_model.purchase_alpha + by_model.age_weeks + {{ days }} / cast(7 as double)),
                    by_model.purchase_r + by_model.repeats_count
                ))
            end as next_purchase_{{ horizon }}_probability,
        {% endfor -%}
        case
            when by_model.repeats_count = 0
                then
                    single_purchases_followed.next_purchase_365d_probability
                    * single_purchases_followed.purchases_of_returner
            else
                by_model.alive_probability * by_model.series_c / nullif(by_model.series_b, 0)
                * (1 - power(1 - by_model.series_z, by_model.series_b) * by_model.sum_from_0)
        end as expected_purchases_365d,
        by_model.expected_purchase_amount
    from by_model
    left join single_purchases_followed
        on
            case when by_model.repeats_count = 0 then by_model.customer_group end
            = single_purchases_followed.customer_group
            and by_model.age_days = single_purchases_followed.silent_days

)

select * from purchases_expected
