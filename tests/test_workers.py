"""What a module's tests share is made by one worker, when several run them."""

from __future__ import annotations

import pytest


def test_this_module_goes_to_one_worker(request: pytest.FixtureRequest) -> None:
    """The end of the node's id tells its group; releases of pytest and xdist that do not fit lose it in silence."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("one worker runs everything")
    assert request.node.nodeid.endswith("@test_workers")
