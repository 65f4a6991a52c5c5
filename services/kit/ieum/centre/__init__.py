"""Sets up a centre from its file: topics, logins, access lists, databases and roles.

Also reconciles the agencies' ledgers with each other. May import everything below the service; in use only
delivery and errors.
"""
