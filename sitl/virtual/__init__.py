"""The whole system in one process on virtual time: no sockets, no threads, no waiting."""
