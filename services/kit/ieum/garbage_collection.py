"""Python's garbage collector as every process of ours sets it: each of its looks stops all work."""

import gc

COLLECT_AFTER = 50_000
"""New objects before the collector looks; objects made at the start are frozen, and never looked at again."""


def collect_less() -> None:
    """Collect once, and from now on look seldom, and only at what is new."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
