"""The rules of the system, stated over traces: facts are folded, rules judge what was seen."""

from simulator.oracle.findings import Finding, Unmentioned, Verdict
from simulator.oracle.oracle import Oracle
from simulator.oracle.rules.registry import REGISTRY, Promise

__all__ = ["REGISTRY", "Finding", "Oracle", "Promise", "Unmentioned", "Verdict"]
