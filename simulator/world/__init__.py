"""A scenario at work: SimPy moves the time, people act on a target, the oracle judges."""
