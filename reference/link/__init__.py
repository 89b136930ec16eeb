"""The link: carries what waits in a side's outbox to the other side, until it is taken."""
