"""What a service's connections share: the planner's settings (decision 0011), and which server they meet."""

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

SERVER_STARTED = "select pg_postmaster_start_time()"
"""Tells one server from another that has taken over under the same address."""
