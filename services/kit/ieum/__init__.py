"""The machinery of an agency's service: it carries events, keeps state, answers over HTTP, runs it all."""
