{# The stage engine's loop: what becomes of an entity's state, instant after instant. A state is one integer: the second
   of its entry, counted from 1900, times 16, plus the stage's number; 0 is outside. An instant brings a transition map
   (four bits a stage), the stages from which it moves at all (a bit each), and how many seconds after the entry it still
   acts. #}

{# An entity's instants of one block, in their order: an array of structs, of the columns of these names. #}
{% macro gather_instants(order_by) -%}
    {{ adapter.dispatch('gather_instants')(order_by) }}
{%- endmacro %}

{% macro duckdb__gather_instants(order_by) -%}
    list_sort(list({
        'instant_number': {{ order_by }},
        'occurred_at': occurred_at,
        'stated_record_id': stated_record_id,
        'bundle': bundle,
        'occurred_at_second': occurred_at_second,
        'transition_map': transition_map,
        'moving_starts': moving_starts,
        'within_seconds': coalesce(within_seconds_of_entry, 9000000000)
    }))
{%- endmacro %}

{% macro spark__gather_instants(order_by) -%}
    array_sort(collect_list(struct(
        {{ order_by }} as instant_number,
        occurred_at,
        stated_record_id,
        bundle,
        occurred_at_second,
        transition_map,
        moving_starts,
        coalesce(within_seconds_of_entry, 9000000000) as within_seconds
    )))
{%- endmacro %}

{# The state at the start of each block of an entity, in order, and at the end of the last one. #}
{% macro fold_blocks(instants, order_by) -%}
    {{ adapter.dispatch('fold_blocks')(instants, order_by) }}
{%- endmacro %}

{# DuckDB folds a list into a value of its elements' type: states and steps are lists of integers alike. #}
{% macro duckdb__fold_blocks(instants, order_by) -%}
    list_reduce(
        list({{ steps_on_duckdb(instants) }} order by {{ order_by }}),
        (states, steps) -> [list_append(
            states[1],
            list_reduce(steps, (state, step) -> [{{ next_state_on_duckdb('state[1]', 'step') }}], [states[1][-1]])[1]
        )],
        [[cast(0 as bigint)]]
    )[1]
{%- endmacro %}

{% macro spark__fold_blocks(instants, order_by) -%}
    aggregate(
        array_sort(collect_list(struct({{ order_by }} as place, {{ instants }} as steps))),
        array(cast(0 as bigint)),
        (states, block) -> concat(states, array(
            aggregate(block.steps, element_at(states, -1), (state, step) -> {{ next_state_on_spark('state', 'step') }})
        ))
    )
{%- endmacro %}

{# Each instant of a block with the stage in which it finds the entity, and for how many seconds it has been there. #}
{% macro fold_instants(instants, start) -%}
    {{ adapter.dispatch('fold_instants')(instants, start) }}
{%- endmacro %}

{% macro duckdb__fold_instants(instants, start) -%}
    list_transform(
        list_zip(
            {{ instants }},
            list_reduce(
                {{ steps_on_duckdb(instants) }},
                (states, step) -> list_append(states, {{ next_state_on_duckdb('states[-1]', 'step') }}),
                [{{ start }}]
            )[:-2]
        ),
        pair -> {
            'instant_number': pair[1].instant_number,
            'occurred_at': pair[1].occurred_at,
            'stated_record_id': pair[1].stated_record_id,
            'bundle': pair[1].bundle,
            'stage_number': pair[2] & 15,
            'seconds_since_entry': pair[1].occurred_at_second - (pair[2] >> 4)
        }
    )
{%- endmacro %}

{% macro spark__fold_instants(instants, start) -%}
    zip_with(
        {{ instants }},
        slice(
            aggregate(
                {{ instants }},
                array({{ start }}),
                (states, step) -> concat(states, array({{ next_state_on_spark('element_at(states, -1)', 'step') }}))
            ),
            1,
            size({{ instants }})
        ),
        (step, state) -> struct(
            step.instant_number,
            step.occurred_at,
            step.stated_record_id,
            step.bundle,
            state & 15 as stage_number,
            step.occurred_at_second - shiftright(state, 4) as seconds_since_entry
        )
    )
{%- endmacro %}

{% macro steps_on_duckdb(instants) -%}
    list_transform(
        {{ instants }},
        instant -> [
            instant.occurred_at_second, instant.transition_map, instant.moving_starts, instant.within_seconds
        ]
    )
{%- endmacro %}

{% macro next_state_on_duckdb(state, step) -%}
    case
        when
            ({{ step }}[3] >> ({{ state }} & 15)) & 1 = 1
            and {{ step }}[1] - ({{ state }} >> 4) <= {{ step }}[4]
            then ({{ step }}[1] << 4) | (({{ step }}[2] >> (4 * ({{ state }} & 15))) & 15)
        else {{ state }}
    end
{%- endmacro %}

{% macro next_state_on_spark(state, step) -%}
    case
        when
            shiftright({{ step }}.moving_starts, cast({{ state }} & 15 as int)) & 1 = 1
            and {{ step }}.occurred_at_second - shiftright({{ state }}, 4) <= {{ step }}.within_seconds
            then shiftleft({{ step }}.occurred_at_second, 4)
                | (shiftright({{ step }}.transition_map, cast(4 * ({{ state }} & 15) as int)) & 15)
        else {{ state }}
    end
{%- endmacro %}

{# A row for each element of an array; to be used in the list of columns. #}
{% macro unfold(array) -%}
    {{ adapter.dispatch('unfold')(array) }}
{%- endmacro %}

{% macro duckdb__unfold(array) -%}
    unnest({{ array }})
{%- endmacro %}

{% macro spark__unfold(array) -%}
    explode({{ array }})
{%- endmacro %}
