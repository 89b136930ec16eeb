"""The rules of the system, stated over traces: facts are folded, rules judge what was seen."""

from simulator.oracle.explain import (
    Reason,
    explain_case,
    explain_message,
    recipients_of,
    why_case,
    why_inbox,
    why_message,
)
from simulator.oracle.findings import BadLine, Finding, Reused, Unmentioned, Verdict
from simulator.oracle.infer import Inferred, infer
from simulator.oracle.oracle import Oracle
from simulator.oracle.rules.registry import REGISTRY, Promise

__all__ = [
    "REGISTRY",
    "BadLine",
    "Finding",
    "Inferred",
    "Oracle",
    "Promise",
    "Reason",
    "Reused",
    "Unmentioned",
    "Verdict",
    "explain_case",
    "explain_message",
    "infer",
    "recipients_of",
    "why_case",
    "why_inbox",
    "why_message",
]
