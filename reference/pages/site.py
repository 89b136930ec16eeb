"""A program as its users see it: what all of its pages have in common."""

import hmac
from datetime import tzinfo
from hashlib import sha256
from typing import Any, Final

from attrs import field, frozen
from itsdangerous import BadData, URLSafeSerializer
from jinja2 import Environment, PackageLoader, StrictUndefined

from reference.http.operations import Who

#: What makes pages of templates; everything that is put into them is escaped.
TEMPLATES: Final = Environment(
    loader=PackageLoader("reference.pages"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


@frozen
class Site:
    """The pages of one program, below `base`, for the users that `who` says.

    `secret` signs what browsers bring back. `kilobyte` is what the rules count as one, in bytes;
    `secure` says that users come by https.
    """

    name: str
    base: str
    who: Who
    zone: tzinfo
    secret: str = field(repr=False)
    kilobyte: int = 1024
    secure: bool = False

    @property
    def home(self) -> str:
        """Give the address of the first page."""
        return f"{self.base}/"

    @property
    def log_in(self) -> str:
        """Give the address of the page to log in."""
        return f"{self.base}/login"

    def token_for(self, visitor: str) -> str:
        """Give what a form carries to show that it is ours, and was given to this browser."""
        return hmac.new(self.secret.encode(), f"form {visitor}".encode(), sha256).hexdigest()

    def signed(self, value: object) -> str:
        """Give a value so that it can be kept in a cookie."""
        return str(self._serializer().dumps(value))

    def unsigned(self, text: str) -> Any:  # noqa: ANN401 - JSON
        """Give a value that was kept in a cookie; None where it is none of ours."""
        try:
            return self._serializer().loads(text)
        except BadData:
            return None

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"notice {self.name}")

    def set_cookie(self, name: str, value: str, seconds: int | None = None) -> str:
        """Give the header that keeps a value in the browser, until it is closed or for so long."""
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.secure else ""
        return f"{name}={value}{age}; Path=/; HttpOnly; SameSite=Lax{secure}"
