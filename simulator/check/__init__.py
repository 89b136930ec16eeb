"""The `check` command: does a trace of another system keep the rules."""
