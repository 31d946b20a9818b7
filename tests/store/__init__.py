"""The store over both real backends."""
