"""The MVP as caseworkers see it."""
