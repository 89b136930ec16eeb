"""The link: what carries envelopes from one side's outbox to the other side, until they are taken."""
