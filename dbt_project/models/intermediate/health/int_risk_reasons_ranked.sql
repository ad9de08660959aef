-- What raises each customer's risk above that of the average customer today: how much the features of each reason add
-- to the model's log odds, in words, the largest first; what adds less than 0.1 is no reason.
-- One row per customer id and reason that adds anything.
with

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

risk_features_derived as (

    select * from {{ ref('int_risk_features_derived') }}

),

churn_models_chosen as (

    select * from {{ ref('int_churn_models_chosen') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

customers_today as (

    select
        features.customer_id,
        features.score_date,
        {% for reason, told in risk_reasons().items() -%}
            round(
                0
                {% for feature in told.features -%}
                    + models.{{ feature }}_weight * (features.{{ feature }}_feature - models.{{ feature }}_mean)
                {% endfor -%},
                6
            ) as {{ reason }}_part,
        {% endfor -%}
        models.model_date
    from risk_features_derived as features
    inner join score_dates_listed
        on features.score_date = score_dates_listed.score_date and score_dates_listed.is_current
    inner join churn_models_chosen as models
        on features.score_date = models.score_date

),

reasons as (

    {% for reason, told in risk_reasons().items() -%}
        {% if not loop.first %} union all {% endif %}
        select
            customers_today.customer_id,
            '{{ reason }}' as reason_id,
            customers_today.{{ reason }}_part as log_odds_added,
            {{ told.words }} as reason
        from customers_today
        inner join snapshots_measured
            on
                customers_today.customer_id = snapshots_measured.customer_id
                and customers_today.score_date = snapshots_measured.score_date
    {% endfor %}

),

risk_reasons_ranked as (

    select
        *,
        row_number() over (partition by customer_id order by log_odds_added desc, reason_id asc) as reason_rank
    from reasons
    where log_odds_added >= 0.1

)

select * from risk_reasons_ranked
