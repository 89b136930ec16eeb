"""The server: both sides, or one of them, over HTTP."""
