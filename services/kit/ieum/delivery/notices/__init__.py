"""Talk between agencies about delivery itself."""
