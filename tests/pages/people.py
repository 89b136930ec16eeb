"""What recipients do in a browser."""

import re

from tests.server.people import PASSWORD

INBOX = "/collaboration/inbox"


async def press(button):
    """Click what sends a form, and wait for the page that follows; give when the act happened."""
    tab = button.page
    async with (
        tab.expect_response(lambda answer: answer.request.method == "POST") as coming,
        tab.expect_navigation(),
    ):
        await button.click()
    return (await (await coming.value).all_headers()).get("moment")


async def log_in(tab, address="k@example.org", password=PASSWORD):
    await tab.goto("/collaboration/login")
    await tab.fill("#address", address)
    await tab.fill("#password", password)
    await press(tab.locator("main button"))
    assert tab.url.endswith("/collaboration/")


async def unread(tab):
    """Give the number at the inbox, as its page says it."""
    await tab.goto(INBOX)
    return int(re.match(r"\d+", await tab.inner_text("h1 .count"))[0])


async def hints(tab):
    await tab.goto(INBOX)
    return await tab.locator(".entry .badge.waits").all_inner_texts()


def entry(tab, message_of="Vorgang 53"):
    return tab.locator(".entry", has_text=message_of)


async def sent(anna, message="m1", expects="acknowledge", case=53, **more):
    """Let Anna send a message to K."""
    body = {
        "message": message,
        "text": f"Text von {message}",
        "expects": expects,
        "to": ["k@example.org"],
    }
    answer = await anna.post(f"/api/mvp/cases/{case}/messages", body | more)
    assert answer.status == 201, answer.body


async def with_case(server, case=53, subject="Kfz-Versicherung"):
    """Give Anna, who has a case, and let K be registered."""
    anna = await server.caseworker()
    made = await anna.post("/api/mvp/cases", {"case": case, "subject": subject})
    assert made.status == 201, made.body
    await server.registered()
    return anna
