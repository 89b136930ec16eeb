"""How the two sides prove themselves to each other: a secret that both know signs each request.

The signature covers method, path, moment and the digest of the body; who reads the body compares
it with the digest. A request that is sent again by somebody else within the time that it is valid
changes nothing: everything that comes over the link may come twice.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

#: How far the clocks of the two sides may differ, and how long a request is valid, in seconds.
SKEW_S: Final = 300
TIME: Final = "Link-Time"
DIGEST: Final = "Link-Digest"
SIGNATURE: Final = "Link-Signature"


def digest_of(body: bytes | bytearray) -> str:
    """Give the digest of a body."""
    return sha256(body).hexdigest()


def signed(secret: str, method: str, path: str, digest: str, at_s: int) -> dict[str, str]:
    """Give the headers that sign a request; `at_s` is the moment in seconds since 1970."""
    signature = _signature(secret, method, path, digest, str(at_s))
    return {TIME: str(at_s), DIGEST: digest, SIGNATURE: signature}


def is_signed(secret: str, method: str, path: str, headers: Mapping[str, str], now_s: int) -> bool:
    """Say whether a request comes from who knows the secret, and is not too old."""
    at, digest, signature = (headers.get(name, "") for name in (TIME, DIGEST, SIGNATURE))
    if not (secret and (at + digest + signature).isascii()):
        return False
    if not (at.isdigit() and len(at) < 16):  # noqa: PLR2004 - seconds
        return False
    if abs(now_s - int(at)) > SKEW_S:
        return False
    right = _signature(secret, method, path, digest, at)
    return hmac.compare_digest(right.encode(), signature.encode())


def _signature(secret: str, method: str, path: str, digest: str, at: str) -> str:
    signed_text = f"{method}\n{path}\n{digest}\n{at}"
    return hmac.new(secret.encode(), signed_text.encode(), sha256).hexdigest()
