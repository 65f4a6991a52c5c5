"""Events that cannot be applied now: parked, quarantined or held by source, and what operators may do."""
