"""How likely a customer is to be gone, by what it did until then: logistic regression by scikit-learn.

The features are standardised and their weights shrunk a little (ridge), so that features that say the same share what
they say. What is kept are weights of the features as they are, so that a probability is one sum and one exponential:
SQL computes it, and tells how much each feature adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Marks = NDArray[np.bool_]

SHRINKAGE = 0.1  # scikit-learn's C, the inverse of the ridge, on standardised features
TOLERANCE = 1e-10
CUTS = np.arange(5, 96) / 100


@dataclass(frozen=True)
class ChurnModel:
    """A logistic model: `1 / (1 + exp(-(intercept + coefficients . features)))`, and the features' means."""

    intercept: float
    coefficients: Numbers
    means: Numbers

    def probabilities(self, features: Numbers) -> Numbers:
        """Return the probability to be gone of each row."""
        return 1 / (1 + np.exp(-(self.intercept + features @ self.coefficients)))


def fit_churn(features: Numbers, is_gone: Marks) -> ChurnModel:
    """Return the model of largest penalised likelihood.

    Args:
        features: a row for each snapshot, a column for each feature; none is missing.
        is_gone: what became of each; both kinds must be there.
    """
    means, spreads = features.mean(axis=0), features.std(axis=0)
    spreads[spreads == 0] = 1  # what never varies tells nothing, and gets no weight
    regression = LogisticRegression(C=SHRINKAGE, solver="newton-cholesky", tol=TOLERANCE, max_iter=200)
    regression.fit((features - means) / spreads, is_gone)
    coefficients = regression.coef_[0] / spreads
    return ChurnModel(float(regression.intercept_[0] - means @ coefficients), coefficients, means)


def best_cut(probabilities: Numbers, is_gone: Marks) -> float:
    """Return the probability from which on to flag, in hundredths: that with the highest F1, of several the lowest.

    F1 is the harmonic mean of precision, how many flagged are gone, and recall, how many of the gone are flagged.
    """
    flagged = probabilities[None, :] >= CUTS[:, None]
    hits = (flagged & is_gone).sum(axis=1)
    return float(CUTS[np.argmax(2 * hits / np.maximum(flagged.sum(axis=1) + is_gone.sum(), 1))])


def brier_score(probabilities: Numbers, is_gone: Marks) -> float:
    """Return the mean squared distance of a probability from what became, 0 to 1; less is better (Brier 1950)."""
    return float(((probabilities - is_gone) ** 2).mean())
