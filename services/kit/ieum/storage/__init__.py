"""What a database keeps of what casework knows, and the schema that it is kept in."""
