"""Names and addresses of machines."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def named(host: str) -> str:
    """Give what others reach a machine by that listens at `host`: its name, if at all addresses."""
    return socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - looked for
