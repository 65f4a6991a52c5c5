"""Commands and events meet casework: load what they need, decide, write in one transaction.

`commands` lists what an agency's systems can do, `group_commit` runs them, `event_handler` is the
`Application` that delivery calls. May import: storage, delivery, casework and what stands below them.
"""
