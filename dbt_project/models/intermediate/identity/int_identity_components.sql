{{ config(materialized='connected_components') }}

-- Which records belong together, transitively: what can be reached by ties is one component.
-- One row per node: a party or a value.
with

identity_edges_paired as (

    select * from {{ ref('int_identity_edges_paired') }}

),

identity_components as (

    select
        left_node,
        right_node
    from identity_edges_paired

)

select * from identity_components
