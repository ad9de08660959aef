{{ config(meta={"dagster": {"ref": {"name": "int_identity_map"}}}) }}
-- The components are found round by round; were one round missing, a chain would fall apart into customers.
select
    edges.left_node,
    edges.right_node
from {{ ref('int_identity_edges_paired') }} as edges
left join {{ ref('int_identity_map') }} as lefts
    on edges.left_node = lefts.party_key
left join {{ ref('int_identity_map') }} as rights
    on edges.right_node = rights.party_key
where lefts.customer_id is distinct from rights.customer_id
