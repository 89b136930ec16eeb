"""Registration links: signed, so that forged ones cost nothing, and with the address in them."""

import sqlite3
from hashlib import sha256
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from reference.domain.refusals import Refusal
from reference.http.problems import Refused
from reference.store.secrets import new_secret
from reference.store.shared_tables import SETTINGS
from reference.store.unit import Unit

_KEY: Final = "link_key"


def link_to(unit: Unit, address: str, secret: str) -> str:
    """Give the token of a link for an address; the key is made with the first one."""
    kept = unit.get(SETTINGS, _KEY)
    if kept is None:
        kept = (_KEY, new_secret())
        unit.put(SETTINGS, _KEY, kept)
    return str(_signer(kept[1]).dumps([address, secret]))


def address_of(connection: sqlite3.Connection, token: str) -> str:
    """Give the address that a link was made for.

    Raises:
        Refused: when no link was made with this token.
    """
    kept = SETTINGS.load(connection, _KEY)
    if kept is None:
        raise Refused(Refusal.UNKNOWN_LINK)
    try:
        address, _ = _signer(kept[1]).loads(token)
    except BadSignature:
        raise Refused(Refusal.UNKNOWN_LINK) from None
    return str(address)


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt="registration", signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
    )
