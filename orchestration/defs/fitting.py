"""What is fitted to the data between the two parts of the dbt build."""

import dagster as dg

from orchestration.defs.resources import Progress, Warehouse
from orchestration.fitting.buying_models import refit_buying_models

BUYING_MODELS_KEY = dg.AssetKey(["fitted", "buying_models"])
BUYING_SAMPLES_KEY = dg.AssetKey(["intermediate", "int_buying_samples_drawn"])


def buying_models_asset() -> dg.AssetsDefinition:
    """Return the asset that holds the parameters of how customers buy."""

    @dg.asset(
        key=BUYING_MODELS_KEY,
        deps=[BUYING_SAMPLES_KEY],
        group_name="fitted",
        pool="working_database",
        kinds={"python", "duckdb"},
    )
    def buying_models(warehouse: Warehouse, progress: dg.ResourceParam[Progress]) -> dg.MaterializeResult:
        """The parameters of BG/NBD and gamma-gamma, of each group of customers; fitted anew when its sample changed."""
        progress("fitting the models of buying")
        with warehouse.connect() as connection:
            fits = refit_buying_models(connection)
        return dg.MaterializeResult(
            metadata={
                "groups_refitted": [fit.customer_group for fit in fits if fit.is_refitted],
                "groups_without_purchase_model": [fit.customer_group for fit in fits if not fit.has_purchase_model],
                "groups_without_spending_model": [fit.customer_group for fit in fits if not fit.has_spending_model],
                "dagster/row_count": len(fits),
            }
        )

    return buying_models
