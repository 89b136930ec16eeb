"""Paths lead to what stands there: words before parameters, and nothing half matched."""

import pytest

from reference.app.routes import routes_of

ROUTES = routes_of(
    (path, {"GET": path})
    for path in (
        "/",
        "/cases",
        "/cases/{case}",
        "/cases/new",
        "/cases/{case}/messages",
        "/cases/{case}/files/{name}",
    )
)


@pytest.mark.parametrize(
    ("path", "leads_to", "values"),
    [
        ("/", "/", {}),
        ("/cases", "/cases", {}),
        ("/cases/53", "/cases/{case}", {"case": "53"}),
        ("/cases/new", "/cases/new", {}),
        ("/cases/new/messages", "/cases/{case}/messages", {"case": "new"}),
        ("/cases/5/files/a.pdf", "/cases/{case}/files/{name}", {"case": "5", "name": "a.pdf"}),
    ],
)
def test_a_path_leads_to_its_route_and_a_word_goes_before_a_parameter(path, leads_to, values):
    parts = path.split("/")
    route = ROUTES.find(parts)
    assert route is not None
    assert (route.methods["GET"], route.values(parts)) == (leads_to, values)


@pytest.mark.parametrize(
    "path", ["", "*", "/cases/", "//cases", "/cases//messages", "/cases/5/files", "/Cases", "/new"]
)
def test_where_nothing_stands_nothing_is_found(path):
    assert ROUTES.find(path.split("/")) is None
