"""How secrets are made, and how they are kept: only their hashes are on disk."""

import secrets  # noqa: TID251 - the one place that makes them
from hashlib import sha256


def new_secret() -> str:
    """Give a random secret that fits into a URL and a header."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Give the hash under which a random secret is kept; it needs no salt, as it is random."""
    return sha256(secret.encode()).hexdigest()


def new_id() -> str:
    """Give an id that nothing has yet."""
    return secrets.token_hex(16)
