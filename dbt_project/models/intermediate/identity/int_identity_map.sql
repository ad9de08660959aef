-- Whose record or value it is: the oldest party of a component gives the customer its id.
-- One row per node: a party or a value.
with

identity_components as (

    select * from {{ ref('int_identity_components') }}

),

parties_unioned as (

    select * from {{ ref('int_parties_unioned') }}

),

members_ranked as (

    select
        identity_components.component,
        identity_components.node,
        row_number() over (
            partition by identity_components.component
            order by parties_unioned.created_at nulls last, identity_components.node
        ) as age_rank
    from identity_components
    inner join parties_unioned
        on identity_components.node = parties_unioned.party_key

),

identity_map as (

    select
        identity_components.node as party_key,
        {{ surrogate_key(['members_ranked.node']) }} as customer_id,
        members_ranked.node as naming_party_key
    from identity_components
    inner join members_ranked
        on
            identity_components.component = members_ranked.component
            and members_ranked.age_rank = 1

)

select * from identity_map
