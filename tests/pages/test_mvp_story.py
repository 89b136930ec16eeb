"""What caseworkers did and saw in the browser is judged by the oracle."""

from reference.client.client import File
from reference.client.recorder import Recorder
from tests.pages.caseworkers import K, L, colleague, log_in
from tests.pages.writer import Writer
from tests.server.test_client import judged, people, registered


async def begun(server, recorder, tab):
    """Let Anna sit at her browser, and give the operator and her."""
    operator, _ = await people(server, recorder)
    await colleague(server, "anna")
    await log_in(tab)
    return operator, Writer(tab, recorder)


async def prepares(anna):
    """Let Anna have a case, and do with it what sends nothing."""
    await anna.create_case(53, "Kfz-Schaden")
    await anna.note(53, "Kunde rief an.")
    await anna.add_document(53, "Angebot.txt", b"389 Euro")
    await anna.send(53, "Ohne Aktion", None)
    await anna.send(53, "Ohne Empfänger", "reply", [])
    await anna.send(53, "Halb gut", "reply", [K, "falsch"])
    await anna.send(53, "Nicht gesendet", "reply", [K], leaves=True)


async def is_renamed(anna, kunde, later):
    """Let the portal show another subject after the next replication, and not before."""
    await anna.edit_case(53, "Kfz-Schaden, erledigt")
    await later()
    await kunde.see_portal_case(53)
    await anna.replicate()
    await later()
    await kunde.see_portal_case(53)


async def test_the_story_of_a_case_is_kept_by_all_rules(serve, browse, tmp_path):
    async with serve(clock="manual") as server, browse(server) as tab:
        recorder = Recorder()
        operator, anna = await begun(server, recorder, tab)

        async def later():
            await server.rest()
            await recorder.advance(operator.client, 60)

        async def looks():
            await later()
            await anna.see_case(53)
            await anna.see_case_list()
            await anna.see_activities(53)

        await prepares(anna)
        await looks()
        await anna.send(53, "Bitte lesen", "acknowledge", [K], ["Angebot.txt"])
        await looks()
        kunde = await registered(server, recorder, operator, K)
        inbox = await kunde.client.inbox()
        await kunde.open(53, "message", inbox.messages[0].message)
        await looks()
        asked = await anna.send(53, "Bitte Fotos senden", "reply_with_file")
        await looks()
        await kunde.see_inbox()
        await kunde.reply(53, "Kommen noch.", asked)
        await looks()
        await kunde.reply(53, "Hier sind sie.", asked, [File("foto.txt", b"1")])
        await kunde.see_inbox()
        await looks()
        await anna.set_release(53, K, create_messages=False)
        await later()
        await kunde.reply(53, "Noch etwas")
        await anna.set_release(53, K, create_messages=True)
        await later()
        await kunde.reply(53, "Jetzt geht es")
        await anna.send(53, "Auch an Sie", "reply", [K, L], ["foto.txt"])
        await later()
        await anna.see_preset(53)
        await anna.send(53, "Und an beide", "acknowledge")
        await looks()
        await kunde.see_inbox()
        await is_renamed(anna, kunde, later)
        await looks()
        await recorder.mails(operator.client)
        sending = ("SEND-2", "SEND-3", "SEND-5", "SEND-6", "SEND-7", "SEND-9", "SEND-12", "SEND-13")
        status = ("STA-1", "STA-2", "STA-3", "STA-4", "STA-5", "STA-8", "STA-9")
        more = ("LOG-1", "LOG-2", "LOG-3", "REP-1", "RGT-2", "RPL-2", "MAIL-1", "DLV-1")
        await judged(recorder, tmp_path, *sending, *status, *more)


async def test_an_outage_and_a_second_caseworker_keep_the_rules(serve, browse, tmp_path):
    async with (
        serve(clock="manual") as server,
        browse(server) as tab,
        browse(server) as second,
    ):
        recorder = Recorder()
        operator, anna = await begun(server, recorder, tab)
        await operator.set_role("ben", "none", "ben@makler.example")
        await colleague(server, "ben", "none")
        await log_in(second, "ben")
        ben = Writer(second, recorder, "ben")
        await anna.create_case(53, "Hausrat")
        await anna.send(53, "Bitte antworten", "reply", [K])
        await server.rest()
        await recorder.advance(operator.client, 60)
        await ben.send(53, "Das darf ich nicht", "reply")
        await ben.note(53, "Nur für uns")
        await ben.see_case(53)
        assert (await server.operator.put("/api/faults/portal", {"state": "down"})).status < 300
        recorder.fault("portal", "down")
        await anna.send(53, "Kommt später an", "acknowledge")
        await anna.see_case(53)
        await recorder.advance(operator.client, 600)
        await anna.see_case(53)
        assert (await server.operator.put("/api/faults/portal", {"state": "up"})).status < 300
        recorder.fault("portal", "up")
        await server.rest()
        await recorder.advance(operator.client, 60)
        await anna.see_case(53)
        kunde = await registered(server, recorder, operator, K)
        await kunde.see_inbox()
        await anna.see_activities(53)
        await ben.see_activities(53)
        await recorder.mails(operator.client)
        await judged(recorder, tmp_path, "DLV-4", "DLV-3", "STA-7", "RGT-1", "SEND-2")
