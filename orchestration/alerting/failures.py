"""What failed in a run, from Dagster's event log and dbt's own results: one entry for each check, model or step."""

from __future__ import annotations

import json
import re
import shlex
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.engine import Engine
from orchestration.home import BUILD_PARTS, MONTHS_STEP, PROJECT_FOLDER, WarehouseHome
from orchestration.obstacles import remedy_of

if TYPE_CHECKING:
    from pathlib import Path

    import dagster as dg


SHOWN_ROWS = 20
SHOWN_CHARACTERS = 1_000
PERSONAL = re.compile(r"[^@\s'\"]+@[^@\s'\"]+\.[^@\s'\".]{2,}|(?<=string ')[^']*(?=')", re.IGNORECASE)

_MEND_AND_RUN = "Look at the rows. Send the wrong ones again in a new file, or mend the model; then run again"
_REMEDIES = (
    (r"Could not set lock.*PID (\d+)", r"Process \1 has the working database open: end it, then run again"),
    (r"dictionary does not hold", "Correct the lines of the dictionary that are named, then run again"),
    (r"exit code `?-9", "dbt was killed, most often for lack of memory: free some, then run again"),
    (r"was killed", "Run again: the next run finishes what this one began"),
)
_RULE_REMEDIES = {
    "volume_holds": "See whether a source sent only a part, or an empty file, and send the rest; then run again",
    "no_personal_values": "Find the column that holds the address, and hash or mask it in its model; then run again",
}


@dataclass(frozen=True)
class Failure:
    """One thing that failed.

    Attributes:
        what: the check, model or step.
        cause: what was told of it, without values that look personal.
        remedy: what to do about it.
        owner_team: the team that owns the table; None when no table is at fault.
        rows_count: how many rows break the claim; None when it is not about rows.
        rows_shown_by: a command that shows the rows; None when it is not about rows.
        sql_file: the compiled SQL that finds them.
    """

    what: str
    cause: str
    remedy: str
    owner_team: str | None = None
    rows_count: int | None = None
    rows_shown_by: str | None = None
    sql_file: str | None = None


def without_personal_values(text: str) -> str:
    """Return a text without addresses and without the values that a cast could not read."""
    return PERSONAL.sub("…", text)


def remedy_for(cause: str) -> str:
    """Return what to do about an error."""
    for pattern, remedy in _REMEDIES:
        found = re.search(pattern, cause, re.IGNORECASE | re.DOTALL)
        if found:
            return found.expand(remedy)
    return remedy_of(cause) or "Read the end of the log, mend the cause, then run again"


def broken_step(what: str, cause: str) -> Failure:
    """Return the failure of something that broke off with an error."""
    told = without_personal_values(cause.strip())[:SHOWN_CHARACTERS]
    return Failure(what, told, remedy_for(cause))


class FailedRun:
    """A run that failed, and the warehouse that it was to refresh."""

    def __init__(self, instance: dg.DagsterInstance, run_id: str, home: WarehouseHome, engine: Engine) -> None:
        """Read what Dagster has kept of the run."""
        import dagster

        kinds = dagster.DagsterEventType
        wanted = {kinds.STEP_FAILURE, kinds.ASSET_CHECK_EVALUATION, kinds.RUN_FAILURE}
        self.home = home
        self.engine = engine
        self.events = [log.dagster_event for log in instance.all_logs(run_id, of_type=wanted) if log.dagster_event]
        record = instance.get_run_record_by_id(run_id)
        self.began = (record.start_time if record else None) or 0.0

    def failures(self, step_key: str | None = None) -> tuple[Failure, ...]:
        """Return what failed, in one step when it is given; what made the run fail when no step did."""
        steps = [event for event in self.events if event.is_step_failure and step_key in {None, event.step_key}]
        found = [failure for step in steps for failure in self._of_step(step)] or self._failed_rules(step_key)
        run = [broken_step("the run", first_cause(event)) for event in self.events if event.is_run_failure]
        return tuple(found or run)

    def _of_step(self, step: dg.DagsterEvent) -> list[Failure]:
        if step.step_key == MONTHS_STEP:
            return self._where_months_are_built()._failed_nodes() or [broken_step("the month", first_cause(step))]
        nodes = self._failed_nodes() if step.step_key in BUILD_PARTS else []
        return nodes or self._failed_rules(step.step_key) or [broken_step(f"step {step.step_key}", first_cause(step))]

    def _where_months_are_built(self) -> FailedRun:
        there = copy(self)
        there.home, there.engine = WarehouseHome(self.home.months), Engine.DUCKDB
        return there

    def _failed_nodes(self) -> list[Failure]:
        """Return the models and tests that failed in the last call of dbt, if that was within this run."""
        results = self._target / "run_results.json"
        if not results.exists() or results.stat().st_mtime < self.began:
            return []
        manifest = json.loads((self._target / "manifest.json").read_text(encoding="utf-8"))
        told = json.loads(results.read_text(encoding="utf-8"))["results"]
        failed = [result for result in told if result["status"] in {"fail", "error"}]
        return [self._node_failure(result, manifest) for result in failed]

    @property
    def _target(self) -> Path:
        return self.home.dbt_target(self.engine)

    def _node_failure(self, result: dict[str, Any], manifest: dict[str, Any]) -> Failure:
        node = manifest["nodes"][result["unique_id"]]
        name, owner = node["name"], owner_of(node, manifest)
        cause = without_personal_values((result["message"] or "").strip())[:SHOWN_CHARACTERS]
        if node["resource_type"] != "test" or result["status"] == "error":
            what = f"{node['resource_type']} {name}"
            return Failure(what, cause, remedy_for(cause), owner, sql_file=self._compiled(node))
        what = f"{tested_table(node, manifest)}: {name}"
        shown_by, sql_file = self._shown_by(name), self._compiled(node)
        return Failure(what, cause, _MEND_AND_RUN, owner, result["failures"], shown_by, sql_file)

    def _shown_by(self, test: str) -> str:
        folder = shlex.quote(str(PROJECT_FOLDER / "dbt_project"))
        database = shlex.quote(str(self.home.working_database))
        show = f"../.venv/bin/dbt show --quiet --target {self.engine} --select {test} --limit {SHOWN_ROWS}"
        return f"cd {folder} && LIFECYCLE_WORKING_DATABASE={database} {show}"

    def _compiled(self, node: dict[str, Any]) -> str | None:
        base = self._target / "compiled" / node["package_name"] / node["original_file_path"]
        path = base if base.suffix == ".sql" else base / node["path"]
        return str(path) if path.is_file() else None

    def _failed_rules(self, step_key: str | None) -> list[Failure]:
        """Return the rules of published tables that a step found broken, or any step."""
        manifest = self._manifest()
        return [
            self._rule_failure(event.asset_check_evaluation_data, manifest)
            for event in self.events
            if event.event_type_value == "ASSET_CHECK_EVALUATION"
            and step_key in {None, event.step_key}
            and not event.asset_check_evaluation_data.passed
            and event.asset_check_evaluation_data.severity.value == "ERROR"
        ]

    def _manifest(self) -> dict[str, Any]:
        path = self._target / "manifest.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"nodes": {}, "groups": {}}

    def _rule_failure(self, found: dg.AssetCheckEvaluation, manifest: dict[str, Any]) -> Failure:
        table = found.asset_key.path[-1]
        nodes = [node for node in manifest["nodes"].values() if node["name"] == table]
        value = found.metadata.get("value")
        return Failure(
            what=f"{found.asset_key.to_user_string()}: {found.check_name}",
            cause=f"measured {value.value:g}" if value else "",
            remedy=_RULE_REMEDIES.get(found.check_name, _MEND_AND_RUN),
            owner_team=owner_of(nodes[0], manifest) if nodes else None,
            rows_shown_by=_asked(self.home, "from audit.published_tables where not is_met"),
        )


def _asked(home: WarehouseHome, sql: str) -> str:
    code = f'import duckdb; print(duckdb.connect("{home.working_database}", read_only=True).sql("{sql}"))'
    return f"{shlex.quote(str(PROJECT_FOLDER / '.venv/bin/python'))} -c {shlex.quote(code)}"


def first_cause(event: dg.DagsterEvent) -> str:
    """Return the message of the error that a failure of a step or run goes back to."""
    error = getattr(event.event_specific_data, "error", None)
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else event.message or "unknown"


def tested_table(node: dict[str, Any], manifest: dict[str, Any]) -> str:
    """Return layer and name of the table that a test is about; of the last that it reads when it names none."""
    table = _tested_node(node, manifest)
    return f"{table['schema']}/{table['name']}" if table else "several tables"


def _tested_node(node: dict[str, Any], manifest: dict[str, Any]) -> dict[str, Any] | None:
    named = node["config"]["meta"].get("dagster", {}).get("ref", {}).get("name")
    read = [manifest["nodes"][key] for key in node["depends_on"]["nodes"] if key in manifest["nodes"]]
    about = [table for table in read if table["name"] == named] or read[-1:]
    return manifest["nodes"].get(node.get("attached_node"), about[0] if about else None)


def owner_of(node: dict[str, Any], manifest: dict[str, Any]) -> str | None:
    """Return the name of the team that owns a model, or the model that a test is about."""
    table = _tested_node(node, manifest) if node["resource_type"] == "test" else node
    group = manifest["groups"].get(f"group.{node['package_name']}.{table.get('group')}") if table else None
    return group["owner"]["name"] if group else None
