"""Events that cannot be applied now: parked, quarantined or held by source.

Also the actions of operators on them: retry, skip, release. Called inside transactions that others open. May
import: streams, records, notices.
"""
