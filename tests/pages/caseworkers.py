"""What caseworkers do in a browser."""

import contextlib

from tests.pages import people
from tests.server.people import PASSWORD

CASE = "/mvp/cases/53"
K, L = "k@example.org", "l@example.org"
TEXT = "Bitte senden Sie uns die Unterlagen."
#: A text that would break out of where it stands, were it not escaped.
HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>{{7*7}}%s&amp;\u202e"


async def office(server, **roles):
    """Let caseworkers have passwords, and give Anna, who has the case 53."""
    anna = await colleague(server, "anna", roles.pop("anna", "Benutzer"))
    for name, role in roles.items():
        await colleague(server, name, role)
    made = await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz", "customer": "Kramer"})
    assert made.status == 201, made.body
    return anna


async def colleague(server, name, role="Benutzer"):
    """Give a caseworker who has a password."""
    person = await server.caseworker(name, role)
    path = f"/api/mvp/caseworkers/{name}/password"
    assert (await server.operator.put(path, {"password": PASSWORD})).status == 204
    return person


async def log_in(tab, name="anna", password=PASSWORD):
    await tab.goto("/mvp/login")
    await tab.fill("#name", name)
    await tab.fill("#password", password)
    await tab.click("main button")
    await tab.wait_for_url("**/mvp/cases")


@contextlib.asynccontextmanager
async def at_work(serve, browse, roles=(), **more):
    """Give a server with an office, and Anna's browser, logged in."""
    async with serve() as server, browse(server, **more) as tab:
        anna = await office(server, **dict(roles))
        await log_in(tab)
        yield server, anna, tab


async def press(tab, label):
    """Click what sends a form; give when the act happened."""
    return await people.press(tab.get_by_role("button", name=label, exact=True))


async def write(tab, text=TEXT, expects="Antwort", at=CASE):
    """Fill in the activity field of a message that is to be shared."""
    if not tab.url.endswith(at):
        await tab.goto(at)
    await tab.fill("#text", text)
    await tab.check("#share")
    if expects is not None:
        await tab.get_by_role("radio", name=f"{expects} –").check()


async def add(tab, address):
    await tab.fill("#address", address)
    await press(tab, "Adresse hinzufügen")


async def share(tab, *to, **more):
    """Send a message through the dialog."""
    await write(tab, **more)
    await press(tab, "Speichern")
    await tab.wait_for_url("**/share")
    for each in to:
        await add(tab, each)
    await press(tab, "Freischaltung")
    await tab.wait_for_url("**/mvp/cases/*")


async def field(tab, name, at=CASE):
    """Give what a field of a case says."""
    if not tab.url.split("#")[0].endswith(at):
        await tab.goto(at)
    return await tab.locator(f"dt:text-is('{name}') + dd").inner_text()


async def entries(anna, case=53):
    return (await anna.get(f"/api/mvp/cases/{case}/activities")).json["entries"]


async def inbox(server, address=K):
    person = await server.recipient(address)
    return (await person.get("/api/collaboration/inbox")).json["messages"]


def box(tab, address):
    """Give the box of a recipient."""
    return tab.locator(f"[name=to][value='{address}']")


async def errors(tab):
    """Give what is wrong, by the field that it stands at."""
    found = {}
    for each in await tab.locator(".error").all():
        name = (await each.get_attribute("id")).removesuffix("-error")
        found[name] = await each.inner_text()
    return found
