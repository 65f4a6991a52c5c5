"""Commands and events meet casework: load what they need, decide, write in one transaction."""
