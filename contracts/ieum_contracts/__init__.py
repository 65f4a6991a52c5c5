"""What travels between agencies: addresses, topics, the envelope, the events and the life of a referral.

For every agency, whatever it is written in: `generate` writes all of it as JSON beside this package. May
import Pydantic and the standard library, and nothing of the kit or an agency.
"""
