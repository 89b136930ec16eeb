"""How secrets are kept: only their hashes are on disk."""

from hashlib import sha256


def hashed(secret: str) -> str:
    """Give the hash under which a random secret is kept; it needs no salt, as it is random."""
    return sha256(secret.encode()).hexdigest()
