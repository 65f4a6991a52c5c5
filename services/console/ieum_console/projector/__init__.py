"""Fills the projection: reads the headers of every record of the centre, and how far each agency has read.

Bodies are never decoded, stored or logged. May import: the contracts; of the kit casework, storage, errors,
delivery's records and connections, the business calendar; of the console projection, silence and
settings.
"""
