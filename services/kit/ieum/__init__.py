"""The machinery of an agency's service: what carries events, keeps state, answers over HTTP and runs it all."""
