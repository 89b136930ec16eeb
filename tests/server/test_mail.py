"""Mails: written, sent by SMTP, sent again, once."""

import asyncio
import re
import socket
import ssl
from random import Random
from urllib.parse import urlsplit

import pytest

from reference.store.collaboration_tables import INSERT_MAIL
from tests.server.post import PostOffice

CASES = "/api/mvp/cases"


async def send(anna, *to, case=53, text="Bitte lesen", expects="acknowledge", message=None):
    """Send a message in a case that is made for it."""
    await anna.post(CASES, {"case": case, "subject": "Kfz"})
    body = {"text": text, "expects": expects, "to": list(to)}
    body |= {} if message is None else {"message": message}
    sent = await anna.post(f"{CASES}/{case}/messages", body)
    assert sent.status == 201, sent.body
    return sent.json["message"]


async def forward(server, seconds):
    moved = await server.operator.post("/api/clock", {"by_s": seconds})
    assert moved.status == 200, moved.body


@pytest.mark.clause("MAIL-1", "MAIL-3", "ACC-2")
async def test_an_unknown_recipient_gets_registration_and_notice_a_known_one_the_notice(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        anna = await server.caseworker()
        await server.registered("known@example.org")
        message = await send(anna, "new@example.org", "known@example.org", text="Geheimnis")
        mails = {(mail.to, mail.event): mail for mail in await post.mails(3)}
        assert set(mails) == {
            ("new@example.org", "registration"),
            ("new@example.org", "new_message"),
            ("known@example.org", "new_message"),
        }
        notice = mails["known@example.org", "new_message"]
        assert notice.message["X-Collab-Message"] == message
        assert notice.message["Auto-Submitted"] == "auto-generated"
        assert notice.message["To"] == "known@example.org"
        assert notice.message["From"] == "cloudtransfer@localhost"
        assert notice.message["Date"].datetime is not None
        assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", notice.message_id)
        assert notice.message["Subject"] == "Neue Nachricht am Vorgang 53"
        assert not any("Geheimnis" in mail.text for mail in mails.values())


@pytest.mark.clause("ACC-2")
async def test_the_link_in_the_registration_mail_sets_a_password(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        await send(await server.caseworker(), "new@example.org")
        mail = next(m for m in await post.mails(2) if m.event == "registration")
        found = re.search(re.escape(server.url) + r"/register\?token=(\S+)", mail.text)
        assert found, mail.text
        body = {"token": found[1], "password": "richtig lang genug"}
        done = await server.nobody.post("/api/collaboration/registration", body)
        assert done.status < 300, done.body


async def test_links_lead_to_the_public_address(serve):
    public = "https://portal.example.org/post"
    async with PostOffice().opened() as post, serve(smtp=post.place, public_url=public) as server:
        await send(await server.caseworker(), "new@example.org")
        mails = {mail.event: mail.text for mail in await post.mails(2)}
        assert f"{public}/register?token=" in mails["registration"]
        assert f"{public}/collaboration/\n" in mails["new_message"]


async def test_links_lead_to_the_name_of_a_machine_that_listens_at_all_its_addresses(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place, host="0.0.0.0") as server:  # noqa: S104
        await send(await server.caseworker(), "new@example.org")
        mails = {mail.event: mail.text for mail in await post.mails(2)}
        public = f"http://{socket.gethostname()}:{urlsplit(server.url).port}"
        assert f"{public}/register?token=" in mails["registration"]
        assert f"{public}/collaboration/\n" in mails["new_message"]


async def test_nothing_of_a_link_stays_in_the_store_once_its_mail_is_sent(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        await send(await server.caseworker(), "new@example.org")
        await post.mails(2)
        await server.rest()
        shown = await server.operator.get("/mails")
        by_event = {mail["event"]: mail for mail in shown.json["mails"]}
        assert by_event["registration"]["sent_at"] is not None
        assert by_event["registration"]["body"] == ""
        assert "Vorgang 53" in by_event["new_message"]["body"]


@pytest.mark.clause("MAIL-4")
async def test_a_mail_server_that_is_down_delays_the_notice_and_not_the_message(serve):
    post = PostOffice()
    async with post.opened():
        pass  # its port is free now
    async with serve(smtp=post.place) as server:
        await send(await server.caseworker(), "k@example.org", message="m1")
        await server.rest()
        kunde = await server.recipient()
        assert (await kunde.get("/api/collaboration/inbox")).json["unread"] == 1
        async with post.opened(post.port):
            await post.mails(2)
            await server.rest()
            events = [mail.event for mail in post.arrived]
            assert sorted(events) == ["new_message", "registration"]


@pytest.mark.clause("MAIL-4")
async def test_a_mail_that_is_refused_for_now_comes_later_and_once(serve):
    answers = ["451 later", "451 later"]
    post = PostOffice(at_recipient=lambda _: answers.pop() if answers else None)
    async with post.opened(), serve(smtp=post.place, clock="manual") as server:
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await server.rest()
        assert not post.arrived
        await forward(server, 30)
        assert not post.arrived
        await forward(server, 60)
        assert [mail.to for mail in post.arrived] == ["k@example.org"]
        await forward(server, 86_400)
        assert len(post.arrived) == 1


@pytest.mark.clause("MAIL-4")
async def test_a_mail_that_is_refused_for_good_holds_up_no_other_and_is_given_up(serve, caplog):
    def at_recipient(address):
        return "550 nobody" if address == "gone@example.org" else None

    post = PostOffice(at_recipient=at_recipient)
    options = {"clock": "manual", "replicate_every": None}
    async with post.opened(), serve(smtp=post.place, **options) as server:
        await server.registered("gone@example.org")
        await server.registered()
        await send(await server.caseworker(), "gone@example.org", "k@example.org")
        await server.rest()
        assert [mail.to for mail in post.arrived] == ["k@example.org"]
        await forward(server, 6 * 86_400)
        mail = (await server.operator.get("/mails")).json["mails"][0]
        assert mail["to"] == "gone@example.org"
        assert mail["given_up_at"] is not None
        assert mail["failure"] == "SMTPRecipientsRefused 550"
        tried = mail["attempts"]
        await forward(server, 86_400)
        assert (await server.operator.get("/mails")).json["mails"][0]["attempts"] == tried
    assert [each.attempts for each in caplog.records if each.msg == "mail_given_up"] == [tried]


@pytest.mark.clause("MAIL-4")
async def test_a_mail_whose_connection_breaks_midway_comes_again_with_the_same_message_id(serve):
    answers = ["hang up"]
    post = PostOffice(at_data=lambda _: answers.pop() if answers else None)
    async with post.opened(), serve(smtp=post.place) as server:
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await post.mails(1)
        await server.rest()
        assert len(post.arrived) == 1
        assert len(post.tried) == 2
        assert post.tried[0].message_id == post.tried[1].message_id
        assert post.tried[0].message["Date"] == post.tried[1].message["Date"]


async def test_a_mail_that_the_server_never_answers_holds_up_no_other(serve):
    never = asyncio.Event()

    async def hang():
        await never.wait()
        return "451 too late"

    def at_data(mail):
        return hang() if mail.to == "slow@example.org" else None

    post = PostOffice(at_data=at_data)
    async with post.opened(), serve(smtp=post.place) as server:
        anna = await server.caseworker()
        for address in ("slow@example.org", "k@example.org", "l@example.org"):
            await server.registered(address)
        await send(anna, "slow@example.org")
        await post.until(lambda: True)
        await send(anna, "k@example.org", case=54)
        await send(anna, "l@example.org", case=55)
        assert {mail.to for mail in await post.mails(2)} == {"k@example.org", "l@example.org"}
        never.set()


@pytest.mark.clause("MAIL-4")
async def test_each_of_many_mails_comes_once_over_few_connections(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        anna = await server.caseworker()
        addresses = [f"k{number}@example.org" for number in range(60)]
        await asyncio.gather(
            *(
                send(anna, *addresses[place : place + 6], case=place + 1)
                for place in range(0, 60, 6)
            )
        )
        await post.mails(120)
        await server.rest()
        came = sorted((mail.to, mail.event) for mail in post.arrived)
        events = ("new_message", "registration")
        assert came == sorted((address, event) for address in addresses for event in events)
        assert len({mail.message_id for mail in post.arrived}) == 120
        assert post.connections <= 4


async def test_a_mail_that_waits_when_the_server_stops_is_sent_by_the_next_one(serve):
    post = PostOffice()
    async with post.opened():
        pass
    async with serve(smtp=post.place) as server:
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await server.rest()
    async with post.opened(post.port), serve(smtp=post.place) as server:
        assert [mail.to for mail in await post.mails(1)] == ["k@example.org"]


async def test_the_mail_server_is_told_user_and_password(serve):
    post = PostOffice()
    secure = {"auth_require_tls": False, "authenticator": post.authenticate, "auth_required": True}
    async with post.opened(**secure):
        options = {"smtp_user": "portal", "smtp_password": "geheim"}
        async with serve(smtp=post.place, **options) as server:
            await server.registered()
            await send(await server.caseworker(), "k@example.org")
            await post.mails(1)
            assert post.users == [(b"portal", b"geheim")]


async def test_a_mail_server_that_has_no_encryption_gets_nothing_where_it_is_demanded(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place, smtp_tls="starttls") as server:
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await server.rest()
        mail = (await server.operator.get("/mails")).json["mails"][0]
        assert mail["sent_at"] is None
        assert mail["failure"] == "SMTP STARTTLS extension not supported by server."
        assert not post.tried


async def test_a_case_with_letters_and_an_address_with_umlauts_make_a_proper_mail(serve):
    async with PostOffice().opened(enable_SMTPUTF8=True) as post, serve(smtp=post.place) as server:
        await server.registered("käthe@bücher.example")
        await send(await server.caseworker(), "käthe@bücher.example", case="Größe Ä-1")
        (mail,) = await post.mails(1)
        assert mail.message["Subject"] == "Neue Nachricht am Vorgang Größe Ä-1"
        assert "käthe@bücher.example" in mail.text


async def test_without_a_mail_server_mails_are_kept_and_shown_to_who_is_here(serve):
    async with serve() as server:
        await send(await server.caseworker(), "new@example.org", message="m1")
        await server.rest()
        shown = await server.nobody.get("/mails")
        assert [mail["event"] for mail in shown.json["mails"]] == ["registration", "new_message"]
        assert f"{server.url}/register?token=" in shown.json["mails"][0]["body"]
        first = await server.nobody.get("/mails?limit=1")
        following = await server.nobody.get(f"/mails?limit=1&after={first.json['next']}")
        assert following.json["mails"] == shown.json["mails"][1:]
        assert following.json["next"] is None


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "192.0.2.1"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_kept_mails_are_not_shown_to_others_through_a_proxy_or_a_foreign_page(serve, headers):
    async with serve() as server:
        assert (await server.nobody.get("/mails", headers=headers)).status == 401
        assert (await server.operator.get("/mails", headers=headers)).status == 200


async def test_kept_mails_are_shown_to_operators_only_where_users_come_from_elsewhere(serve):
    async with serve(public_url="https://portal.example.org") as server:
        assert (await server.nobody.get("/mails")).status == 401
        assert (await server.operator.get("/mails")).status == 200


@pytest.mark.clause("MAIL-2")
async def test_a_changed_wording_is_used_from_the_next_mail_on(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        await server.registered()
        anna = await server.caseworker()
        wording = {"subject": "Post zu $case", "body": "Für $recipient liegt etwas bereit."}
        path = "/api/mvp/mail-templates/new_message"
        assert (await server.operator.put(path, wording)).status == 200
        shown = (await anna.get(path)).json
        assert (shown["subject"], shown["enabled"]) == ("Post zu $case", True)
        assert (await anna.get(f"{path}?language=en")).json["subject"].startswith("New message")
        await send(anna, "k@example.org")
        (mail,) = await post.mails(1)
        assert mail.message["Subject"] == "Post zu 53"
        assert mail.text == "Für k@example.org liegt etwas bereit.\n"


@pytest.mark.clause("MAIL-2")
async def test_an_event_that_is_switched_off_sends_no_mail(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        anna = await server.caseworker()
        wording = {"subject": "Post", "body": "Post", "enabled": False}
        await server.operator.put("/api/mvp/mail-templates/new_message", wording)
        await send(anna, "new@example.org")
        await post.mails(1)
        await server.rest()
        assert [mail.event for mail in post.arrived] == ["registration"]


@pytest.mark.clause("MAIL-2", "MAIL-3")
@pytest.mark.parametrize(
    ("event", "wording", "code"),
    [
        ("new_message", {"subject": "Neu", "body": "$text"}, "template_field"),
        ("new_message", {"subject": "Neu", "body": "$link"}, "template_field"),
        ("password_reset", {"subject": "$case", "body": "x"}, "template_field"),
        ("newsletter", {"subject": "Neu", "body": "x"}, "unknown_mail_event"),
        ("new_message", {"subject": "Neu\nBcc: x@example.org", "body": "x"}, "invalid"),
        ("new_message", {"subject": " ", "body": "x"}, "invalid"),
        ("new_message", {"subject": "Neu", "body": ""}, "invalid"),
        ("new_message", {"subject": "Neu", "body": "x" * 20_001}, "invalid"),
    ],
)
async def test_a_wording_that_would_not_do_is_refused_and_changes_nothing(
    serve, event, wording, code
):
    async with serve() as server:
        before = (await server.operator.get("/api/mvp/mail-templates")).json
        refused = await server.operator.put(f"/api/mvp/mail-templates/{event}", wording)
        assert (refused.status, refused.code) == (422, code)
        assert (await server.operator.get("/api/mvp/mail-templates")).json == before


@pytest.mark.clause("MAIL-2")
async def test_wordings_from_a_folder_replace_ours_until_they_are_changed(serve, tmp_path):
    folder = tmp_path / "wordings"
    folder.mkdir()
    (folder / "new_message.de.txt").write_text("Post am $case\n\nSiehe Portal.\n", encoding="utf-8")
    async with (
        PostOffice().opened() as post,
        serve(smtp=post.place, mail_templates=folder) as server,
    ):
        await server.registered()
        anna = await server.caseworker()
        await send(anna, "k@example.org")
        (mail,) = await post.mails(1)
        assert mail.message["Subject"] == "Post am 53"
        assert mail.text == "Siehe Portal.\n"
        wording = {"subject": "Anders", "body": "Anders"}
        await server.operator.put("/api/mvp/mail-templates/new_message", wording)
        await send(anna, "k@example.org", case=54)
        assert (await post.mails(2))[1].message["Subject"] == "Anders"


@pytest.mark.clause("SEND-11")
async def test_text_blocks_are_those_for_messages_until_the_filter_is_lifted(serve):
    async with serve() as server:
        anna = await server.caseworker()
        for catalogue, name in (("COLLABORATION", "Gruß"), ("BRIEF", "Anrede")):
            path = f"/api/mvp/text-blocks/{catalogue}/{name}"
            assert (await server.operator.put(path, {"text": f"{name}!"})).status == 200
            assert (await anna.put(path, {"text": "x"})).status == 403

        async def names(query=""):
            shown = await anna.get(f"/api/mvp/text-blocks{query}")
            return [block["name"] for block in shown.json["text_blocks"]]

        assert await names() == ["Gruß"]
        assert await names("?catalogue=") == ["Anrede", "Gruß"]
        assert await names("?catalogue=BRIEF") == ["Anrede"]
        gone = await server.operator.delete("/api/mvp/text-blocks/COLLABORATION/Gruß")
        assert gone.status == 204
        assert await names() == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mails_are_encrypted_on_their_way(serve, certificate, monkeypatch, tls):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    encrypted = {"tls_context": context, "require_starttls": True}
    post = PostOffice(tls=context if tls == "tls" else None)
    async with (
        post.opened(**(encrypted if tls == "starttls" else {})),
        serve(smtp=post.place, smtp_tls=tls) as server,
    ):
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await post.mails(1)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_mail_server_that_cannot_prove_who_it_is_gets_no_mail(serve, certificate, tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    post = PostOffice(tls=context if tls == "tls" else None)
    async with (
        post.opened(**({"tls_context": context} if tls == "starttls" else {})),
        serve(smtp=post.place, smtp_tls=tls) as server,
    ):
        await server.registered()
        await send(await server.caseworker(), "k@example.org")
        await server.rest()
        mail = (await server.operator.get("/mails")).json["mails"][0]
        assert (mail["sent_at"], mail["attempts"] > 0) == (None, True)
        assert not post.tried


async def test_a_mail_that_cannot_be_written_holds_up_no_other(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        for address in ("k@example.org", "l@example.org"):
            await server.registered(address)
        row = ("k@example.org", "new_message", "m\n1", "id", "subject", "body", None, 0, 0)
        for _ in range(10):  # more than there are connections
            await server.system.collaboration.writer.do(
                lambda unit: unit.write("mails", INSERT_MAIL, row)
            )
        await send(await server.caseworker(), "l@example.org")
        assert [mail.to for mail in await post.mails(1)] == ["l@example.org"]
        await server.rest()
        broken = (await server.operator.get("/mails")).json["mails"][:10]
        assert {mail["failure"] for mail in broken} == {"ValueError"}


async def test_a_mail_server_that_closes_an_idle_connection_gets_the_next_mail_all_the_same(serve):
    post = PostOffice()
    async with post.opened(timeout=0.3), serve(smtp=post.place) as server:
        await server.registered()
        anna = await server.caseworker()
        for number in range(1, 4):
            await send(anna, "k@example.org", case=number)
            await post.mails(number)
            await asyncio.sleep(0.6)
        await server.rest()
        assert len(post.tried) == len(post.arrived) == 3


@pytest.mark.clause("MAIL-4")
async def test_mails_wait_while_a_harness_has_them_down(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place, clock="manual") as server:
        await server.registered()
        assert (await server.operator.put("/api/faults/mail", {"state": "down"})).status == 204
        await send(await server.caseworker(), "k@example.org")
        await forward(server, 3600)
        assert not post.tried
        assert (await server.operator.put("/api/faults/mail", {"state": "up"})).status == 204
        assert len(post.arrived) == 1


async def test_links_are_not_shown_to_operators_where_mails_are_sent(serve):
    post = PostOffice(at_recipient=lambda _: "451 later")
    async with post.opened(), serve(smtp=post.place) as server:
        await send(await server.caseworker(), "new@example.org")
        await server.rest()
        mails = (await server.operator.get("/mails")).json["mails"]
        assert [mail["body"] == "" for mail in mails] == [True, False]


@pytest.mark.clause("MAIL-4")
@pytest.mark.parametrize("seed", range(3))
async def test_over_a_mail_server_of_moods_each_mail_comes_once_in_the_end(serve, seed):
    chance = Random(f"{seed}/moods")
    moods = [None, None, "451 later", "421 closing", "hang up"]
    post = PostOffice(
        at_recipient=lambda _: chance.choice([None, None, "450 later"]),
        at_data=lambda _: chance.choice(moods),
    )
    options = {"clock": "manual", "replicate_every": None}
    async with post.opened(), serve(smtp=post.place, **options) as server:
        anna = await server.caseworker()
        addresses = [f"k{number}@example.org" for number in range(24)]
        for place in range(0, 24, 8):
            await send(anna, *addresses[place : place + 8], case=place + 1)
        for _ in range(60):
            await forward(server, 3600)
            if len(post.arrived) == 48:
                break
        await forward(server, 3600)
        came = sorted((mail.to, mail.event) for mail in post.arrived)
        events = ("new_message", "registration")
        assert came == sorted((address, event) for address in addresses for event in events)
        assert {mail.message_id for mail in post.tried} == {m.message_id for m in post.arrived}


async def test_recipients_get_their_mails_in_the_language_that_they_chose(serve):
    async with PostOffice().opened() as post, serve(smtp=post.place) as server:
        kunde = await server.recipient()
        path = "/api/collaboration/language"
        assert (await kunde.get(path)).json == {"language": "de"}
        assert (await kunde.put(path, {"language": "fr"})).status == 422
        assert (await kunde.put(path, {"language": "en"})).json == {"language": "en"}
        assert (await kunde.get(path)).json == {"language": "en"}
        await send(await server.caseworker(), "k@example.org")
        (mail,) = await post.mails(1)
        assert mail.message["Subject"] == "New message in case 53"
