"""The agency's HTTP API, for its own systems and its operators.

`agency` and `operators` hold the routes, `http` what is the same for every request, `problems` the refusals,
`docs` the OpenAPI document. May import: application, storage, delivery, casework and what stands below.
"""
