"""The MVP: the broker's program, in which caseworkers work on cases."""
