"""What is fitted to the data between the two parts of the dbt build."""

import dagster as dg

from orchestration.defs.resources import Progress, Warehouse
from orchestration.fitting.buying_models import refit_buying_models
from orchestration.fitting.churn_models import refit_churn_models

BUYING_MODELS_KEY = dg.AssetKey(["fitted", "buying_models"])
BUYING_SAMPLES_KEY = dg.AssetKey(["intermediate", "int_buying_samples_drawn"])
CHURN_MODELS_KEY = dg.AssetKey(["fitted", "churn_models"])
RISK_SAMPLES_KEY = dg.AssetKey(["intermediate", "int_risk_samples_drawn"])


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


def churn_models_asset() -> dg.AssetsDefinition:
    """Return the asset that holds the versions of the model of churn risk."""

    @dg.asset(
        key=CHURN_MODELS_KEY,
        deps=[RISK_SAMPLES_KEY],
        group_name="fitted",
        pool="working_database",
        kinds={"python", "duckdb", "scikitlearn"},
    )
    def churn_models(warehouse: Warehouse, progress: dg.ResourceParam[Progress]) -> dg.MaterializeResult:
        """Logistic models of the risk of churn, one for each month's end, by what was known then."""
        progress("fitting the models of churn risk")
        with warehouse.connect() as connection:
            versions = refit_churn_models(connection)
        newest = versions[-1] if versions else None
        return dg.MaterializeResult(
            metadata={
                "versions_refitted": sum(version.is_refitted for version in versions),
                "newest_version": str(newest.model_date) if newest else "none",
                "newest_model_brier": newest.evaluation.model_brier if newest else None,
                "newest_rule_brier": newest.evaluation.rule_brier if newest else None,
                "dagster/row_count": len(versions),
            }
        )

    return churn_models
