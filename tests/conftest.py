"""Fixtures that every test may use come with the kit, so other authors have them too; here is the order."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.distribution import ByShare, Failures, in_order

pytest_plugins = ["ieum_lab.testing.plugin", "tests.browser.fixtures"]

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # how fast examples are drawn says how busy the machine is, and no more


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Name failures as they happen where dots alone would tell of them; last, when there is a terminal."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if config.getoption("numprocesses", None) and terminal is not None:
        config.pluginmanager.register(Failures(terminal))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into the order in which they are to begin."""
    items[:] = in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByShare:
    """Distribute the tests by what they share."""
    return ByShare(config, log)
