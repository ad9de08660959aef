"""Every claim of the dictionary's checks bites: a fault planted in the shipped tables is found where it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from orchestration.dictionary.checks import CLAIMS, CLAIMS_OF_SHAPE, sound_dictionary
from orchestration.dictionary.contacts import CONTACT_TYPES
from orchestration.dictionary.findings import DictionaryError
from orchestration.dictionary.seeds import read_seeds
from orchestration.dictionary.triggers import TRIGGER_COLUMNS, TRIGGERS
from orchestration.dictionary.vocabulary import THRESHOLDS_OF_MODELS
from orchestration.home import DICTIONARY_FOLDER, PROJECT_FOLDER

if TYPE_CHECKING:
    from conftest import DictionaryCopy

RULES, STAGES, STEPS = "stage_rules.csv", "lifecycle_stages.csv", "funnel_steps.csv"
COHORTS, SEGMENTS = "cohort_definitions.csv", "rfm_segments.csv"
SIGNALS, BANDS = "risk_signals.csv", "bands.csv"
CAPS, WEIGHTS = "contact_caps.csv", "contact_weights.csv"
GROUPS, MEASURES = "health_groups.csv", "health_measures.csv"
CONVERSIONS, TOUCHES = "attribution_conversions.csv", "attribution_touches.csv"
TRIAL = "customer,interest_shown,1,engaged,outside|reached|known|closed,event,70"
REST = "," * 12  # the columns behind silent_days, empty
SILENT = "customer,silent_at_risk,1,at_risk,new_customer|active|reactivated,inactivity,30,qualifying_order_placed,90"


def rule(name: str, to: str, *from_stages: str, priority: int = 50, events: str = "ticket_created") -> str:
    """Return a line with a further event rule."""
    return f"customer,{name},1,{to},{'|'.join(from_stages)},event,{priority},{events},,{REST},Planted."


def silence(name: str, to: str, *from_stages: str, priority: int = 50, days: str = "5") -> str:
    """Return a line with a further inactivity rule."""
    return f"customer,{name},1,{to},{'|'.join(from_stages)},inactivity,{priority},ticket_created,{days},{REST},Planted."


def stage(name: str, number: int) -> str:
    """Return a line with a further stage."""
    return f"customer,{name},{number},99,99,,progress,true,,sales,LTC,Planted,Planted."


CHANGES = {
    # header and lines
    "misspelt column": (
        (STAGES, "owner_team", "owner"),
        (
            "lifecycle_stages.csv, line 1, column 'owner': the table has no such column; did you mean 'owner_team'?",
            "lifecycle_stages.csv, line 1, column 'owner_team': the column is missing; add it",
        ),
    ),
    "column twice": (
        ("lifecycles.csv", "lifecycle_id,entity_type,name", "lifecycle_id,name,name"),
        (
            "lifecycles.csv, line 1, column 'name': the column is there twice",
            "lifecycles.csv, line 1, column 'name': the column is there twice",
            "lifecycles.csv, line 1, column 'entity_type': the column is missing",
        ),
    ),
    "cell too few": (
        (RULES, f"event,61,deal_lost,,{REST},Back", f"event,61,deal_lost,{REST},Back"),
        ("stage_rules.csv, line 7: the header has 23 columns, and this line 22; an empty cell needs its comma too",),
    ),
    "quote left open": (
        ("funnels.csv", 'and on to active."', "and on to active."),
        ("funnels.csv, line 12: the line cannot be read as CSV: unexpected end of data",),
    ),
    # types
    "no integer": (
        (RULES, "event,70,", "event,7o,"),
        ("stage_rules.csv, line 5, column 'priority': '7o' is no integer; write a whole number",),
    ),
    "no number at all": (
        (STAGES, "customer,known,2,", "customer,known,NaN,"),
        ("lifecycle_stages.csv, line 3, column 'stage_number': 'NaN' is no integer",),
    ),
    "no boolean": (
        (STAGES, "reached,1,10,10,aware,progress,true", "reached,1,10,10,aware,progress,yes"),
        ("lifecycle_stages.csv, line 2, column 'allow_skip': 'yes' is no boolean; write true or false",),
    ),
    "no double": (
        ("winback_rules.csv", "refund_rate,>,0.5", 'refund_rate,>,"0,5"'),
        ("winback_rules.csv, line 9, column 'limit_value': '0,5' is no double; write a number with a point",),
    ),
    "blank around": (
        (RULES, "customer,deal_lost,1,known", "customer,deal_lost ,1,known"),
        ("stage_rules.csv, line 7, column 'rule_id': 'deal_lost ' begins or ends with a blank; write 'deal_lost'",),
    ),
    # promises of columns
    "no owner": (
        (STAGES, "90,marketing,CTA,Let", "90,,CTA,Let"),
        ("lifecycle_stages.csv, line 2, column 'owner_team': the cell is empty; fill it in",),
    ),
    "no task": (
        (STAGES, "Let many of the right people know us", ""),
        ("lifecycle_stages.csv, line 2, column 'task': the cell is empty",),
    ),
    "no definition": (
        (STAGES, "The first qualifying order after having churned.", "null"),
        ("lifecycle_stages.csv, line 10, column 'definition': the cell is empty",),
    ),
    "key twice": (
        (RULES, "customer,deal_lost,1,known", "customer,deal_opened,1,known"),
        (
            "stage_rules.csv, line 7, column 'rule_id': lifecycle_id 'customer' and rule_id 'deal_opened' is taken by "
            "line 6; remove one",
        ),
    ),
    "stage number twice": (
        (STAGES, "customer,known,2,", "customer,known,1,"),
        ("lifecycle_stages.csv, line 3, column 'stage_number': lifecycle_id 'customer' and stage_number '1' is taken",),
    ),
    "unknown trigger": (
        (RULES, f"{TRIAL},trial", f"{TRIAL.replace('event,70', 'events,70')},trial"),
        ("stage_rules.csv, line 5, column 'rule_trigger': there is no rule_trigger 'events'; did you mean 'event'?",),
    ),
    "unknown kind": (
        (STAGES, "buys,dormant", "buys,dorment"),
        ("lifecycle_stages.csv, line 8, column 'kind': there is no kind 'dorment'; did you mean 'dormant'?",),
    ),
    "unknown process group": (
        (STAGES, "sales,LTC,Win", "sales,LTX,Win"),
        ("lifecycle_stages.csv, line 5, column 'process_group': there is no process_group 'LTX'; did you mean 'LTC'?",),
    ),
    "unknown operator": (
        ("winback_rules.csv", "open_tickets_count,>,0", "open_tickets_count,>=,0"),
        ("winback_rules.csv, line 4, column 'operator': there is no operator '>='; did you mean '>'? Use one of <, >",),
    ),
    "unknown measure": (
        ("winback_rules.csv", "4,refund_rate", "4,refunds"),
        ("winback_rules.csv, line 9, column 'measure': there is no measure 'refunds'; did you mean 'refund_rate'?",),
    ),
    "unknown lifecycle": (
        (RULES, "customer,deal_lost,", "custmer,deal_lost,"),
        (
            "stage_rules.csv, line 7, column 'lifecycle_id': lifecycles has no lifecycle_id 'custmer'; did you mean "
            "'customer'? Use one of customer",
        ),
    ),
    "steps of an unknown funnel": (
        (STEPS, "\ncustomer_stages,1,", "\ndeals_lost,1,opened,deal_opened,,,,,,,false,\ncustomer_stages,1,"),
        ("funnel_steps.csv, line 37, column 'funnel_id': funnels has no funnel_id 'deals_lost'; did you mean",),
    ),
    # stages
    "lifecycle without stages": (
        ("lifecycles.csv", "ten exclusive states.", 'ten exclusive states."\ndeal,customer,Deals,"Planted.'),
        ("lifecycles.csv, line 3, column 'lifecycle_id': lifecycle 'deal' has no stage; add its stages to",),
    ),
    "stage number 15": (
        (STAGES, "closed,10,", "closed,15,"),
        ("lifecycle_stages.csv, line 11, column 'stage_number': 15 is no stage number; use a free one of 1 to 14",),
    ),
    "a stage called outside": (
        (STAGES, "customer,reached,", "customer,outside,"),
        (
            "lifecycle_stages.csv, line 2, column 'stage': 'outside' cannot be a stage's code; take another code",
            "stage_rules.csv, line 2, column 'to_stage': there is no stage 'reached' in lifecycle 'customer'",
            *(f"stage_rules.csv, line {line}, column 'from_stages': there is" for line in (3, 5, 6, 9, 13)),
        ),
    ),
    "stage without a rule": (
        (RULES, "customer,return_order,1,reactivated,churned", "customer,return_order,1,active,churned"),
        (
            "lifecycle_stages.csv, line 10, column 'stage': no rule of lifecycle 'customer' leads to stage "
            "'reactivated'; add one to stage_rules.csv, or remove the stage",
        ),
    ),
    # rules
    "misspelt target": (
        (RULES, TRIAL, TRIAL.replace("engaged", "engagd")),
        (
            "stage_rules.csv, line 5, column 'to_stage': there is no stage 'engagd' in lifecycle 'customer'; did you "
            "mean 'engaged'? Use one of reached, known, engaged, opportunity",
        ),
    ),
    "no target": (
        (RULES, "deal_lost,1,known,opportunity,", "deal_lost,1,,opportunity,"),
        ("stage_rules.csv, line 7, column 'to_stage': there is no stage '' in lifecycle 'customer'; use one of",),
    ),
    "misspelt origin": (
        (RULES, TRIAL, TRIAL.replace("|known|", "|knwon|")),
        (
            "stage_rules.csv, line 5, column 'from_stages': there is no stage 'knwon' in lifecycle 'customer'; did you "
            "mean 'known'? Use one of outside, reached",
        ),
    ),
    "empty part of a list": (
        (RULES, TRIAL, TRIAL.replace("|known|", "||")),
        ("stage_rules.csv, line 5, column 'from_stages': there is no stage '' in lifecycle 'customer'; use one of",),
    ),
    "no origin": (
        (RULES, "deal_lost,1,known,opportunity,", "deal_lost,1,known,,"),
        ("stage_rules.csv, line 7, column 'from_stages': the cell is empty, so the rule never moves anybody; name",),
    ),
    "everywhere and more": (
        (RULES, "deal_lost,1,known,opportunity,", "deal_lost,1,known,*|opportunity,"),
        ("stage_rules.csv, line 7, column 'from_stages': `*` is everywhere already; write `*` alone",),
    ),
    "to outside": (
        (RULES, "given_up,1,closed,", "given_up,1,outside,"),
        ("stage_rules.csv, line 13, column 'to_stage': a rule cannot lead to `outside`, which is before the first",),
    ),
    "silence without days": (
        (RULES, f"{SILENT},", f"{SILENT.removesuffix('90')},"),
        ("stage_rules.csv, line 11, column 'silent_days': trigger 'inactivity' needs silent_days; fill it in",),
    ),
    "event with days": (
        (RULES, "event,61,deal_lost,,", "event,61,deal_lost,30,"),
        ("stage_rules.csv, line 7, column 'silent_days': trigger 'event' ignores silent_days; empty it, or change",),
    ),
    "silence of no days": (
        (RULES, f"{SILENT},", f"{SILENT.removesuffix('90')}0,"),
        ("stage_rules.csv, line 11, column 'silent_days': silent_days 0 is nothing at all; write a number above 0",),
    ),
    "rule without event types": (
        (RULES, "event,61,deal_lost,,", "event,61,,,"),
        ("stage_rules.csv, line 7, column 'event_types': the cell is empty; fill it in",),
    ),
    "from itself alone": (
        (RULES, "deal_lost,1,known,opportunity,", "deal_lost,1,known,known,"),
        (
            "stage_rules.csv, line 7, column 'from_stages': rule 'deal_lost' leads from 'known' only to itself, so it "
            "never moves anybody; name another stage, or remove the rule",
        ),
    ),
    "behind an island": (
        (RULES, "new_customer,outside|reached|known|engaged|opportunity|closed", "new_customer,active"),
        (
            *(
                f"stage_rules.csv, line {line}, column 'from_stages': rule '{name}' can never fire: nobody comes from "
                f"`outside` to {origin}"
                for line, name, origin in (
                    (8, "repeat_order", "at_risk or new_customer or reactivated"),
                    (9, "first_order", "active"),
                    (10, "return_order", "churned"),
                    (11, "silent_at_risk", "active or new_customer or reactivated"),
                    (12, "silent_churned", "active or at_risk or new_customer or reactivated"),
                )
            ),
        ),
    ),
    # other tables
    "unknown event type of a rule": (
        (RULES, "event,61,deal_lost,", "event,61,deal_los|deal_won,"),
        ("stage_rules.csv, line 7, column 'event_types': there is no event type 'deal_los'; did you mean",),
    ),
    "unknown event type of a metric": (
        ("metrics.csv", "order_placed|order_refunded", "order_placed|order_refund"),
        ("metrics.csv, line 3, column 'event_types': there is no event type 'order_refund'; did you mean",),
    ),
    "unknown exit of a funnel": (
        ("funnels.csv", "deal_lost,From", "deal_dropped,From"),
        ("funnels.csv, line 10, column 'exit_event_types': there is no event type 'deal_dropped'; did you mean",),
    ),
    "unknown event type of a step": (
        (STEPS, "deals_won,2,won,deal_won", "deals_won,2,won,deal_one"),
        ("funnel_steps.csv, line 36, column 'event_types': there is no event type 'deal_one'; did you mean",),
    ),
    "unknown event type of an exclusion": (
        ("funnel_exclusions.csv", "contact_deleted", "contact_removed"),
        ("funnel_exclusions.csv, line 2, column 'event_types': there is no event type 'contact_removed'",),
    ),
    "window of no length": (
        ("funnels.csv", "order,customer,,ordered,observed,first,90,", "order,customer,,ordered,observed,first,0,"),
        ("funnels.csv, line 7, column 'window_length': window_length 0 is nothing at all; write a number above 0",),
    ),
    "metric of an unknown stage": (
        ("metrics.csv", "churned|reactivated,order_placed", "churnd|reactivated,order_placed"),
        ("metrics.csv, line 3, column 'stage_scope': no lifecycle has a stage 'churnd'; did you mean 'churned'?",),
    ),
    "funnel of one step": (
        (STEPS, "\ndeals_won,2,won,deal_won,,,,,,,false,", ""),
        ("funnels.csv, line 10, column 'funnel_id': funnel 'deals_won' needs 2 to 8 steps and has 1; add",),
    ),
    "step left out": (
        (STEPS, "education_example,2,", "education_example,7,"),
        (
            "funnel_steps.csv, line 9, column 'step_number': step 3 of funnel 'education_example' stands where step 2 "
            "should; number the steps 1, 2, 3 without holes",
        ),
    ),
    "unknown event type of a conversion": (
        (CONVERSIONS, "every_order,qualifying_order_placed", "every_order,qualifying_order"),
        ("attribution_conversions.csv, line 3, column 'event_type': there is no event type 'qualifying_order'; did",),
    ),
    "unknown event type of a touch": (
        (TOUCHES, "first_order,session_started", "first_order,session_start"),
        ("attribution_touches.csv, line 3, column 'event_type': there is no event type 'session_start'; did you mean",),
    ),
    "conversion of no number": (
        (CONVERSIONS, "placed,1,90", "placed,0,90"),
        ("attribution_conversions.csv, line 2, column 'event_number': event_number 0 is nothing at all",),
    ),
    "attribution window of no days": (
        (CONVERSIONS, "placed,,60", "placed,,0"),
        ("attribution_conversions.csv, line 3, column 'window_days': window_days 0 is nothing at all",),
    ),
    "half-life of no days": (
        (CONVERSIONS, "placed,,60,7", "placed,,60,0"),
        ("attribution_conversions.csv, line 3, column 'half_life_days': half_life_days 0 is nothing at all",),
    ),
    "conversion without touch": (
        (CONVERSIONS, "first_order,", "third_order,qualifying_order_placed,3,30,7,0.4,0.4,Planted.\nfirst_order,"),
        (
            "attribution_conversions.csv, line 2, column 'conversion_id': conversion 'third_order' has no touch; add "
            "one in attribution_touches.csv",
        ),
    ),
    "touch of an unknown conversion": (
        (TOUCHES, "every_order,customer_contacted", "evry_order,customer_contacted"),
        (
            "attribution_touches.csv, line 9, column 'conversion_id': attribution_conversions has no conversion_id "
            "'evry_order'; did you mean 'every_order'?",
        ),
    ),
    "shares above the whole": (
        (CONVERSIONS, "placed,1,90,7,0.4,0.4", "placed,1,90,7,0.7,0.4"),
        (
            "attribution_conversions.csv, line 2, column 'last_share': first_share 0.7 and last_share 0.4 are no "
            "shares of one whole; write two numbers from 0 on that add up to at most 1",
        ),
    ),
    "cohort definition of an unknown metric": (
        (COHORTS, "orders_by_month,customer_retention_by_q", "orders_by_month,retention_by_q"),
        ("cohort_definitions.csv, line 2, column 'metric_id': metrics has no metric_id 'retention_by_qualifying",),
    ),
    "entry by an unknown event type": (
        (COHORTS, "first_time,qualifying_order_placed,", "first_time,qualifying_order,"),
        ("cohort_definitions.csv, line 6, column 'entry_event_types': there is no event type 'qualifying_order'; did",),
    ),
    "calendar cohort of another length": (
        (COHORTS, "recurring,,week,week", "recurring,,month,week"),
        (
            "cohort_definitions.csv, line 7, column 'cohort_unit': cohorts by month have no calendar periods by week; "
            "write week, or set alignment to rolling",
        ),
    ),
    "recurring cohort without a calendar": (
        (COHORTS, "week,week,calendar", "week,week,rolling"),
        ("cohort_definitions.csv, line 7, column 'alignment': cohorts into which one comes anew in each period have",),
    ),
    "entry by event and by stage": (
        (COHORTS, "reactivated,,", "reactivated,order_placed,"),
        ("cohort_definitions.csv, line 5, column 'entry_event_types': the stage reactivated brings into",),
    ),
    "cohorts followed for too long": (
        (COHORTS, "rolling,1,30,", "rolling,1,401,"),
        ("cohort_definitions.csv, line 6, column 'periods_count': 401 periods are too many; write at most 400",),
    ),
    "kept by no event": (
        (COHORTS, "rolling,1,30,", "rolling,0,30,"),
        ("cohort_definitions.csv, line 6, column 'minimum_events_count': minimum_events_count 0 is nothing at all",),
    ),
    "followed for no period": (
        (COHORTS, "calendar,1,12,1|5|13", "calendar,1,0,"),
        ("cohort_definitions.csv, line 7, column 'periods_count': periods_count 0 is nothing at all; write a number",),
    ),
    "bracket that falls": (
        (COHORTS, "1|8|15|31", "1|15|8|31"),
        (
            "cohort_definitions.csv, line 6, column 'bracket_starts': '1|15|8|31' are no limits of brackets; write two "
            "or more whole numbers that rise from 1 on to at most 31, such as 1|4|7",
        ),
    ),
    "bracket without end": (
        (COHORTS, "1|8|15|31", "8"),
        ("cohort_definitions.csv, line 6, column 'bracket_starts': '8' are no limits of brackets",),
    ),
    "bracket of the entry": (
        (COHORTS, "1|8|15|31", "0|8"),
        ("cohort_definitions.csv, line 6, column 'bracket_starts': '0|8' are no limits of brackets",),
    ),
    "bracket behind the last period": (
        (COHORTS, "1|8|15|31", "1|8|15|32"),
        ("cohort_definitions.csv, line 6, column 'bracket_starts': '1|8|15|32' are no limits of brackets",),
    ),
    "bracket of words": (
        (COHORTS, "1|8|15|31", "1|one"),
        ("cohort_definitions.csv, line 6, column 'bracket_starts': '1|one' are no limits of brackets",),
    ),
    "currency worth nothing": (
        ("reporting_rates.csv", "currency,reporting_rate", "currency,reporting_rate\nUSD,0"),
        ("reporting_rates.csv, line 2, column 'reporting_rate': reporting_rate 0 is nothing at all",),
    ),
    "cells without a segment": (
        (SEGMENTS, "quintiles,9,lost,1,2,", "quintiles,9,lost,2,2,"),
        (
            "rfm_segments.csv, line 10, column 'segment': of the scheme 'quintiles' 2 cells have no segment, such as "
            "111, 121; widen the limits of a segment, or add one",
        ),
    ),
    "segment behind the others": (
        (SEGMENTS, "terciles,1,champions,", "terciles,7,champions,"),
        (
            "rfm_segments.csv, line 11, column 'segment': segment 'champions' of the scheme 'terciles' holds no "
            "cell that is left; ask it earlier, widen its limits, or remove it",
        ),
    ),
    "scores that have changed places": (
        (SEGMENTS, "terciles,1,champions,3,3,3,3,2,3", "terciles,1,champions,3,3,3,3,3,2"),
        (
            "rfm_segments.csv, line 11, column 'min_monetary': min_monetary 3 is more than max_monetary 2, so nothing",
            "rfm_segments.csv, line 11, column 'segment': segment 'champions' of the scheme 'terciles' holds no cell",
        ),
    ),
    "profile of an unknown attribute": (
        ("icp_rules.csv", "person,occupation", "person,occupations"),
        ("icp_rules.csv, line 4, column 'attribute': there is no attribute 'occupations'; did you mean 'occupation'?",),
    ),
    # scores
    "weights of groups that are no whole": (
        (GROUPS, "commitment,0.2", "commitment,0.3"),
        ("health_groups.csv, line 5, column 'group_weight': the weights of the groups add up to 1.1; make them add",),
    ),
    "weights of a group that are no whole": (
        (
            MEASURES,
            "reviews,relationship,negative_reviews_count,0.1",
            "reviews,relationship,negative_reviews_count,0.05",
        ),
        (
            "health_measures.csv, line 9, column 'measure_weight': the weights of group 'relationship' add up to 0.95; "
            "make them add up to 1",
        ),
    ),
    "measure of an unknown group": (
        (MEASURES, "reviews,relationship", "reviews,relationships"),
        (
            "health_measures.csv, line 8, column 'measure_weight': the weights of group 'relationship' add up to 0.9;",
            "health_measures.csv, line 9, column 'health_group': health_groups has no health_group 'relationships'",
        ),
    ),
    "scale without a span": (
        (MEASURES, "gap_ratio,0.4,4,1", "gap_ratio,0.4,1,1"),
        ("health_measures.csv, line 2, column 'best_value': best and worst are both 1; write two values",),
    ),
    "signal on an unknown measure": (
        (SIGNALS, "pattern_change,gap_ratio", "pattern_change,gap_ration"),
        ("risk_signals.csv, line 8, column 'measure': there is no measure 'gap_ration'; did you mean 'gap_ratio'?",),
    ),
    "signal without a limit": (
        (SIGNALS, "gap_ratio,>=,2,14", "gap_ratio,>=,,14"),
        ("risk_signals.csv, line 8, column 'limit_value': signal 'silent_beyond_rhythm' has no limit; write one",),
    ),
    "band below the one before": (
        (BANDS, "yellow,2,70", "yellow,2,40"),
        ("bands.csv, line 3, column 'upper_value': band 'yellow' ends at 40, where the one before it ends at 40; let",),
    ),
    "bands that end below the top": (
        (BANDS, "green,3,100", "green,3,99"),
        ("bands.csv, line 4, column 'upper_value': the last band of 'health' ends at 99, and values go up to 100;",),
    ),
    # contacts
    "cap that forbids contact": (
        (CAPS, "any_day,,,,1,1", "any_day,,,,1,0"),
        ("contact_caps.csv, line 2, column 'max_contacts': cap 'any_day' allows 0 contacts; write a number from 1 on",),
    ),
    "cap over no time": (
        (CAPS, "any_day,,,,1,1", "any_day,,,,0,1"),
        ("contact_caps.csv, line 2, column 'window_days': window_days 0 is nothing at all; write a number above 0",),
    ),
    "cap over too long a time": (
        (CAPS, "any_month,,,,30,8", "any_month,,,,24001,8"),
        ("contact_caps.csv, line 4, column 'window_days': 24001 days are too many; write at most 24000",),
    ),
    "cap of an unknown stage": (
        (CAPS, "churned_month,churned", "churned_month,churnd"),
        ("contact_caps.csv, line 8, column 'stage': there is no stage 'churnd' in lifecycle 'customer'; did you mean",),
    ),
    "cap of a deal's stage": (
        (CAPS, "churned_month,churned", "churned_month,lost"),
        ("contact_caps.csv, line 8, column 'stage': there is no stage 'lost' in lifecycle 'customer'; did you mean",),
    ),
    "two caps on the same contacts": (
        (CAPS, "any_month,,,,30,8", "any_month,,,,7,8"),
        (
            "contact_caps.csv, line 4, column 'cap_id': caps 'any_week' and 'any_month' count the same contacts; "
            "remove one; the other is in line 3",
        ),
    ),
    "plan that holds nobody out": (
        ("winback_plans.csv", "3,250,0.8", "3,250,1"),
        (
            "winback_plans.csv, line 2, column 'treatment_probability': treatment_probability 1 is no share; "
            "write a number between 0 and 1",
        ),
    ),
    "plan without waves": (
        ("winback_plans.csv", "2025-03-03,3,250", "2025-03-03,0,250"),
        ("winback_plans.csv, line 2, column 'waves_count': waves_count '0' holds nothing; write a number above 0",),
    ),
    "plan by unknown segments": (
        ("winback_plans.csv", "winback-2025,birth_period", "winback-2025,birth_year"),
        (
            "winback_plans.csv, line 2, column 'lift_segment_type': there is no segment type 'birth_year'; "
            "did you mean 'birth_period'?",
        ),
    ),
    "plan without an offer for everybody": (
        ("winback_offers.csv", "winback_2026,coupon_50,0", "winback_2026,coupon_50,10"),
        ("winback_plans.csv, line 3, column 'plan_id': plan 'winback_2026' has no offer for everybody; add one in",),
    ),
    "two plans of one day": (
        ("winback_plans.csv", "winback_2026,2026-01-12", "winback_2026,2025-03-03"),
        ("winback_plans.csv, line 3, column 'started_date': ",),
    ),
    "segments that meet": (
        ("winback_segments.csv", "orders_count,2,5", "orders_count,1,5"),
        ("winback_segments.csv, line 9, column 'min_value': segments 'ordered_once' and 'ordered_2_to_4_times' meet",),
    ),
    "segment type of two measures": (
        ("winback_segments.csv", "firm,is_b2b", "firm,orders_count"),
        (
            "winback_segments.csv, line 15, column 'measure': segment type 'customer_type' is told by 'is_b2b' and by "
            "'orders_count'; name one measure for each type",
        ),
    ),
    "segment that ends before it begins": (
        ("winback_segments.csv", "birth_period_start_year,1990,1995", "birth_period_start_year,1990,1980"),
        ("winback_segments.csv, line 3, column 'min_value': min_value 1990 is more than max_value 1980, ",),
    ),
    "contact without weight": (
        (WEIGHTS, "visit,3", "visit,0"),
        ("contact_weights.csv, line 9, column 'weight': contacts of type 'visit' weigh 0; write a number above 0",),
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_planted_fault_is_found_where_it_is_and_nothing_else(
    change: tuple[str, str, str], expected: tuple[str, ...], dictionary: DictionaryCopy
) -> None:
    dictionary.change(*change)
    found = dictionary.findings()
    assert len(found) == len(expected), found
    for text, start in zip(found, expected, strict=True):
        assert text.startswith(start)


def test_overrides_are_scores_that_hold_for_some_days(dictionary: DictionaryCopy) -> None:
    dictionary.add("health_overrides.csv", "c1,90,Ann,Spoke to them,2025-02-28,2025-03-31")
    assert dictionary.findings() == []
    dictionary.add(
        "health_overrides.csv",
        "c1,90,Ann,Spoke to them,2025-02-29,2025-03-31",
        "c1,90,Ann,Spoke to them,2025-03-02,2025-03-01",
        "c1,101,Ann,Spoke to them,2025-04-01,2025-04-30",
    )
    file = "health_overrides.csv, line"
    assert dictionary.findings() == [
        f"{file} 3, column 'valid_from_date': '2025-02-29' is no date; write a day, such as 2026-03-01",
        f"{file} 4, column 'expires_date': the override ends before it begins; exchange the dates",
        f"{file} 5, column 'health_score': 101 is no score; write 0 to 100",
    ]


def test_every_type_of_contact_needs_a_weight(dictionary: DictionaryCopy) -> None:
    dictionary.change("contact_weights.csv", "visit,3", "visits,3")
    assert [text.partition("; ")[0] for text in dictionary.findings()] == [
        "contact_weights.csv, column 'contact_type': there is no weight for contacts of type 'visit'",
        "contact_weights.csv, line 9, column 'contact_type': there is no contact_type 'visits'",
    ]


def test_the_types_of_contact_with_a_weight_are_those_that_the_column_accepts() -> None:
    columns = {column.name: column for column in read_seeds(DICTIONARY_FOLDER)["contact_weights"].columns}
    assert columns["contact_type"].values == CONTACT_TYPES


def test_groups_of_health_need_an_overall_that_holds_nothing(dictionary: DictionaryCopy) -> None:
    dictionary.change("health_groups.csv", "overall,,weighted", "overall,1,weighted")
    dictionary.change("health_measures.csv", "contract,commitment", "contract,overall")
    assert dictionary.findings() == [
        "health_groups.csv, line 2, column 'group_weight': group 'overall' has a weight; empty the cell",
        "health_measures.csv, line 11, column 'measure_weight': the weights of group 'commitment' add up to 0.7; "
        "make them add up to 1",
        "health_measures.csv, line 12, column 'health_group': group 'overall' holds no measures; name another group",
    ]


def test_the_shipped_dictionary_has_no_fault() -> None:
    assert len(sound_dictionary(DICTIONARY_FOLDER).rows("lifecycles")) == 6


def line_of(table: str, cells: dict[str, object]) -> str:
    """Return a line with these cells, the others empty."""
    columns = [column.name for column in read_seeds(DICTIONARY_FOLDER)[table].columns]
    return ",".join(str(cells.get(column, "")) for column in columns)


def planted(**cells: object) -> str:
    """Return a line of stage_rules.csv with these cells, the others such as every rule needs."""
    always = {"lifecycle_id": "customer", "rule_id": "x", "rule_version": 1, "to_stage": "known", "priority": 50}
    always |= {"from_stages": "active", "event_types": "ticket_status_stated", "description": "Planted."}
    return line_of("stage_rules", always | cells)


def test_statements_of_one_event_type_share_a_priority_unless_they_share_a_word(dictionary: DictionaryCopy) -> None:
    for name, values in (("known", "new|open"), ("closed", "closed")):
        dictionary.add(RULES, planted(rule_id=name, to_stage=name, rule_trigger="source", stated_values=values))
    assert dictionary.findings() == []
    dictionary.add(RULES, planted(rule_id="rival", to_stage="engaged", rule_trigger="source", stated_values="open"))
    (found,) = dictionary.findings()
    assert "rules 'known' and 'rival' have equal priority" in found


DECLINE = {"rule_trigger": "decline", "window_days": 28, "window_measure": "amount", "decline_ratio": 0.5}
SIGNAL = {"rule_trigger": "signal", "window_days": 90, "window_minimum": 2, "max_amount": 6}
EVENT = {"rule_trigger": "event"}
RHYTHM = {"rule_trigger": "inactivity", "silent_days": 90, "gap_multiple": 2.5, "min_silent_days": 30}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (DECLINE, None),
        (DECLINE | {"window_measure": ""}, "'decline' needs window_measure"),
        (DECLINE | {"window_days": 0}, "window_days 0 is nothing at all"),
        (DECLINE | {"decline_ratio": 50}, "50 is no share"),
        (RHYTHM | {"max_silent_days": 20}, "min_silent_days 30 is more than max_silent_days 20"),
        (SIGNAL | {"min_amount": 7}, "min_amount 7 is more than max_amount 6"),
        (DECLINE | {"window_measure": "sum"}, "there is no window_measure 'sum'"),
        (SIGNAL, None),
        (SIGNAL | {"window_minimum": ""}, "'signal' needs window_minimum"),
        (RHYTHM, None),
        ({"rule_trigger": "source"}, "'source' needs stated_values"),
        ({"rule_trigger": "event", "event_number": 3, "min_amount": 100}, None),
        ({"rule_trigger": "event", "gap_multiple": 2}, "'event' ignores gap_multiple"),
        (EVENT | {"window_days": 365, "window_measure": "amount", "window_minimum": 1000}, None),
        (EVENT | {"window_days": 365}, "window_days is given without window_minimum"),
        (EVENT | {"window_minimum": 3}, "window_minimum is given without window_days"),
        (EVENT | {"window_days": 9, "window_minimum": 3, "event_number": 2}, "event_number has no part in a rule with"),
        (EVENT | {"within_days": 7}, None),
        (EVENT | {"within_days": 7, "from_stages": "outside"}, "nobody has entered `outside`"),
        (EVENT | {"within_days": 7, "after_event_types": "ticket_solved"}, None),
        (EVENT | {"after_event_types": "ticket_solved"}, "after_event_types is given without within_days"),
        (EVENT | {"within_days": 7, "after_event_types": "ticket_status_stated"}, "would follow itself"),
        (EVENT | {"within_days": 7, "after_event_types": "ticket_lost"}, "there is no event type 'ticket_lost'"),
        (RHYTHM | {"max_silent_days": 24001}, "24001 days are too many; write at most 24000"),
    ],
)
def test_each_trigger_has_columns_of_its_own(
    cells: dict[str, object], told: str | None, dictionary: DictionaryCopy
) -> None:
    dictionary.add(RULES, planted(**cells))
    found = dictionary.findings()
    assert (found == []) if told is None else (len(found) == 1 and told in found[0]), found


FUNNEL = {  # part: its table, and the cells that every such row needs
    "funnel": (
        "funnels",
        {"funnel_id": "trial", "name": "Trial", "entity_type": "customer", "step_order": "ordered", "modes": "observed"}
        | {"attempts_kept": "first", "window_length": 30, "window_unit": "day", "time_zone": "UTC"}
        | {"is_event_counted_once": "true", "is_later_instant_required": "false", "description": "Planted."},
    ),
    **{
        f"step_{number}": (
            "funnel_steps",
            {"funnel_id": "trial", "step_number": number, "step": name, "event_types": name, "is_optional": "false"},
        )
        for number, name in enumerate(("lead_created", "trial_booked", "trial_attended"), start=1)
    },
    "exclusion": (
        "funnel_exclusions",
        {"funnel_id": "trial", "exclusion_number": 1, "event_types": "contact_deleted", "after_step": 1}
        | {"before_step": 3, "scope": "attempt"},
    ),
    "breakdown": (
        "funnel_breakdowns",
        {"funnel_id": "trial", "breakdown": "channel", "property": "channel", "at_step": "first"},
    ),
}
MAY_BE_LEFT_OUT = ("exclusion", "breakdown")
Parts = dict[str, dict[str, object]]


def plant_funnel(dictionary: DictionaryCopy, changes: Parts) -> None:
    """Let the funnel of three steps be the only one, with these cells; what may be left out is, unless it is named."""
    for file in ("funnels.csv", "funnel_steps.csv", "funnel_exclusions.csv", "funnel_breakdowns.csv"):
        header, _, _ = (dictionary.folder / file).read_text(encoding="utf-8").partition("\n")
        (dictionary.folder / file).write_text(f"{header}\n", encoding="utf-8")
    for part, (table, cells) in FUNNEL.items():
        if part in changes or part not in MAY_BE_LEFT_OUT:
            dictionary.add(f"{table}.csv", line_of(table, cells | changes.get(part, {})))


ANY = {"step_order": "any"}
OF_STAGES = {"lifecycle_id": "customer"}
ENGAGED = {"event_types": "", "stages": "engaged"}
DEAL = {
    "funnel": {"entity_type": "deal"},
    "step_1": {"event_types": "deal_opened"},
    "step_2": {"event_types": "deal_engaged"},
    "step_3": {"event_types": "deal_won"},
}
HEARS_OF_DEALS = "and the funnel hears only what is of deal"
FUNNEL_FAULTS: dict[str, tuple[Parts, str, str]] = {
    # words and references
    "unknown mode": (
        {"funnel": {"modes": "observed|imputd"}},
        "funnels.csv, line 2, column 'modes'",
        "'imputd' is no word of modes; did you mean 'imputed'? Use one of observed, imputed",
    ),
    "unknown interruption": (
        {"funnel": {"interrupted_by": "ahead|strat"}},
        "funnels.csv, line 2, column 'interrupted_by'",
        "'strat' is no word of interrupted_by; did you mean 'start'? Use one of ahead, start, done, others",
    ),
    "unknown time zone": (
        {"funnel": {"time_zone": "Asia/Shangai"}},
        "funnels.csv, line 2, column 'time_zone'",
        "there is no time zone 'Asia/Shangai'; write one of IANA's, such as Asia/Shanghai",
    ),
    "lifecycle of another entity": (
        DEAL | {"funnel": {"entity_type": "deal", "lifecycle_id": "customer"}},
        "funnels.csv, line 2, column 'lifecycle_id'",
        "lifecycle 'customer' is lived by customer, and the funnel is about deal; none is known yet, so add it first",
    ),
    "step of another entity": (
        DEAL | {"step_2": {"event_types": "deal_engaged|ticket_created"}},
        "funnel_steps.csv, line 3, column 'event_types'",
        f"event type 'ticket_created' is of customer, {HEARS_OF_DEALS}; use one of deal_opened, ",
    ),
    "exit of another entity": (
        DEAL | {"funnel": {"entity_type": "deal", "exit_event_types": "lead_disqualified"}},
        "funnels.csv, line 2, column 'exit_event_types'",
        f"event type 'lead_disqualified' is of customer, {HEARS_OF_DEALS}; ",
    ),
    "exclusion of another entity": (
        DEAL | {"exclusion": {}},
        "funnel_exclusions.csv, line 2, column 'event_types'",
        f"event type 'contact_deleted' is of customer, {HEARS_OF_DEALS}; ",
    ),
    # windows
    "window of too many days": (
        {"funnel": {"window_length": 24001}},
        "funnels.csv, line 2, column 'window_length'",
        "24001 days are too many; write at most 24000",
    ),
    "window of too many hours": (
        {"funnel": {"window_length": "", "window_unit": "hour"}, "step_2": {"window_length": 576001}},
        "funnel_steps.csv, line 3, column 'window_length'",
        "576001 hours are too many; write at most 576000",
    ),
    "step window of no length": (
        {"step_2": {"window_length": 0}},
        "funnel_steps.csv, line 3, column 'window_length'",
        "window_length 0 is nothing at all; write a number above 0",
    ),
    "step window beyond the funnel's": (
        {"step_3": {"window_length": 31}},
        "funnel_steps.csv, line 4, column 'window_length'",
        "window_length 31 is more than the 30 of funnel 'trial'; shorten or empty it, or lengthen the funnel's",
    ),
    # steps
    "step that hears nothing": (
        {"step_2": {"event_types": ""}},
        "funnel_steps.csv, line 3, column 'event_types'",
        "step 'trial_booked' names neither event types nor stages, so nobody reaches it; name at least one of either",
    ),
    "stages without lifecycle": (
        {"step_2": ENGAGED},
        "funnel_steps.csv, line 3, column 'stages'",
        "funnel 'trial' has no lifecycle whose stages these could be; fill in its lifecycle_id in funnels.csv",
    ),
    "unknown stage of a step": (
        {"funnel": OF_STAGES, "step_2": {"stages": "engaged|engagd"}},
        "funnel_steps.csv, line 3, column 'stages'",
        "there is no stage 'engagd' in lifecycle 'customer'; did you mean 'engaged'? Use one of reached",
    ),
    "stages with a held property": (
        {"funnel": OF_STAGES | {"held_property": "channel"}, "step_2": {"stages": "engaged"}},
        "funnel_steps.csv, line 3, column 'stages'",
        "funnel 'trial' holds channel, which entries into stages do not have; name event types instead, or empty",
    ),
    **{
        f"{column} of stages": (
            {"funnel": OF_STAGES, "step_2": ENGAGED | {column: 5}},
            f"funnel_steps.csv, line 3, column '{column}'",
            f"step 'trial_booked' hears stages alone, which have nothing to do with {column}; empty it, or name",
        )
        for column in ("min_amount", "max_amount", "stated_values", "details", "function_codes")
    },
    "amounts that have changed places": (
        {"step_2": {"min_amount": 100, "max_amount": 9.5}},
        "funnel_steps.csv, line 3, column 'min_amount'",
        "min_amount 100 is more than max_amount 9.5, so nothing lies between; exchange them, or empty one",
    ),
    "first step left out": (
        {"step_1": {"is_optional": "true"}},
        "funnel_steps.csv, line 2, column 'is_optional'",
        "the first step cannot be left out, for it begins the way; write false",
    ),
    "first step within a window": (
        {"step_1": {"window_length": 5}},
        "funnel_steps.csv, line 2, column 'window_length'",
        "the first step has no step before it from which a window could run; empty it",
    ),
    "events that interrupt themselves": (
        {"funnel": {"is_event_counted_once": "false", "interrupted_by": "ahead"}},
        "funnels.csv, line 2, column 'interrupted_by'",
        "where an event may reach two steps, the one that reached a step would interrupt the next; empty it, or set",
    ),
    "exit that is a step": (
        {"funnel": {"exit_event_types": "lead_disqualified|trial_booked"}},
        "funnel_steps.csv, line 3, column 'event_types'",
        "'trial_booked' reaches step 'trial_booked' and is an exit of funnel 'trial'; name it in one of them",
    ),
    # steps in any order
    **{
        f"any order with {column}": (
            {"funnel": ANY} | {part: (ANY if part == "funnel" else {}) | {column: value}},
            f"{FUNNEL[part][0]}.csv, line {line}, column '{column}'",
            f"{column} '{told}' needs an order, and funnel 'trial' has none; {remedy}, or set the funnel's step_order",
        )
        for part, line, column, value, told, remedy in (
            ("funnel", 2, "modes", "observed|imputed", "imputed", "write observed"),
            ("funnel", 2, "interrupted_by", "others", "others", "empty it"),
            ("funnel", 2, "is_event_counted_once", "false", "false", "write true"),
            ("funnel", 2, "is_later_instant_required", "true", "true", "write false"),
            ("step_2", 3, "is_optional", "true", "true", "write false"),
            ("step_2", 3, "window_length", 5, "5", "empty it"),
            ("exclusion", 2, "exclusion_number", 1, "1", "remove the line"),
        )
    },
    "any order with an event of two steps": (
        {"funnel": ANY, "step_3": {"event_types": "trial_attended|trial_booked"}},
        "funnel_steps.csv, line 4, column 'event_types'",
        "'trial_booked' would reach steps 'trial_booked' and 'trial_attended' at once; name it in one of them",
    ),
    "any order with a stage of two steps": (
        {"funnel": ANY | OF_STAGES, "step_1": {"stages": "engaged"}, "step_2": ENGAGED},
        "funnel_steps.csv, line 3, column 'stages'",
        "'engaged' would reach steps 'lead_created' and 'trial_booked' at once; name it in one of them",
    ),
    # exclusions
    "exclusion 0": (
        {"exclusion": {"exclusion_number": 0}},
        "funnel_exclusions.csv, line 2, column 'exclusion_number'",
        "0 is no exclusion number; use a free one of 1 to 16",
    ),
    "exclusion 17": (
        {"exclusion": {"exclusion_number": 17}},
        "funnel_exclusions.csv, line 2, column 'exclusion_number'",
        "17 is no exclusion number; use a free one of 1 to 16",
    ),
    "exclusion of no time": (
        {"exclusion": {"after_step": 3}},
        "funnel_exclusions.csv, line 2, column 'before_step'",
        "nothing lies after step 3 and before step 3; name a later step, or an earlier after_step",
    ),
    "exclusion after no step": (
        {"exclusion": {"after_step": 0}},
        "funnel_exclusions.csv, line 2, column 'after_step'",
        "funnel 'trial' has no step 0; use one of 1, 2, 3",
    ),
    "exclusion before no step": (
        {"exclusion": {"before_step": 4}},
        "funnel_exclusions.csv, line 2, column 'before_step'",
        "funnel 'trial' has no step 4; use one of 1, 2, 3",
    ),
    # what attempts are told apart by
    "breakdown called all": (
        {"breakdown": {"breakdown": "all"}},
        "funnel_breakdowns.csv, line 2, column 'breakdown'",
        "`all` is the breakdown that tells nothing apart; take another name",
    ),
    "breakdown of no step": (
        {"breakdown": {"at_step": 4}},
        "funnel_breakdowns.csv, line 2, column 'at_step'",
        "funnel 'trial' has no step 4; use one of first, last, 1, 2, 3",
    ),
    "breakdown of a customer at a step": (
        {"breakdown": {"property": "country", "at_step": "last"}},
        "funnel_breakdowns.csv, line 2, column 'at_step'",
        "country is the customer's, whatever step is asked; write first",
    ),
    **{
        f"any order broken down at {at_step}": (
            {"funnel": ANY, "breakdown": {"at_step": at_step}},
            "funnel_breakdowns.csv, line 2, column 'at_step'",
            f"which step is '{at_step}' differs from attempt to attempt where they come in any order; write first",
        )
        for at_step in ("last", "2")
    },
}


@pytest.mark.parametrize(("changes", "place", "told"), FUNNEL_FAULTS.values(), ids=FUNNEL_FAULTS)
def test_a_fault_planted_in_a_funnel_is_found_where_it_is_and_nothing_else(
    changes: Parts, place: str, told: str, dictionary: DictionaryCopy
) -> None:
    plant_funnel(dictionary, changes)
    (found,) = dictionary.findings()
    assert found.startswith(f"{place}: {told}")


@pytest.mark.parametrize(
    "changes",
    [
        {"exclusion": {"exclusion_number": 16}, "breakdown": {"at_step": 3}},
        {"funnel": {"modes": "observed|imputed", "interrupted_by": "ahead|start|done|others"}},
        {"funnel": {"is_event_counted_once": "false", "time_zone": "Asia/Shanghai"}, "step_2": {"is_optional": "true"}},
        {"funnel": OF_STAGES, "step_1": ENGAGED, "step_2": {"stages": "active", "min_amount": 5, "max_amount": 5}},
        {"funnel": {"window_length": 24000}, "step_2": {"window_length": 24000}},
        {"funnel": {"window_length": ""}, "step_2": {"window_length": 31}},
        {"funnel": ANY | {"held_property": "channel", "exit_event_types": "deal_lost"}, "breakdown": {}},
        {"step_2": {"event_types": "deal_opened"}, "breakdown": {"property": "is_b2b"}},
        DEAL,
    ],
)
def test_a_funnel_whose_options_have_a_meaning_has_no_fault(changes: Parts, dictionary: DictionaryCopy) -> None:
    plant_funnel(dictionary, changes)
    assert dictionary.findings() == []


def test_where_the_system_knows_no_time_zones_none_is_refused(
    dictionary: DictionaryCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    plant_funnel(dictionary, {"funnel": {"time_zone": "Asia/Shangai"}})
    assert dictionary.findings() == []


def test_a_threshold_that_models_read_cannot_be_left_out(dictionary: DictionaryCopy) -> None:
    dictionary.change("thresholds.csv", "upcoming_transitions_days,365", "upcoming_days,0")
    assert dictionary.findings() == [
        "thresholds.csv, column 'threshold_id': there is no threshold 'upcoming_transitions_days', which models read; "
        "restore it",
        "thresholds.csv, line 4, column 'threshold_value': threshold 'upcoming_days' is 0; write a number above 0",
    ]


def test_every_threshold_that_a_model_reads_is_asked_for() -> None:
    models = [*(PROJECT_FOLDER / "dbt_project" / "models").rglob("*.sql")]
    models += (PROJECT_FOLDER / "orchestration" / "fitting").glob("*.py")
    named = {name for model in models for name in re.findall(r"threshold_id = '(\w+)'", model.read_text("utf-8"))}
    assert named == THRESHOLDS_OF_MODELS


def test_a_table_that_is_missing_and_one_that_nobody_described_are_told(dictionary: DictionaryCopy) -> None:
    (dictionary.folder / "metrics.csv").rename(dictionary.folder / "measures.csv")
    assert dictionary.findings() == [
        "measures.csv: _dictionary__seeds.yml does not describe this table; describe it there with column_types, a key "
        "and columns, or remove the file measures.csv",
        "metrics.csv: the file is missing; restore it, or remove 'metrics' from _dictionary__seeds.yml",
    ]


def test_a_file_in_another_encoding_is_told(dictionary: DictionaryCopy) -> None:
    path = dictionary.folder / "thresholds.csv"
    path.write_bytes(path.read_bytes() + "x,1,Stück,Länge\n".encode("latin-1"))
    assert "thresholds.csv, line 1: the file is not in UTF-8; save it as CSV in UTF-8" in dictionary.findings()


def test_a_type_that_no_check_knows_is_told(dictionary: DictionaryCopy) -> None:
    dictionary.change("_dictionary__seeds.yml", "threshold_value: double", "threshold_value: number")
    (found,) = dictionary.findings()
    assert "column 'threshold_value': the type 'number' of thresholds is unknown; use one of string" in found


def test_descriptions_that_are_no_yaml_are_told_with_their_line(dictionary: DictionaryCopy) -> None:
    dictionary.change("_dictionary__seeds.yml", "threshold_value: double", "threshold_value: [double")
    with pytest.raises(DictionaryError, match=r"_dictionary__seeds\.yml, line \d+: not YAML"):
        sound_dictionary(dictionary.folder)


def test_a_folder_without_descriptions_is_told(dictionary: DictionaryCopy) -> None:
    (dictionary.folder / "_dictionary__seeds.yml").unlink()
    with pytest.raises(DictionaryError, match=r"_dictionary__seeds\.yml: the file is missing"):
        sound_dictionary(dictionary.folder)


def test_more_than_fourteen_stages_are_too_many(dictionary: DictionaryCopy) -> None:
    numbers = range(11, 16)
    dictionary.add(STAGES, *(stage(f"planted_{number}", number) for number in numbers))
    dictionary.add(
        RULES, *(rule(f"to_{number}", f"planted_{number}", "active", priority=number + 300) for number in numbers)
    )
    assert dictionary.findings() == [
        "lifecycle_stages.csv, line 16, column 'stage': lifecycle 'customer' has 15 stages; keep at most 14, or make a "
        "second lifecycle",
        "lifecycle_stages.csv, line 16, column 'stage_number': 15 is no stage number; use a free one of 1 to 14",
    ]


def test_more_than_sixty_rules_are_too_many(dictionary: DictionaryCopy) -> None:
    lines = (planted(rule_id=f"x{n}", priority=n + 300, **EVENT, event_number=n + 1) for n in range(49))
    dictionary.add(RULES, *lines)
    assert dictionary.findings() == [
        "stage_rules.csv, line 62, column 'rule_id': lifecycle 'customer' has 61 rules; keep at most 60, or make a "
        "second lifecycle"
    ]


def test_equal_priorities_that_may_meet_are_told(dictionary: DictionaryCopy) -> None:
    dictionary.add(RULES, rule("rival", "closed", "churned", "active", priority=12, events="qualifying_order_placed"))
    assert dictionary.findings() == [
        "stage_rules.csv, line 14, column 'priority': rules 'return_order' and 'rival' have equal priority, can become "
        "true at the same instant and both lead from churned; give the one that shall act first a smaller number; the "
        "other is in line 10"
    ]


def test_equal_priorities_of_two_silences_of_one_event_are_told(dictionary: DictionaryCopy) -> None:
    dictionary.add(RULES, silence("one", "closed", "active"), silence("other", "known", "*", days="7"))
    (found,) = dictionary.findings()
    assert found.startswith("stage_rules.csv, line 15, column 'priority': rules 'one' and 'other' have equal priority")


@pytest.mark.parametrize(
    "other",
    [
        rule("other", "known", "churned"),
        rule("other", "known", "active", events="ticket_solved"),
        rule("other", "known", "active", priority=51),
        silence("other", "known", "active"),
    ],
    ids=["from another stage", "of another event", "of another priority", "by another trigger"],
)
def test_equal_priorities_that_never_meet_are_no_fault(other: str, dictionary: DictionaryCopy) -> None:
    dictionary.add(RULES, rule("one", "closed", "active"), other)
    assert dictionary.findings() == []


def test_silences_without_days_that_turn_in_a_circle_are_told_as_a_circle(dictionary: DictionaryCopy) -> None:
    dictionary.add(
        RULES,
        silence("down", "churned", "at_risk", priority=201, days="0"),
        silence("off", "closed", "churned", priority=202, days="0"),
        silence("up", "at_risk", "closed", priority=203, days="-1"),
        silence("aside", "known", "closed", priority=204, days="0"),
    )
    found = dictionary.findings()
    assert [text for text in found if "circle" in text] == [
        "stage_rules.csv, line 14, column 'to_stage': down, off, up turn in a circle without time passing: "
        "at_risk → churned → closed → at_risk; give each its days of silence, or break the circle"
    ]
    assert sum("is nothing at all" in text for text in found) == 4


def test_a_cell_below_a_quoted_line_break_keeps_its_own_line(dictionary: DictionaryCopy) -> None:
    dictionary.change(RULES, '"Seen, but not yet known."', '"Seen,\nbut not\r\nyet known."')
    dictionary.change(RULES, "event,70,", "event,x,")
    (found,) = dictionary.findings()
    assert found.startswith("stage_rules.csv, line 7, column 'priority'")


def test_a_cell_behind_a_line_break_of_its_own_row_has_the_lower_line(dictionary: DictionaryCopy) -> None:
    dictionary.change(STAGES, "Let many of the right people know us,", '"Let many\nof the right people know us",')
    dictionary.change(
        STAGES, '"A touch came before identity: a visit or a message, told of the person once it is identified."', ""
    )
    (found,) = dictionary.findings()
    assert found.startswith("lifecycle_stages.csv, line 3, column 'definition': the cell is empty")


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(dictionary: DictionaryCopy) -> None:
    path = dictionary.folder / RULES
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert dictionary.findings() == []


def test_every_trigger_that_the_column_accepts_is_explained() -> None:
    columns = {column.name: column for column in read_seeds(DICTIONARY_FOLDER)["stage_rules"].columns}
    assert set(columns["rule_trigger"].values) == set(TRIGGERS)
    assert set(columns) >= TRIGGER_COLUMNS


def test_every_claim_says_why() -> None:
    assert [claim.__name__ for claim in (*CLAIMS_OF_SHAPE, *CLAIMS) if not claim.__doc__] == []
