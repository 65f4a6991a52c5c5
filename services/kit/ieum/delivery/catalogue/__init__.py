"""The centre's catalogue of programmes and their room: publish our own, read those of all agencies.

May import: records (envelopes) and sending (the producer).
"""
