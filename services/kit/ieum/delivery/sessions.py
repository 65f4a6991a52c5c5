"""The planner settings of a service's connections: see decision 0011."""

from collections.abc import Mapping
from types import MappingProxyType

SESSION_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        # Plans made while tables are empty must stay good when they are full; statements are shaped for it.
        "plan_cache_mode": "force_generic_plan",
        "enable_seqscan": "off",
        "jit": "off",
    }
)
"""Session settings of every connection that a service opens."""
