"""What tests of clocks in a database are given: what those of casework are."""

from tests.kit.casework.conftest import api_context

__all__ = ["api_context"]
