-- Statements in the order in which they were made, also where a source gives several the same instant.
-- There, one follows the statement of its previous value; what that leaves open, the source's own row order decides.
-- One row per entity type, entity id, instant and number at the instant.
{%- set longest_chain = 6 %}
with

statements_unioned as (

    select * from {{ ref('int_statements_unioned') }}

),

statements_counted as (

    select
        *,
        count(*) over (partition by entity_type, entity_id, occurred_at) as statements_at_instant_count
    from statements_unioned

),

simultaneous_statements as (

    select
        entity_type,
        entity_id,
        nullif(previous_value, stated_value) as followed_value,
        stated_value,
        occurred_at
    from statements_counted
    where statements_at_instant_count > 1

),

statements_chained as (

    select
        link_1.entity_type,
        link_1.entity_id,
        link_1.stated_value,
        link_1.occurred_at,
        max(
            case
                {% for link in range(longest_chain, 1, -1) -%}
                    when link_{{ link }}.stated_value is not null then {{ link - 1 }}
                {% endfor -%}
                else 0
            end
        ) as links_before_count
    from simultaneous_statements as link_1
    {% for link in range(2, longest_chain + 1) -%}
        left join simultaneous_statements as link_{{ link }}
            on
                link_{{ link - 1 }}.entity_type = link_{{ link }}.entity_type
                and link_{{ link - 1 }}.entity_id = link_{{ link }}.entity_id
                and link_{{ link - 1 }}.occurred_at = link_{{ link }}.occurred_at
                and link_{{ link - 1 }}.followed_value = link_{{ link }}.stated_value
    {% endfor -%}
    group by link_1.entity_type, link_1.entity_id, link_1.stated_value, link_1.occurred_at

),

statements_ordered as (

    select
        statements_unioned.*,
        row_number() over (
            partition by
                statements_unioned.entity_type, statements_unioned.entity_id, statements_unioned.occurred_at
            order by
                coalesce(statements_chained.links_before_count, 0),
                statements_unioned.loaded_at,
                statements_unioned.source_row,
                statements_unioned.stated_value
        ) as number_at_instant
    from statements_unioned
    left join statements_chained
        on
            statements_unioned.entity_type = statements_chained.entity_type
            and statements_unioned.entity_id = statements_chained.entity_id
            and statements_unioned.occurred_at = statements_chained.occurred_at
            and statements_unioned.stated_value = statements_chained.stated_value

)

select * from statements_ordered
