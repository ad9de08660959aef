-- The movements of a month, summed, in total and by segment.
-- One row per revenue model, breakdown, its value and month.
with

revenue_movements as (

    select * from {{ ref('rpt_revenue_movements') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

movements_by_breakdown as (

    {% for breakdown, value in [
        ('all', "'all'"),
        ('acquisition_channel', "coalesce(customers.acquisition_channel, 'unknown')"),
        ('is_b2b', "coalesce(cast(customers.is_b2b as " ~ dbt.type_string() ~ "), 'unknown')"),
    ] %}
        {% if not loop.first %} union all {% endif %}
        select
            revenue_movements.*,
            '{{ breakdown }}' as breakdown,
            {{ value }} as breakdown_value
        from revenue_movements
        inner join customers
            on revenue_movements.customer_id = customers.customer_id
    {% endfor %}

),

revenue_flows_summed as (

    select
        revenue_model,
        breakdown,
        breakdown_value,
        month_start_date,
        sum(new_amount) as new_amount,
        sum(reactivation_amount) as reactivation_amount,
        sum(upsell_amount) as upsell_amount,
        sum(cross_sell_amount) as cross_sell_amount,
        sum(contraction_amount) as contraction_amount,
        sum(churned_amount) as churned_amount
    from movements_by_breakdown
    group by revenue_model, breakdown, breakdown_value, month_start_date

)

select * from revenue_flows_summed
