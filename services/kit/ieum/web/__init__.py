"""What every window for people is made of: layout, language, dates, forms, sessions, sign-in, problem pages.

An agency's service never imports it. May import: storage and delivery for a pool of connections, access for
an issuer's keys, errors.
"""
