"""Fixtures that every test may use; they come with the kit, so other authors have them too."""

pytest_plugins = ["ieum_lab.testing.plugin"]
