"""The functions and macros that models may call: for each, SQL and the value that every engine gives, as text.

`numbers` has a column v with 3, 1 and NULL, and beside them a column t with b, a and NULL.
"""

from time_page import calendar_sql, time_cases

_LAGS = "(select max(w) from (select lag(v) over (order by v) as w from numbers where v is not null) as lags)"
_LEADS = "(select max(w) from (select lead(v) over (order by v) as w from numbers where v is not null) as leads)"
_RANKED = "(select max(v) from (select v, row_number() over (order by v {}) as n from numbers) as ranked where n = 1)"
_PART_RANKED = "(select max(n) from (select row_number() over (partition by t order by v) as n from numbers) as ranked)"

_TIES = "(select v from numbers where v is not null union all select 1) as ties"
_RANKS = f"(select max(r) from (select rank() over (order by v) as r from {_TIES}) as ranked)"
_HASHED = "(select count(distinct h) from (select {{{{ row_hash('rows_') }}}} as h from {} as rows_) as hashes)"
_TWINS = "(select 1 as v union all select 1)"
_TILES = f"(select count(*) from (select ntile(2) over (order by v) as part from {_TIES}) as parts where part = 1)"

# 2F1(1, 1; 2; z) = -ln(1 - z) / z
_HALF = "cast(0.5 as double)"
_TAIL = f"hypergeometric(1, 1, 2, '{_HALF}', 40, 60, 1)"
_SERIES = f"cast({{{{ hypergeometric(1, 1, 2, '{_HALF}', 0, 40, {_TAIL}) }}}} as decimal(9, 6))"

_SECONDS = """{{{{ dbt.datediff("timestamp '{}'", "timestamp '{}'", 'second') }}}}"""

# Three maps of a lifecycle with stages 0, 1, 2: enter (0 to 1), advance (1 to 2), leave (2 to 0).
_ENTER, _ADVANCE, _LEAVE = 0x211, 0x220, 0x010
_FOLDED = """(select {{{{ array_element(fold_transition_maps('map', 'place'), {}) }}}} from (
    select 2 as place, cast({} as bigint) as map union all select 1, {} union all select 3, {}) as maps)"""


def _block(*instants: tuple[int, int, int, str]) -> str:
    """Return a query for one block: second, map, bits of the stages it moves, seconds after an entry while it acts."""
    rows = (
        f"select {n} as n, {n} as occurred_at, '' as stated_record_id, cast({n} as bigint) as bundle, "
        f"cast({second} as bigint) as occurred_at_second, cast({map_} as bigint) as transition_map, "
        f"cast({moving} as bigint) as moving_starts, cast({within} as bigint) as within_seconds_of_entry"
        for n, (second, map_, moving, within) in enumerate(instants, start=1)
    )
    return f"select {{{{ gather_instants('n') }}}} as block from ({' union all '.join(rows)}) as instants"


# Enter at second 10; advance at 19 does not act, for it asks for an entry at most 5 seconds ago; at 20 nobody enters.
_LIFE = _block((10, _ENTER, 1, "null"), (19, _ADVANCE, 2, "5"), (20, _ENTER, 1, "null"))
_END = _block((30, _ADVANCE, 2, "null"))
_PASSED = f"select {{{{ unfold(fold_instants('block', 'cast(0 as bigint)')) }}}} as instant from ({_LIFE}) as lives"
_BLOCKS = f"select 1 as place, block from ({_LIFE}) as life union all select 2, block from ({_END}) as life_end"
_STATE = "(select {{{{ array_element(fold_blocks('block', 'place'), {}) }}}} from ({}) as blocks)"
# The second span begins within the first; the third at the first one's last instant, after the event of its end; the
# fourth after the third has run out, and never ends, so the fifth does not follow.
_SPANS = " union all ".join(
    f"select timestamp '2024-01-0{start} 00:00:00' as started_at, cast({number} as bigint) as start_number, "
    f"{end} as ended_at, cast({end_number} as bigint) as end_number"
    for number, start, end, end_number in (
        (1, 1, "timestamp '2024-01-03 00:00:00'", 2),
        (2, 2, "timestamp '2024-01-04 00:00:00'", 2),
        (3, 3, "timestamp '2024-01-03 00:00:00'", 9000),
        (4, 4, "cast(null as timestamp)", 9000),
        (5, 5, "timestamp '2024-01-09 00:00:00'", 9000),
    )
)
_FOLLOWED = "{{ successive_starts('started_at', 'start_number', 'ended_at', 'end_number') }}"
_FOLDED_SPANS = f"select {_FOLLOWED} as followed from ({_SPANS}) as spans"
_SUCCESSIVE = f"select {{{{ unfold('followed') }}}} as start_number from ({_FOLDED_SPANS}) as folded"
# 2x + y + z = 7, x + 3y = 7, -y + 4z = 10: x = 1, y = 2, z = 3.
_SOLVED = """(select cast(
    {{{{ array_element(solve_linear_system('line', 'constant', 'place'), {}) }}}} as decimal(18, 6)) from (
    select 2 as place, {{{{ dbt.array_construct(['1e0', '3e0', '0e0']) }}}} as line, 7e0 as constant
    union all select 1, {{{{ dbt.array_construct(['2e0', '1e0', '1e0']) }}}}, 7e0
    union all select 3, {{{{ dbt.array_construct(['0e0', '-1e0', '4e0']) }}}}, 10e0) as equations)"""

FUNCTIONS = {
    "abs": [("abs(-3)", "3")],
    "avg": [("(select avg(cast(v as double)) from numbers)", "2.0")],
    "coalesce": [("coalesce(null, 2)", "2")],
    "count": [
        ("(select count(*) from numbers)", "3"),
        ("(select count(v) from numbers)", "2"),
        ("(select count(distinct t) from numbers)", "2"),
    ],
    "dense_rank": [
        ("(select max(r) from (select dense_rank() over (order by v % 2) as r from numbers where v > 0) as n)", "1")
    ],
    "exp": [("cast(exp(0) as double)", "1.0"), ("cast(exp(-0.5) as decimal(18, 12))", "0.606530659713")],
    "extract": [("cast(extract(hour from timestamp '2025-03-01 23:59:59.9') as integer)", "23")],
    "floor": [("cast(floor(2.7) as bigint)", "2"), ("cast(floor(cast(-2.1 as double)) as bigint)", "-3")],
    "greatest": [("greatest(1, 3)", "3"), ("greatest(1, null)", "1")],
    "lag": [(_LAGS, "1")],
    "lead": [(_LEADS, "3")],
    "least": [("least(1, 3)", "1"), ("least(3, null)", "3")],
    "length": [("length('añ李')", "3"), ("length('')", "0")],
    "ln": [("cast(ln(1) as double)", "0.0"), ("cast(ln(0.9) as decimal(18, 12))", "-0.105360515658")],
    "lower": [("lower('ÀbC李')", "àbc李")],
    "max": [("(select max(v) from numbers)", "3"), ("(select max(t) from numbers)", "b")],
    "md5": [("md5('añ')", "62d26ce38a21f4e93a5ad6f043618bc6")],
    "max_by": [("(select max_by(t, v) from numbers)", "b"), ("(select max_by(v, t) from numbers)", "3")],
    "min_by": [("(select min_by(t, v) from numbers)", "a"), ("(select min_by(v, t) from numbers)", "1")],
    "min": [("(select min(v) from numbers)", "1"), ("(select min(t) from numbers)", "a")],
    "ntile": [(_TILES, "2")],
    "nullif": [("nullif(1, 1)", None), ("nullif(2, 1)", "2")],
    "power": [("cast(power(16, 13) as bigint)", "4503599627370496")],
    "rank": [(_RANKS, "3")],
    "replace": [("replace('a|b|c', '|', '')", "abc")],
    "mod": [("mod(7, 3)", "1"), ("mod(6, 3)", "0")],
    "right": [("right('añ李', 2)", "ñ李"), ("right('a', 2)", "a")],
    "round": [
        ("round(cast(2 as double) / 3, 12)", "0.666666666667"),
        ("round(cast(-0.25 as double), 1)", "-0.3"),
        ("round(exp(ln(cast(0.5 as double) / 3) + ln(cast(3 as double))), 12)", "0.5"),
    ],
    "row_number": [
        (_RANKED.format(""), None),
        (_RANKED.format("desc"), "3"),
        (_RANKED.format("nulls last"), "1"),
        (_PART_RANKED, "1"),
    ],
    "sqrt": [("cast(sqrt(6.25) as double)", "2.5")],
    "sum": [
        ("(select sum(v) from numbers)", "4"),
        ("(select cast(sum(cast(v as decimal(18, 4))) as decimal(18, 4)) from numbers)", "4.0000"),
    ],
    "trim": [("trim('  a b ')", "a b")],
}

SYNTAX = {
    "cast": [
        ("cast('12.34' as decimal(18, 4))", "12.3400"),
        ("cast(2.5 as double)", "2.5"),
        ("cast(date '2025-03-01' as timestamp)", "2025-03-01 00:00:00"),
        ("cast(timestamp '2025-03-01 23:59:59.9' as date)", "2025-03-01"),
        ("cast(true as double)", "1.0"),
        ("cast(date '2025-03-01' as string)", "2025-03-01"),
        ("cast(cast(2.25 as decimal(9, 1)) as string)", "2.3"),
        ("cast(cast(1 as bigint) as string)", "1"),
        ("cast(cast(1.23455 as decimal(18, 5)) as decimal(18, 4))", "1.2346"),
    ],
    "decimal": [("cast(2 as decimal(18, 4))", "2.0000")],
    "exists": [("exists (select 1 from numbers)", "true")],
    "||": [("'a' || null", None), ("'lead:' || 'L1'", "lead:L1")],
    "/": [("7 / 2", "3.5"), ("7 / nullif(0, 0)", None)],
    "&": [
        ("cast(6 as bigint) & cast(3 as bigint)", "2"),
        ("cast(12 as bigint) & -cast(12 as bigint)", "4"),
    ],
    "%": [("cast(7 as bigint) % 2", "1")],
    "range": [
        (
            "(select max(w) from (select count(*) over (order by cast(v as double) range between current row and 2 "
            "following) as w from numbers where v is not null) as ahead)",
            "2",
        )
    ],
    "like": [("'|a|b|' like '%|b|%'", "true"), ("null like '%a%'", None)],
    "in": [("2 in (1, null)", None), ("2 not in (1, 3)", "true")],
}

DBT_MACROS = {
    "date_trunc": [
        ("""{{ dbt.date_trunc('month', "timestamp '2025-03-31 23:59:59.999999'") }}""", "2025-03-01 00:00:00"),
        ("""{{ dbt.date_trunc('quarter', "date '2025-06-30'") }}""", "2025-04-01 00:00:00"),
    ],
    "dateadd": [
        ("""{{ dbt.dateadd('day', 90, "timestamp '2025-01-31 10:00:00.000001'") }}""", "2025-05-01 10:00:00.000001"),
        ("""{{ dbt.dateadd('month', 1, "timestamp '2025-01-31 10:00:00.5'") }}""", "2025-02-28 10:00:00.5"),
        ("""{{ dbt.dateadd('month', 1, "date '2024-01-31'") }}""", "2024-02-29 00:00:00"),
        ("""{{ dbt.dateadd('day', 'cast(null as integer)', "timestamp '2025-01-31 10:00:00'") }}""", None),
    ],
    "datediff": [
        ("""{{ dbt.datediff("timestamp '2025-01-01 23:59:59'", "timestamp '2025-01-02 00:00:00'", 'day') }}""", "1"),
        ("""{{ dbt.datediff("timestamp '2025-01-02 00:00:00'", "timestamp '2025-01-01 23:59:59'", 'day') }}""", "-1"),
        ("""{{ dbt.datediff("date '2024-11-30'", "date '2025-02-01'", 'month') }}""", "3"),
        ("""{{ dbt.datediff("date '2025-02-01'", "date '2024-11-30'", 'month') }}""", "-3"),
        (_SECONDS.format("2025-01-01 00:00:00.9", "2025-01-01 00:00:01.1"), "1"),
        (_SECONDS.format("1969-12-31 23:59:59.5", "1970-01-01 00:00:00.5"), "1"),
    ],
    "generate_series": [
        ("(select cast(sum(generated_number) as bigint) from ({{ dbt.generate_series(10) }}) as series)", "55")
    ],
    "safe_cast": [
        ("""{{ dbt.safe_cast("'12.7'", 'double') }}""", "12.7"),
        ("""{{ dbt.safe_cast("' 12 '", 'bigint') }}""", "12"),
        ("""{{ dbt.safe_cast("'twelve'", 'bigint') }}""", None),
        ("""{{ dbt.safe_cast("''", 'decimal(18, 4)') }}""", None),
        ("""{{ dbt.safe_cast("'1.23456'", 'decimal(18, 4)') }}""", "1.2346"),
        ("""{{ dbt.safe_cast("'-1.23455'", 'decimal(18, 4)') }}""", "-1.2346"),
        ("""{{ dbt.safe_cast("'2025-02-29'", 'date') }}""", None),
        ("""{{ dbt.safe_cast("'true'", 'boolean') }}""", "true"),
        ("""{{ dbt.safe_cast("'perhaps'", 'boolean') }}""", None),
    ],
    "type_string": [("cast(12 as {{ dbt.type_string() }})", "12")],
}

PROJECT_MACROS = {
    "alive_probability": [
        ("cast({{ alive_probability(2, 30.43, 38.86, 0.243, 4.414, 0.793, 2.426) }} as decimal(9, 4))", "0.7266"),
        ("{{ alive_probability(0, 0, 38.86, 0.243, 4.414, 0.793, 2.426) }}", "1.0"),
    ],
    "array_element": [("{{ array_element(dbt.array_construct([7, 8, 9]), '1 + 2') }}", "9")],
    "digits_of": [("""{{ digits_of("'+1 (2) 3'") }}""", "123"), ("""{{ digits_of("'none'") }}""", "")],
    "fold_transition_maps": [
        (_FOLDED.format(1, _ADVANCE, _ENTER, _LEAVE), "0"),
        (_FOLDED.format(2, _ADVANCE, _ENTER, _LEAVE), "1"),
        (_FOLDED.format(3, _ADVANCE, _ENTER, _LEAVE), "2"),
        (_FOLDED.format(4, _ADVANCE, _ENTER, _LEAVE), "0"),
        (_FOLDED.format(4, _LEAVE, _ENTER, _ADVANCE), "2"),
    ],
    "fold_blocks": [(_STATE.format(2, _BLOCKS), "161"), (_STATE.format(3, _BLOCKS), "482")],  # 10 * 16 + 1, 30 * 16 + 2
    "fold_instants": [
        (f"(select sum(instant.stage_number) from ({_PASSED}) as passed)", "2"),
        (f"(select sum(instant.seconds_since_entry) from ({_PASSED}) as passed)", "29"),  # 10, 9 and 10
    ],
    "gather_instants": [(f"(select count(*) from ({_PASSED}) as passed)", "3")],
    "unfold": [("(select sum(v) from (select {{ unfold(dbt.array_construct([7, 8])) }} as v) as rows_of_it)", "15")],
    "hash_email": [
        (
            """{{ hash_email("' Ann@Example.COM '") }}""",
            "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476",
        ),
        ("""{{ hash_email("'  '") }}""", None),
    ],
    "hash_phone": [("""{{ hash_phone("'+86 138-0000-1234'") }} = {{ hash_phone("'13800001234'") }}""", "true")],
    "has_plausible_name": [
        ("""{{ has_plausible_name("' 李雷 '") }}""", "true"),
        ("""{{ has_plausible_name("'3M'") }}""", "false"),
        ("""{{ has_plausible_name("'3M'", of_firm=true) }}""", "true"),
        ("""{{ has_plausible_name("' Unknown'") }}""", "false"),
        ("""{{ has_plausible_name("'测试'") }}""", "false"),
        ("""{{ has_plausible_name("'a@b.org'") }}""", "false"),
        ("""{{ has_plausible_name("cast(null as string)") }}""", "false"),
    ],
    "has_well_formed_email": [
        ("""{{ has_well_formed_email("' Ann.Li+1@mail.example.com '") }}""", "true"),
        ("""{{ has_well_formed_email("'ann@example.c'") }}""", "false"),
        ("""{{ has_well_formed_email("'ann@@example.com'") }}""", "false"),
        ("""{{ has_well_formed_email("'@example.com'") }}""", "false"),
        ("""{{ has_well_formed_email("'ann@.com'") }}""", "false"),
        ("""{{ has_well_formed_email("'ann li@example.com'") }}""", "false"),
        ("""{{ has_well_formed_email("'ann@example..com'") }}""", "false"),
        ("""{{ has_well_formed_email("'a@b.org,c@d.org'") }}""", "false"),
        ("""{{ has_well_formed_email("cast(null as string)") }}""", "false"),
    ],
    "has_well_formed_phone": [
        ("""{{ has_well_formed_phone("'+86 (138) 0000-1234'") }}""", "true"),
        ("""{{ has_well_formed_phone("'030/901 820'") }}""", "true"),
        ("""{{ has_well_formed_phone("'138000'") }}""", "false"),
        ("""{{ has_well_formed_phone("'1380000123456789'") }}""", "false"),
        ("""{{ has_well_formed_phone("'00000000000'") }}""", "false"),
        ("""{{ has_well_formed_phone("'12345678'") }}""", "false"),
        ("""{{ has_well_formed_phone("'13800001234 ext 5'") }}""", "false"),
        ("""{{ has_well_formed_phone("'none'") }}""", "false"),
        ("""{{ has_well_formed_phone("cast(null as string)") }}""", "false"),
    ],
    "local_time": [
        ("""{{ local_time("timestamp '2020-05-01 00:30:00.5'", "'US/Pacific'") }}""", "2020-04-30 17:30:00.5"),
        ("""{{ local_time("timestamp '2020-01-01 00:00:00'", "'UTC'") }}""", "2020-01-01 00:00:00"),
        ("""{{ local_time("timestamp '2025-03-30 01:00:00'", "'Europe/Berlin'") }}""", "2025-03-30 03:00:00"),
    ],
    "ordered_array": [
        ("(select {{ array_element(ordered_array('v', 't'), 2) }} from numbers where v is not null)", "3"),
        ("(select {{ array_element(ordered_array('t', '-v'), 2) }} from numbers where v is not null)", "a"),
    ],
    "is_listed": [
        ("""{{ is_listed("'b'", "'a|b'") }}""", "true"),
        ("""{{ is_listed("'a_c'", "'abc|%'") }}""", "false"),
        ("""{{ is_listed("cast(null as string)", "'ab'") }}""", None),
    ],
    "ordered_list": [
        ("(select {{ ordered_list('t', 'v') }} from numbers)", "a,b"),
        ("(select {{ ordered_list('t', '-v') }} from numbers)", "b,a"),
        ("(select {{ ordered_list('t', 'v') }} from numbers where v is null)", None),
    ],
    "read_timestamp": [
        ("""{{ read_timestamp("'2025-03-01 12:00:00.123456'") }}""", "2025-03-01 12:00:00.123456"),
        ("""{{ read_timestamp("'2025-03-01T12:00:00+08:00'") }}""", "2025-03-01 04:00:00"),
        ("""{{ read_timestamp("'2025-03-01T12:00:00Z'") }}""", "2025-03-01 12:00:00"),
        ("""{{ read_timestamp("'2025-03-01'") }}""", "2025-03-01 00:00:00"),
        ("""{{ read_timestamp("'2025-02-29 12:00:00'") }}""", None),
        ("""{{ read_timestamp("'soon'") }}""", None),
    ],
    "in_reporting_currency": [
        ("{{ in_reporting_currency('168469.6', '1') }}", "168469.6000"),
        ("{{ in_reporting_currency('-99999999999999.9999', '0.999999999') }}", "-99999999899999.9999"),
        ("{{ in_reporting_currency('0.0001', '0.5') }}", "0.0001"),
        ("{{ in_reporting_currency('12.3456', 'null') }}", None),
    ],
    "sha256": [
        ("""{{ sha256("'abc'") }}""", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("{{ sha256('cast(null as string)') }}", None),
    ],
    "solve_linear_system": [
        (_SOLVED.format(1), "1.000000"),
        (_SOLVED.format(2), "2.000000"),
        (_SOLVED.format(3), "3.000000"),
    ],
    "successive_starts": [
        (f"(select sum(start_number) from ({_SUCCESSIVE}) as followed)", "8"),  # 1, 3 and 4
        (f"(select count(*) from ({_SUCCESSIVE}) as followed)", "3"),
    ],
    "row_hash": [(_HASHED.format("numbers"), "3"), (_HASHED.format(_TWINS), "1")],
    "spark_literal": [
        ("""{{ spark_literal("a\\\\b's") if target.type == 'spark' else "'a\\\\b''s'" }}""", "a\\b's"),
        ("{{ spark_literal(none) }}", None),
    ],
    "surrogate_key": [
        (
            """{{ surrogate_key(["timestamp '2025-01-01 10:00:00.5'", "date '2025-01-01'", '7', 'true', 'null']) }}""",
            "af0e5ddfdf74f438d74b3a027fd7db2c",
        ),
    ],
    "hypergeometric": [(_SERIES, "1.386294")],
    "wilson_limit": [
        ("cast({{ wilson_limit(48, 80, -1) }} as decimal(18, 6))", "0.490455"),
        ("cast({{ wilson_limit(48, 80, -1, z=normal_quantile('0.975')) }} as decimal(18, 6))", "0.490455"),
        ("{{ wilson_limit('cast(null as int)', 80, 1) }}", None),
    ],
    "difference_limit": [
        ("cast({{ difference_limit(120, 4000, 20, 1000, -1) }} as decimal(18, 6))", "-0.001740"),
        ("cast({{ difference_limit(120, 4000, 20, 1000, 1, z='1.644853626951473') }} as decimal(18, 6))", "0.017733"),
        ("{{ difference_limit(120, 4000, 0, 0, 1) }}", None),
    ],
    "polynomial": [("{{ polynomial('cast(2 as double)', ['1e0', '-3e0', '0.5e0']) }}", "-3.0")],
    "normal_quantile": [
        ("cast({{ normal_quantile('0.975') }} as decimal(18, 12))", "1.959963984540"),
        ("cast({{ normal_quantile('0.001') }} as decimal(18, 12))", "-3.090232306168"),
        ("cast({{ normal_quantile('1e-20') }} as decimal(18, 12))", "-9.262340089798"),
        ("{{ normal_quantile('0') }}", None),
    ],
    "chi_square_p_value": [
        ("cast({{ chi_square_p_value('0.1') }} as decimal(18, 12))", "0.751829634046"),
        ("cast({{ chi_square_p_value('12.5') }} as decimal(18, 12))", "0.000406952017"),
        ("cast(1e10 * {{ chi_square_p_value('40') }} as decimal(18, 6))", "2.539629"),
        ("{{ chi_square_p_value('-1') }}", None),
    ],
    "t_quantile": [
        ("cast({{ t_quantile('1.959963984540054', '10') }} as decimal(18, 6))", "2.228139"),
        ("cast({{ t_quantile('-1.959963984540054', '20000') }} as decimal(18, 6))", "-1.960083"),
        ("{{ t_quantile('1.959963984540054', '2') }}", None),
    ],
    "rounded_text": [
        ("{{ rounded_text('cast(-2 as double) / 3') }}", "-0.667"),
        ("{{ rounded_text('cast(-0.0001 as double)') }}", "0.000"),
        ("{{ rounded_text('cast(null as double)') }}", None),
    ],
    "customers_per_arm": [
        ("{{ customers_per_arm('0.02', '0.03') }}", "3823"),
        ("{{ customers_per_arm('0.02', '0.02') }}", None),
    ],
    "centred_sum": [
        ("{{ centred_sum('20.0000', '6.00', '6.00', 2) }}", "2.0"),
        ("{{ centred_sum('8.00', '2.00', '6.00', 2) }}", "2.0"),
        ("{{ centred_sum('0.03000000', '0.3000', '0.3000', 3) }}", "0.0"),
        ("{{ centred_sum('0.00', '0.00', '0.00', 0) }}", None),
    ],
}

TIME = {"time": [(calendar_sql(case), case.told) for case in time_cases()["Calendar"]]}  # the macros of docs/time.md

CASES = FUNCTIONS | SYNTAX | DBT_MACROS | PROJECT_MACROS | TIME
