-- Of what falls due for renewal in a month, how much is renewed, how it was worked on, and what is to be expected.
-- One row per breakdown, its value and due month.
with

renewals as (

    select * from {{ ref('rpt_renewals') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

renewals_by_breakdown as (

    {% for breakdown, value in [
        ('all', "'all'"),
        ('is_renewed_automatically', 'renewals.is_renewed_automatically'),
        ('is_b2b', 'customers.is_b2b'),
    ] %}
        {% if not loop.first %} union all {% endif %}
        select
            renewals.*,
            '{{ breakdown }}' as breakdown,
            coalesce(cast({{ value }} as {{ dbt.type_string() }}), 'unknown') as breakdown_value
        from renewals
        inner join customers
            on renewals.customer_id = customers.customer_id
    {% endfor %}

),

{# How likely an open one is renewed is told by all of its kind that are decided, whenever they fell due. #}
decided as (

    select
        breakdown,
        breakdown_value,
        count(*) as decided_count,
        count(case when renewal_status = 'renewed' then 1 end) as decided_renewed_count
    from renewals_by_breakdown
    where renewal_status != 'open'
    group by breakdown, breakdown_value

),

months as (

    select
        breakdown,
        breakdown_value,
        cast({{ dbt.date_trunc('month', 'due_date') }} as date) as due_month_start_date,
        count(*) as due_count,
        {% for status in ['renewed', 'lost', 'open'] -%}
            count(case when renewal_status = '{{ status }}' then 1 end) as {{ status }}_count,
        {% endfor -%}
        {% for flag in ['has_owner', 'has_task', 'is_contacted_in_time', 'is_worked_systematically'] -%}
            count(case when {{ flag }} then 1 end) as {{ flag }}_count,
        {% endfor -%}
        sum(due_amount) as due_amount,
        sum(case when renewal_status = 'open' then due_amount else 0 end) as open_amount,
        coalesce(sum(renewed_amount), 0) as renewed_amount,
        coalesce(sum(gross_renewed_amount), 0) as gross_renewed_amount
    from renewals_by_breakdown
    group by breakdown, breakdown_value, cast({{ dbt.date_trunc('month', 'due_date') }} as date)

),

months_with_chance as (

    select
        months.*,
        months.open_count = 0 as is_mature,
        decided.decided_count,
        decided.decided_renewed_count / cast(decided.decided_count as double) as renewal_chance,
        {{ wilson_limit('decided.decided_renewed_count', 'decided.decided_count', -1) }} as renewal_chance_lower,
        {{ wilson_limit('decided.decided_renewed_count', 'decided.decided_count', 1) }} as renewal_chance_upper
    from months
    left join decided
        on months.breakdown = decided.breakdown and months.breakdown_value = decided.breakdown_value

),

renewal_rates as (

    select
        -- strings
        breakdown,
        breakdown_value,

        -- numerics
        cast(due_count as bigint) as due_count,
        cast(renewed_count as bigint) as renewed_count,
        cast(lost_count as bigint) as lost_count,
        cast(open_count as bigint) as open_count,
        case when is_mature then renewed_count / cast(due_count as double) end as renewal_rate,
        case when is_mature then {{ wilson_limit('renewed_count', 'due_count', -1) }} end as renewal_rate_lower,
        case when is_mature then {{ wilson_limit('renewed_count', 'due_count', 1) }} end as renewal_rate_upper,
        cast(due_amount as decimal(18, 4)) as due_amount,
        cast(renewed_amount as decimal(18, 4)) as renewed_amount,
        cast(gross_renewed_amount as decimal(18, 4)) as gross_renewed_amount,
        case when is_mature then gross_renewed_amount / cast(nullif(due_amount, 0) as double) end
            as gross_renewal_rate,
        case when is_mature then renewed_amount / cast(nullif(due_amount, 0) as double) end as net_renewal_rate,
        renewed_amount + open_amount * renewal_chance as forecast_amount,
        renewed_amount + open_amount * renewal_chance_lower as forecast_amount_lower,
        renewed_amount + open_amount * renewal_chance_upper as forecast_amount_upper,
        case when is_mature then has_owner_count / cast(due_count as double) end as has_owner_share,
        case when is_mature then has_task_count / cast(due_count as double) end as has_task_share,
        case when is_mature then is_contacted_in_time_count / cast(due_count as double) end
            as is_contacted_in_time_share,
        case when is_mature then is_worked_systematically_count / cast(due_count as double) end
            as is_worked_systematically_share,

        -- booleans
        is_mature,

        -- dates
        due_month_start_date
    from months_with_chance

)

select * from renewal_rates
