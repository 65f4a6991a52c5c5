"""The embedded stack's own issuer: its key in the stack's state, tokens, an OIDC server without passwords.

For a centre on one machine with synthetic data; anybody on that machine may log in as anybody.
May import: no other room of the embedded stack.
"""
