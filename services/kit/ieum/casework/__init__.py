"""The pure core: what commands and events do to an agency's referrals and cases.

No I/O and no clock: what is known and the time are arguments, a change or a refusal is the result. May
import: ieum_contracts, and no other package of the kit.
"""
