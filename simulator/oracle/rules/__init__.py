"""The promises, one module for each family of clauses."""

from simulator.oracle.rules import delivery, inbox, mailing, replying, sending, status

__all__ = ["delivery", "inbox", "mailing", "replying", "sending", "status"]
