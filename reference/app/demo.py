"""Sample data for a demonstration: a small broker's office, made by the acts that users do."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from attrs import define

from reference.app.demo_people import ANNA, HELGA, JENS, KATRIN, PASSWORD, TOBIAS, WORKERS
from reference.app.server import Server
from reference.client.client import Client, File
from reference.client.connection import part
from reference.mvp.api import BASE as MVP
from reference.store.shared_tables import SETTINGS

_DONE: Final = "demo"  # the setting that says that everything is there
_TOKEN: Final = re.compile(r"token=(\S+)")


_CASES: Final = (
    (46, "Reiseversicherung: Umfang im Ausland", "Sommer, Katrin"),
    (47, "Hausrat: neue Anschrift", "Sommer, Katrin"),
    (48, "Privathaftpflicht: Bedingungen ab Januar", "Sommer, Katrin"),
    (49, "Wohngebäude: Vergleich der Angebote", "Sommer, Katrin"),
    (50, "Kfz-Schaden auf dem Parkplatz", "Sommer, Katrin"),
    (51, "Berufsunfähigkeit: Rückfrage zum Antrag", "Lindner, Tobias"),
    (52, "Rechtsschutz: gemeinsame Police", "Lindner, Tobias"),
    (54, "Unfallversicherung: Kündigung zum Jahresende", "Lindner, Tobias"),
    (53, "Kfz-Versicherung: Wechsel zum Jahresende", "Sommer, Katrin"),
    (55, "Sterbegeld: Begünstigte", "Brandt, Helga"),
)
_DOCUMENTS: Final = (
    (48, "Bedingungen.txt", "Was ab Januar gilt, auf einen Blick.\n"),
    (49, "Vergleich.txt", "Tarif A 212 Euro, Tarif B 198 Euro, jeweils im Jahr.\n"),
    (53, "Angebot.txt", "Haftpflicht und Teilkasko, 389 Euro im Jahr.\n"),
    (53, "Antrag.txt", "Bitte unterschrieben zurück.\n"),
)
_BLOCKS: Final = (
    ("COLLABORATION", "Begrüßung", "Guten Tag,\n\nzu Ihrem Vorgang gibt es Neuigkeiten.\n"),
    ("COLLABORATION", "Fotos erbeten", "bitte senden Sie uns Fotos des Schadens.\n"),
    ("COLLABORATION", "Unterschrift", "bitte senden Sie uns den Antrag unterschrieben zurück.\n"),
    ("INTERN", "Telefonat", "Telefonat geführt, Rückruf vereinbart.\n"),
)


async def prepare(server: Server) -> None:
    """Make the sample data, once for each folder."""
    mvp = server.system.mvp
    if mvp is None or await mvp.reader.look(lambda raw: SETTINGS.load(raw, _DONE) is not None):
        return
    async with aiohttp.ClientSession() as http:
        operator = Client.at(server.url, http, server.operator_token)
        await _Office(operator, server.system.rest).fill()
    await mvp.writer.do(lambda unit: unit.put(SETTINGS, _DONE, (_DONE, "done")))


@define(eq=False)
class _Office:
    """The people of the demonstration at work; what was done before is refused."""

    operator: Client
    rest: Callable[[], Awaitable[None]]

    async def fill(self) -> None:
        """Let everybody do their work."""
        await self._workers()
        anna = await self.operator.log_in_caseworker(ANNA, PASSWORD)
        jens = await self.operator.log_in_caseworker(JENS, PASSWORD)
        for number, subject, customer in _CASES:
            await anna.create_case(number, subject, customer=customer)
        for number, name, text in _DOCUMENTS:
            await anna.add_document(number, File(name, text.encode()))
        await self._customers(anna)
        await self._first(anna)
        await self._later(anna, jens)
        await self.rest()

    async def _workers(self) -> None:
        operator = self.operator
        for each in WORKERS:
            await operator.set_role(each.name, each.role, f"{each.name}@petersen-makler.example")
            path = f"{MVP}/caseworkers/{part(each.name)}/password"
            await operator.connection.act("PUT", path, {"password": PASSWORD})
        for catalogue, name, text in _BLOCKS:
            await operator.set_text_block(catalogue, name, text)

    async def _customers(self, anna: Client) -> None:
        for customer, address in (
            ("Sommer, Katrin", KATRIN),
            ("Lindner, Tobias", TOBIAS),
            ("Brandt, Helga", HELGA),
        ):
            await anna.set_customer_addresses(customer, (address,))

    async def _registered(self, address: str) -> Client:
        """Let a recipient set the password through the mailed link, and log in."""
        await self.rest()
        for mail in await self.operator.mails():
            found = _TOKEN.search(mail.body)
            if mail.to == address and found is not None:
                await self.operator.known_by(None).register(found[1], PASSWORD)
        return await self.operator.log_in(address, PASSWORD)

    async def _first(self, anna: Client) -> None:
        """Let there be what is waited for: every status but OK."""
        await anna.note(46, "Frau Sommer fragt, ob ein Aufenthalt von acht Wochen versichert ist.")
        await anna.send(
            47,
            "Guten Tag Frau Sommer,\n\nbitte bestätigen Sie uns Ihre neue Anschrift: Lindenweg 7, "
            "Köln. Stimmt das so?",
            "reply",
            (KATRIN,),
            message="demo-47",
        )
        await anna.send(
            48,
            "Guten Tag Frau Sommer,\n\nab Januar gelten neue Bedingungen. Für Sie ändert sich "
            "nichts Wesentliches; die Übersicht liegt bei.",
            "acknowledge",
            (KATRIN,),
            ("Bedingungen.txt",),
            "demo-48",
        )
        await anna.send(
            49,
            "Guten Tag Frau Sommer,\n\nanbei der Vergleich der beiden Angebote.",
            "acknowledge",
            (KATRIN,),
            ("Vergleich.txt",),
            "demo-49",
        )
        await anna.send(
            50,
            "Guten Tag Frau Sommer,\n\nfür die Regulierung brauchen wir Fotos vom Schaden am "
            "Kotflügel.",
            "reply_with_file",
            (KATRIN,),
            message="demo-50",
        )
        await anna.send(
            51,
            "Guten Tag Herr Lindner,\n\nzum Antrag fehlt eine Angabe: Seit wann arbeiten Sie in "
            "Ihrem jetzigen Beruf?",
            "reply",
            (TOBIAS,),
            message="demo-51",
        )

    async def _later(self, anna: Client, jens: Client) -> None:
        """Let people answer, and the office go on."""
        katrin = await self._registered(KATRIN)
        tobias = await self._registered(TOBIAS)
        await katrin.reply(47, "Ja, das stimmt. Vielen Dank!", "demo-47", message="demo-47-reply")
        await katrin.open(49, "widget")
        await jens.send(
            52,
            "Guten Tag,\n\ndie gemeinsame Police ist auf dem Weg zu Ihnen.",
            "acknowledge",
            (TOBIAS, KATRIN),
            message="demo-52",
        )
        await anna.send(
            54,
            "Guten Tag Herr Lindner,\n\nbitte senden Sie uns die Kündigung unterschrieben zurück.",
            "reply_with_file",
            (TOBIAS,),
            message="demo-54",
        )
        await anna.send(
            55,
            "Guten Tag Frau Brandt,\n\nbitte sehen Sie die Angaben zu den Begünstigten durch.",
            "acknowledge",
            (HELGA,),
            message="demo-55",
        )
        await self.rest()
        await tobias.reply(
            54, "Die Kündigung kommt nächste Woche.", "demo-54", message="demo-54-reply"
        )
        await jens.set_release(52, TOBIAS, create_messages=False)
        await tobias.mark_read("demo-52")
        await self.rest()
