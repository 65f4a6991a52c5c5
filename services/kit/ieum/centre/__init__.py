"""Making a centre exist: topics, logins, access lists, databases and roles, as the centre's file says."""
