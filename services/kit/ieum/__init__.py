"""The kit: everything that runs one agency's service.

One package a layer; a layer imports only those below it: cli, centre, service, api, application, storage,
delivery, agency, casework, observe, and at the bottom settings and errors. An agency's folder imports only
ieum.agency and ieum.casework. import-linter checks both (pyproject.toml).
"""
