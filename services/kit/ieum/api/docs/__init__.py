"""The OpenAPI document, its examples, and the pages that show it.

Routes describe themselves with `route_description`. May import: http, problems.
"""
