"""The centre's catalogue: publish the own programmes, read those of all agencies."""
