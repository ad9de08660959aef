-- The health of the firms that belong to a firm: the mean of those that have a score, each counted once, and by their
-- revenue.
-- One row per customer id of a parent.
with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

health_scored as (

    select * from {{ ref('int_health_scored') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

children as (

    select distinct
        parents.customer_id as parent_customer_id,
        children.customer_id
    from accounts
    inner join identity_map as children
        on 'account:' || accounts.account_id = children.party_key
    inner join identity_map as parents
        on 'account:' || accounts.parent_account_id = parents.party_key
    where children.customer_id != parents.customer_id

),

children_scored as (

    select
        children.parent_customer_id,
        children.customer_id,
        health_scored.health_score,
        cast(coalesce(customers.orders_amount, 0) as decimal(18, 4)) as orders_amount
    from children
    inner join customers
        on children.customer_id = customers.customer_id
    inner join health_scored
        on children.customer_id = health_scored.customer_id and health_scored.health_score is not null
    inner join score_dates_listed
        on health_scored.score_date = score_dates_listed.score_date and score_dates_listed.is_current

),

health_rolled_up as (

    select
        parent_customer_id as customer_id,
        count(*) as children_count,
        round(cast(sum(cast(health_score as decimal(18, 2))) as double) / count(*), 2) as children_health_score,
        round(
            cast(sum(cast(health_score as decimal(18, 2)) * orders_amount) as double)
            / nullif(cast(sum(orders_amount) as double), 0), 2
        ) as children_health_score_by_revenue
    from children_scored
    group by parent_customer_id

)

select * from health_rolled_up
