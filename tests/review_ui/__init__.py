"""The desk over a real SQLite store, with fakes of the network, the index and the writers."""
