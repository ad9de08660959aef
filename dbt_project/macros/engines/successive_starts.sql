{# Of spans that may overlap, in order of their starts: the numbers of those that begin after the end of the one kept
   before, as an array. A span ends at an instant, and at that instant after the event of a number; without an end none
   follows it. #}
{% macro successive_starts(started_at, start_number, ended_at, end_number) -%}
    {{ adapter.dispatch('successive_starts')(started_at, start_number, ended_at, end_number) }}
{%- endmacro %}

{# DuckDB folds a list into a value of its elements' type, so each span has a place for what is kept. #}
{% macro duckdb__successive_starts(started_at, start_number, ended_at, end_number) -%}
    list_reduce(
        list(
            {
                'started_at': {{ started_at }},
                'start_number': {{ start_number }},
                'ended_at': coalesce({{ ended_at }}, timestamp '9999-12-31'),
                'end_number': {{ end_number }},
                'kept': [{{ start_number }}]
            } order by {{ start_number }}
        ),
        (last, span) -> case
            when {{ span_follows() }}
                then {
                    'started_at': span.started_at,
                    'start_number': span.start_number,
                    'ended_at': span.ended_at,
                    'end_number': span.end_number,
                    'kept': list_append(last.kept, span.start_number)
                }
            else last
        end
    ).kept
{%- endmacro %}

{% macro spark__successive_starts(started_at, start_number, ended_at, end_number) -%}
    aggregate(
        array_sort(collect_list(struct(
            {{ start_number }} as start_number,
            {{ started_at }} as started_at,
            coalesce({{ ended_at }}, timestamp_ntz '9999-12-31 00:00:00') as ended_at,
            cast({{ end_number }} as bigint) as end_number
        ))),
        named_struct(
            'ended_at', timestamp_ntz '0001-01-01 00:00:00',
            'end_number', cast(0 as bigint),
            'kept', cast(array() as array<bigint>)
        ),
        (last, span) -> case
            when {{ span_follows() }}
                then named_struct(
                    'ended_at', span.ended_at,
                    'end_number', span.end_number,
                    'kept', concat(last.kept, array(cast(span.start_number as bigint)))
                )
            else last
        end,
        last -> last.kept
    )
{%- endmacro %}

{% macro span_follows() -%}
    span.started_at > last.ended_at
    or (span.started_at = last.ended_at and span.start_number > last.end_number)
{%- endmacro %}
