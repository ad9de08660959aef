"""The dbt project as assets, every data test as a check.

One dbt process builds and tests all that nothing fitted is needed for, a second one what reads fitted parameters.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCliEventMessage
from filelock import FileLock

from orchestration.defs.resources import DBT_FOLDER, Progress, Warehouse, dbt_project, dbt_resource
from orchestration.dictionary.checks import sound_dictionary
from orchestration.dictionary.findings import DictionaryError
from orchestration.engine import Engine, demand
from orchestration.home import BUILD_PARTS, DICTIONARY_FOLDER, WarehouseHome
from orchestration.leftovers import noted_dbt
from orchestration.spark_exchange import exchange

READS_WHAT_IS_FITTED = "source:fitted+"
PROMISED_BY_THE_DICTIONARY = "tag:dictionary"  # asked already, see demand_sound_dictionary
VIEWS_OF_RUNS = "tag:of_runs"
BUILD = ("build", "--exclude-resource-type", "unit_test", "--no-version-check")
NODE_DONE = re.compile(r"^(\d+) of (\d+) (?!START)")


class LayerTranslator(DagsterDbtTranslator):
    """Asset keys are layer and name; the group is the layer, for marts the domain."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the key that a source names itself, else schema and name."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer, or the domain of a mart."""
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[1] if folders[0] == "marts" else folders[0]


def prepared_project() -> DbtProject:
    """Return the dbt project with a manifest that is no older than its files."""
    project = dbt_project()
    target = DBT_FOLDER / project.target_path
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / "manifest.lock"):  # two runs must not write it at once
        if not project.manifest_path.exists() or project.manifest_path.stat().st_mtime < newest_change(DBT_FOLDER):
            # dbt parses anew for a target that was named otherwise before, so it is named as the build names it
            parse = ["parse", "--quiet", "--no-version-check", "--target", Engine.DUCKDB]
            try:
                dbt_resource().cli(parse, target_path=target).wait()
            except Exception:  # such as a full disk, which leaves half a manifest
                project.manifest_path.unlink(missing_ok=True)
                raise
    return project


def newest_change(folder: Path) -> float:
    """Return when a file of the dbt project was last changed."""
    skipped = {"target", "logs"}
    files = (path for path in folder.rglob("*") if not skipped.intersection(path.relative_to(folder).parts))
    return max(path.stat().st_mtime for path in files)


def demand_sound_dictionary(folder: Path) -> None:
    """Make sure that the dictionary holds; the command line asked before landing, Dagster's page did not.

    What the dictionary's yml promises of its columns is asked here, of the files; dbt does not ask it of the tables.
    """
    try:
        sound_dictionary(folder)
    except DictionaryError as error:
        raise dg.Failure(f"The dictionary does not hold:\n{error}", allow_retries=False) from None


def transformation_assets() -> tuple[dg.AssetsDefinition, dg.AssetsDefinition]:
    """Return the dbt models, seeds and tests in two parts: what nothing fitted is needed for, and the rest."""
    project = prepared_project()
    return (
        _assets_of_part(project, BUILD_PARTS[0], exclude=f"{READS_WHAT_IS_FITTED} {PROMISED_BY_THE_DICTIONARY}"),
        _assets_of_part(project, BUILD_PARTS[1], select=READS_WHAT_IS_FITTED),
    )


def _assets_of_part(project: DbtProject, name: str, **part: str) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        name=name,
        dagster_dbt_translator=LayerTranslator(),
        pool="working_database",
        **part,
    )
    def build(
        context: dg.AssetExecutionContext,
        dbt: DbtCliResource,
        warehouse: Warehouse,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        demand(warehouse.engine)
        demand_sound_dictionary(DICTIONARY_FOLDER)
        target_path = warehouse.home.dbt_target(warehouse.engine)
        with exchange(warehouse.home) if warehouse.engine is Engine.SPARK else nullcontext():
            invocation = dbt.cli(
                [*BUILD, "--target", warehouse.engine],
                context=context,
                target_path=target_path,
            )
            for message in followed(invocation, warehouse.home, progress):
                yield from message.to_default_asset_events(
                    manifest=invocation.manifest,
                    dagster_dbt_translator=invocation.dagster_dbt_translator,
                    context=invocation.context,
                    target_path=invocation.target_path,
                    project=project,
                )
            shutil.copy(target_path / "run_results.json", warehouse.home.dbt_results(warehouse.engine, name))
        if warehouse.engine is Engine.SPARK and name == BUILD_PARTS[0]:
            make_views_of_runs(dbt, warehouse)

    return build


def followed(
    invocation: DbtCliInvocation, home: WarehouseHome, progress: Callable[[str], None]
) -> Iterator[DbtCliEventMessage]:
    """Yield what a dbt process tells while it builds, and tell how far it is; a failed node raises in the end."""
    with noted_dbt(home, invocation.process.pid):
        for message in invocation.stream_raw_events():
            done = NODE_DONE.match(str(message))
            if done:
                progress(f"building and testing, {done[1]} of {done[2]}")
            yield message


def make_views_of_runs(dbt: DbtCliResource, warehouse: Warehouse) -> None:
    """Make the views that tell of runs in the working database, as Spark has just made them beside its own tables.

    They are asked when a release is written, after all that Spark does.
    """
    run = ["run", "--select", VIEWS_OF_RUNS, "--target", Engine.DUCKDB, "--no-version-check"]
    dbt.cli(run, target_path=warehouse.home.dbt_target(Engine.DUCKDB)).wait()
