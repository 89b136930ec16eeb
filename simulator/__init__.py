"""The harness that proves the reference, and checks the traces of other implementations."""
