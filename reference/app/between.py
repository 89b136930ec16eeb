"""The operations that stand between the sides: link, replication, and what a harness breaks."""

from collections.abc import Iterable, Iterator

from reference.app.system import System
from reference.http.operations import Operation
from reference.link.api import LinkApi
from reference.link.faults import CARRIES, PORTAL, FaultsApi, while_up
from reference.link.replication_api import ReplicationApi


def operations_between(system: System) -> Iterator[Operation]:
    """Give the operations of the link that a system serves."""
    if system.replicator is not None:
        yield from ReplicationApi(system.replicator, system.faults is not None).operations()
    if len(system.ends) == 1:
        link = LinkApi(system.ends[0].receiver).operations()
        yield from _breakable(link, system, CARRIES)
    if system.faults is not None:
        yield from FaultsApi(system.faults, system.settle).operations()


def breakable(operations: Iterable[Operation], system: System) -> Iterator[Operation]:
    """Give the portal's operations so that they answer only while the portal is up."""
    return _breakable(operations, system, PORTAL)


def _breakable(
    operations: Iterable[Operation], system: System, needed: frozenset[str]
) -> Iterator[Operation]:
    faults = system.faults
    return (each if faults is None else while_up(each, faults, needed) for each in operations)
