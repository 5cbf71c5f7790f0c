"""The clinic assistant: what understands, what protects, what speaks, where it is reached, how it is run."""
