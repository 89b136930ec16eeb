"""The pages that describe the API; a browser takes their style, and nothing else, from them."""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from reference.app.openapi import document
from reference.http.operations import HTML_TYPE, Answer, Operation
from reference.store.codec import dumps

_PAGES: Final = Environment(
    loader=PackageLoader("reference.app"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _marked(text: str) -> Markup:
    """Show as code what descriptions have in backticks."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


_PAGES.filters["marked"] = _marked


def docs_page(operations: Iterable[Operation]) -> Answer:
    """Give the page that describes operations."""
    return _page("docs.html", document=document(operations), example=dumps)


def problem_page(problem: object) -> Answer:
    """Give the page that explains a type of problem."""
    return _page("problem.html", problem=problem)


def _page(template: str, **values: object) -> Answer:
    style = _PAGES.get_template("style.css").render()
    text = _PAGES.get_template(template).render(style=style, **values)
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{fingerprint}'; frame-ancestors 'none'"
    return Answer(200, text.encode(), HTML_TYPE, {"Content-Security-Policy": policy})
