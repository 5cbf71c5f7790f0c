"""How it is run: starting the servers, asking in one process, measuring."""
