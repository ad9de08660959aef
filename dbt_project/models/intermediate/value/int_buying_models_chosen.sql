-- The model of buying that each group of customers is judged by: its own, or where it has too few repeat customers
-- that of all. All parameters are NULL where nothing could be fitted.
-- One row per customer group.
with

buying_models as (

    select * from {{ source('fitted', 'buying_models') }}

),

customer_groups as (

    select 'all' as customer_group
    union all
    select 'firm'
    union all
    select 'person'

),

buying_models_chosen as (

    select
        customer_groups.customer_group,
        {% for parameter in [
            'purchase_r', 'purchase_alpha', 'dropout_a', 'dropout_b', 'spending_p', 'spending_q', 'spending_gamma'
        ] -%}
            case
                when own.purchase_r is not null and own.spending_p is not null then own.{{ parameter }}
                else pooled.{{ parameter }}
            end as {{ parameter }},
        {% endfor -%}
        case
            when own.purchase_r is not null and own.spending_p is not null then own.customer_group
            else 'all'
        end as fitted_group
    from customer_groups
    left join buying_models as own
        on customer_groups.customer_group = own.customer_group
    left join buying_models as pooled
        on pooled.customer_group = 'all'

)

select * from buying_models_chosen
