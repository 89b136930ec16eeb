"""The client, and the trace that its recorder writes: the oracle judges it."""

import asyncio
import contextlib
import re
import sys
from email.message import EmailMessage
from random import Random

import aiohttp
import pytest
from aiohttp import web

from reference.client.client import Client, File
from reference.client.connection import NotSeen, Outcome, Patience
from reference.client.recorder import Recorder
from reference.clock import SystemClock
from tests.server.people import PASSWORD

KUNDE, GUTACHTER = "k@example.org", "g@example.org"
QUICK = Patience(tries=3, wait_s=0.01)


async def people(server, recorder):
    """Give the operator and Anna, whose role the trace tells."""
    operator = recorder.person(
        Client.at(server.url, server.http, server.operator.token), "operator"
    )
    assert (await operator.set_role("anna", "Benutzer", "anna@makler.example")).outcome == "ok"
    token = (await operator.client.make_token("anna")).value.token
    return operator, recorder.person(operator.client.known_by(token), "anna")


async def registered(server, recorder, operator, address):
    """Let a recipient register through the newest link that was mailed, and log in."""
    mails = [each for each in await operator.client.mails() if each.to == address]
    links = [link for each in mails for link in re.findall(r"\S+[?#/=]([\w.~-]{20,})", each.body)]
    nobody = Client.at(server.url, server.http)
    person = recorder.person(nobody, address)
    assert (await person.register(links[-1], PASSWORD)).outcome == "ok"
    person.client = await nobody.log_in(address, PASSWORD)
    return person


async def judged(recorder, tmp_path, *demanded):
    """Judge a trace as anybody would: it has no deviation, and these rules were demanded."""
    path = tmp_path / "trace.jsonl"
    recorder.write(path)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "check",
        str(path),
        *(f"--require={rule}" for rule in demanded),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def test_the_names_of_files_arrive_as_they_were_written(serve):
    names = ("Übersicht 50 %.pdf", 'das "Gutachten"; neu.pdf', "a%20b.txt", "two\r\nlines.txt")
    async with serve() as server:
        recorder = Recorder(SystemClock())
        operator, anna = await people(server, recorder)
        await anna.create_case(53, "Kfz")
        await anna.send(53, "Bitte schicken", "reply_with_file", [KUNDE], message="m1")
        await server.rest()
        kunde = await registered(server, recorder, operator, KUNDE)
        await kunde.reply(53, "Anbei", "m1", [File(name, b"x") for name in names])
        await server.rest()
        entry = (await anna.client.activities(53))[-1]
        assert entry.files == (*names[:3], "two%0D%0Alines.txt")


async def test_every_act_and_every_look_of_a_trace_passes_the_check(serve, tmp_path):
    async with serve() as server:
        recorder = Recorder(SystemClock())
        operator, anna = await people(server, recorder)
        await anna.create_case(53, "Kfz")
        await anna.edit_case(53, follow_up_on=None)
        await anna.note(53, "intern")
        await anna.add_document(53, File("Angebot.pdf", b"%PDF"))
        await anna.send(53, "Bitte lesen", "acknowledge", [KUNDE], ["Angebot.pdf"], "m1")
        await anna.send(53, "Bitte antworten", "reply", [KUNDE, GUTACHTER], message="m2")
        await anna.send(53, "Bitte schicken", "reply_with_file", message="m3")
        await server.rest()
        kunde = await registered(server, recorder, operator, KUNDE)
        gutachter = await registered(server, recorder, operator, GUTACHTER)
        await kunde.see_inbox()
        await kunde.open(53, "attachments", "m1")
        assert (await kunde.mark_read("m2")).reason == "mark_read_not_available"
        await kunde.reply(53, "Passt", "m2")
        await kunde.reply(53, "Anbei", "m3", [File("a.pdf", b"a"), File("b.pdf", b"bb")])
        await kunde.reply(53, "Noch etwas")
        await kunde.see_portal_case(53)
        await server.rest()
        await anna.see_case(53)
        await anna.set_release(53, GUTACHTER, create_messages=False)
        await server.rest()
        assert (await gutachter.reply(53, "?", "m3")).reason == "writing_withheld"
        await gutachter.open(53, "widget")
        await gutachter.see_inbox()
        await gutachter.see_portal_case(53)
        await gutachter.request_link()
        assert (await anna.send(53, " ", "reply")).reason == "blank_text"
        assert (await anna.replicate()).outcome == "ok"
        await operator.set_mail("new_message", "Neu", "Guten Tag", enabled=False)
        await server.rest()
        await anna.send(53, "Danke", "acknowledge", [KUNDE], message="m4")
        await server.rest()
        for look in (anna.see_case, anna.see_activities, anna.see_preset):
            await look(53)
        await anna.see_case_list()
        await kunde.see_inbox()
        await recorder.mails(operator.client)
    told = {line.split(b'"')[7] for line in recorder.lines()[1:]}
    assert {b"set_role", b"send", b"reply", b"register", b"replicate", b"mail", b"inbox"} <= told
    await judged(recorder, tmp_path, "LOG-1", "LOG-2", "INB-4", "MAIL-1", "ACC-2")


async def caseworker_at_work(person, cases, chance):
    case = chance.choice(cases)
    expects = chance.choice(["acknowledge", "reply", "reply_with_file"])
    to = chance.choice([None, [KUNDE], [KUNDE, GUTACHTER]])
    await person.send(case, f"Nachricht {chance.random()}", expects, to)
    await chance.choice([person.see_preset, person.see_activities])(case)
    await person.see_case(case, under_way=False)
    await person.see_case_list()


async def recipient_at_work(person, chance, writes):
    await person.see_inbox()
    one = chance.choice((await person.client.inbox()).messages)
    match chance.choice(["open", "mark", "page", *(["reply", "new"] if writes else [])]):
        case "open":
            await person.open(
                one.case, chance.choice(["message", "reply", "attachments"]), one.message
            )
        case "mark":
            await person.mark_read(one.message)
        case "reply":
            files = [File("f.txt", b"f")] if chance.random() < 0.5 else []
            await person.reply(one.case, "Antwort", one.message, files)
        case "new":
            await person.reply(one.case, "Neu")
        case _:
            await person.see_portal_case(one.case)
    await person.see_inbox()


@pytest.mark.parametrize("seed", range(3))
async def test_a_trace_of_many_people_at_once_passes_the_check(serve, tmp_path, seed):
    chance, cases = Random(seed), range(1, 7)
    async with serve(clock="manual") as server:
        recorder = Recorder()
        operator, anna = await people(server, recorder)
        workers = [anna]
        for name in ("ben", "cem"):
            await operator.set_role(name, "Benutzer", f"{name}@makler.example")
            token = (await operator.client.make_token(name)).value.token
            workers.append(recorder.person(anna.client.known_by(token), name))
        for case in cases:
            await anna.create_case(case, f"Vorgang {case}")
            await anna.send(case, "Willkommen", "reply", [KUNDE, GUTACHTER])
        await recorder.advance(operator.client, 3)
        recipients = [
            await registered(server, recorder, operator, each) for each in (KUNDE, GUTACHTER)
        ]
        for number in range(25):
            # Nobody outside sees which of two recipients' messages comes first into a case.
            writer = recipients[number % 2]
            await asyncio.gather(
                *(caseworker_at_work(each, cases, chance) for each in workers),
                *(recipient_at_work(each, chance, each is writer) for each in recipients * 2),
            )
            await recorder.advance(operator.client, 3)
            await asyncio.gather(*(anna.see_case(case) for case in cases))
        for case in cases:
            await anna.see_activities(case)
        for each in recipients:
            await each.see_inbox()
        await recorder.mails(operator.client)
    await judged(recorder, tmp_path, "LOG-3", "STA-6")


async def test_an_act_whose_answer_is_lost_is_done_once(serve):
    async with serve() as server, losing(server.url, [0, 2]) as lossy:
        operator, anna = await people(server, Recorder(SystemClock()))
        del operator
        client = Client.at(lossy, server.http, anna.client.connection.token, QUICK)
        assert (await client.create_case(53)).outcome is Outcome.OK
        assert (await client.send(53, "Hallo", "reply", [KUNDE])).outcome is Outcome.OK
        assert [each.text for each in await anna.client.activities(53)] == ["Hallo"]


async def test_an_act_that_never_gets_an_answer_is_of_unknown_outcome_and_one_that_is_never_sent_refused(
    serve,
):
    async with serve() as server, losing(server.url, range(99)) as lossy:
        _, anna = await people(server, Recorder(SystemClock()))
        client = Client.at(lossy, server.http, anna.client.connection.token, QUICK)
        assert (await client.create_case(53)).outcome is Outcome.UNKNOWN
        assert (await anna.client.case(53)).case == 53
        nowhere = Client.at("http://127.0.0.1:1", server.http, None, QUICK)
        assert (await nowhere.create_case(54)).reason == "not_reachable"
        with pytest.raises(NotSeen, match="not_reachable"):
            await nowhere.case(53)
        with pytest.raises(NotSeen, match="unknown_case"):
            await anna.client.case(55)


async def test_a_long_inbox_is_read_as_it_was_at_one_moment(serve):
    async with serve() as server:
        recorder = Recorder(SystemClock())
        _, anna = await people(server, recorder)
        await anna.create_case(1)
        kunde = await server.recipient(KUNDE)
        client = anna.client.known_by(kunde.token)
        for start in range(0, 1100, 100):
            await asyncio.gather(
                *(
                    anna.client.send(1, "Hallo", "acknowledge", [KUNDE], message=f"m{start + n}")
                    for n in range(100)
                )
            )
        await server.rest()

        async def read_one_by_one():
            for number in range(60):
                await client.mark_read(f"m{number * 18}")

        marking = asyncio.create_task(read_one_by_one())
        while not marking.done():
            inbox = await client.inbox()
            assert len(inbox.messages) == 1100
            assert inbox.unread == sum(each.unread for each in inbox.messages)
        await marking


async def test_all_released_cases_are_read_however_many_they_are(serve):
    async with serve() as server:
        _, anna = await people(server, Recorder(SystemClock()))
        kunde = await server.recipient(KUNDE)
        numbers = [*range(600), "Sonderfall"]
        for number in numbers:
            await anna.client.create_case(number)
            await anna.client.send(number, "Hallo", "acknowledge", [KUNDE])
        await server.rest()
        released = await anna.client.known_by(kunde.token).released_cases()
        assert [(each.case, each.unread) for each in released.cases] == [
            (number, 1) for number in numbers
        ]


async def test_mails_that_arrive_are_recorded_by_what_their_headers_say():
    recorder = Recorder()
    mail = EmailMessage()
    mail["To"], mail["Message-ID"] = KUNDE, "<1@x>"
    mail["X-Collab-Event"], mail["X-Collab-Message"] = "new_message", "m1"
    mail.set_content("Guten Tag")
    recorder.mail(mail)
    del mail["X-Collab-Event"]
    mail["X-Collab-Event"] = "password_reset"  # not of a trace
    recorder.mail(mail)
    assert len(recorder.lines()) == 2
    assert (
        b'"event":"new_message","message":"m1","message_id":"<1@x>","body":"Guten Tag\\n"'
        in recorder.lines()[1]
    )


@contextlib.asynccontextmanager
async def losing(url, which):
    """Stand between client and server, and lose the answers with these numbers."""
    seen = 0

    async def forward(request):
        nonlocal seen
        number, seen = seen, seen + 1
        headers = {n: v for n, v in request.headers.items() if n not in {"Host", "Content-Length"}}
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                request.method, url + request.raw_path, data=await request.read(), headers=headers
            ) as answer,
        ):
            body = await answer.read()
            if number in which:
                request.transport.abort()
            return web.Response(
                status=answer.status,
                body=body,
                headers={"Content-Type": answer.headers.get("Content-Type", "")},
            )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
