"""The registry of refusals: what a caller is told, under which rule, and whether it is certain."""

from enum import Enum, unique

from attrs import frozen


@frozen
class RefusalText:
    """What is registered of a refusal: German for the screen, English for developers."""

    rule: str
    http_status: int
    german: str
    english: str
    definite: bool = True


@unique
class Refusal(Enum):
    """A refused act: it changed nothing, unless the refusal is not definite."""

    ROLE_MISSING = RefusalText(
        "RGT-1",
        403,
        "Dafür brauchen Sie in der cloud die Rolle Benutzer oder Administrator.",
        "the caseworker has no cloud role: an administrator must give Benutzer or Administrator",
    )
    UNKNOWN_ROLE = RefusalText(
        "RGT-3",
        422,
        "Diese Rolle gibt es nicht. Möglich sind: keine, Benutzer, Administrator.",
        "no such cloud role: use none, Benutzer or Administrator",
    )
    UNKNOWN_CASE = RefusalText(
        "SEND-1",
        404,
        "Diesen Vorgang gibt es nicht. Legen Sie ihn zuerst an.",
        "no case has this number: create the case first",
    )
    CASE_EXISTS = RefusalText(
        "SEND-1",
        409,
        "Die Vorgangsnummer ist schon vergeben. Wählen Sie eine andere.",
        "a case has this number already: choose another number, or edit that case",
    )
    NO_EXPECTED_ACTION = RefusalText(
        "SEND-3",
        422,
        "Wählen Sie die nächste Aktion: Kenntnisnahme, Antwort oder Antwort mit Datei.",
        "no expected action was chosen: choose acknowledge, reply or reply_with_file",
    )
    UNKNOWN_EXPECTED_ACTION = RefusalText(
        "SEND-3",
        422,
        "Diese Aktion gibt es nicht. Möglich sind: Kenntnisnahme, Antwort, Antwort mit Datei.",
        "no such expected action: choose acknowledge, reply or reply_with_file",
    )
    BLANK_TEXT = RefusalText(
        "SEND-4",
        422,
        "Die Nachricht ist leer. Schreiben Sie einen Text.",
        "the text is blank: write at least one visible character",
    )
    NO_RECIPIENT = RefusalText(
        "SEND-5",
        422,
        "Es ist kein Empfänger gewählt. Geben Sie mindestens eine E-Mail-Adresse an.",
        "no recipient was chosen: give at least one e-mail address",
    )
    MALFORMED_ADDRESS = RefusalText(
        "SEND-12",
        422,
        "Eine Adresse ist keine gültige E-Mail-Adresse. Schreiben Sie sie wie name@beispiel.de.",
        "an address is malformed and nothing was sent: write it like name@example.org",
    )
    FOREIGN_DOCUMENT = RefusalText(
        "SEND-9",
        422,
        "Ein Dokument gehört nicht zu diesem Vorgang. Nehmen Sie es zuerst in dessen Postbestand.",
        "a document is not filed under this case: file it there first, or leave it out",
    )
    NOT_ADDRESSED = RefusalText(
        "ACC-4",
        404,
        "Dieser Vorgang ist nicht für Sie freigegeben. Fragen Sie Ihren Makler.",
        "nothing of this case was addressed or released to this recipient: send a message first",
    )
    UNKNOWN_MESSAGE = RefusalText(
        "ACC-4",
        404,
        "Diese Nachricht haben Sie nicht erhalten. Wählen Sie eine aus Ihrem Posteingang.",
        "the recipient received no such message in this case: name one from the inbox",
    )
    UNKNOWN_VIA = RefusalText(
        "INB-2",
        422,
        "Auf diesem Weg lässt sich nichts öffnen.",
        "no such way of opening: use widget, case, attachments, message or reply",
    )
    MARK_READ_NOT_AVAILABLE = RefusalText(
        "INB-5",
        409,
        "Auf diese Nachricht wird eine Antwort erwartet. Sie wird durch die Antwort gelesen.",
        "a message that asks for a reply cannot be marked read: reply to it (with the file)",
    )
    WRITING_WITHHELD = RefusalText(
        "REP-1",
        403,
        "Sie dürfen in diesem Vorgang nicht schreiben. Bitten Sie Ihren Makler um das Recht.",
        "the release lacks the right to create messages: a caseworker must give it",
    )
    BLANK_REPLY = RefusalText(
        "REP-3",
        422,
        "Die Nachricht ist leer. Schreiben Sie einen Text.",
        "the text is blank: write at least one visible character, besides any files",
    )
    TOO_MANY_FILES = RefusalText(
        "REP-4",
        413,
        "Es sind höchstens 20 Dateien je Nachricht möglich. Nichts wurde gesendet.",
        "more than 20 files in one message, nothing was kept: send the rest in another message",
    )
    TOO_LARGE = RefusalText(
        "REP-4",
        413,
        "Die Dateien sind zusammen größer als 35 MB. Nichts wurde gesendet.",
        "the files exceed 35 MB together, nothing was kept: send the rest in another message",
    )
    UNKNOWN_ACCOUNT = RefusalText(
        "ACC-1",
        404,
        "Zu dieser Adresse gibt es kein Konto. Es entsteht mit der ersten Nachricht.",
        "no account has this address: the first message sent to it creates one",
    )
    NOT_REGISTERED = RefusalText(
        "ACC-2",
        401,
        "Vergeben Sie zuerst ein Kennwort über den Link aus der Registrierungsmail.",
        "the recipient has set no password yet: use the link of the registration mail",
    )
    ALREADY_REGISTERED = RefusalText(
        "ACC-2",
        409,
        "Sie sind schon registriert. Melden Sie sich an.",
        "the account has a password already: log in with it",
    )
    UNKNOWN_LINK = RefusalText(
        "ACC-2",
        404,
        "Dieser Link ist ungültig. Nehmen Sie den neuesten oder fordern Sie einen neuen an.",
        "no such link, or a newer one replaced it: use the newest, or ask for a new one",
    )
    LINK_USED = RefusalText(
        "ACC-2",
        410,
        "Dieser Link wurde schon benutzt. Melden Sie sich mit Ihrem Kennwort an.",
        "the link was used already: log in with the password that was set",
    )
    LINK_EXPIRED = RefusalText(
        "ACC-2",
        410,
        "Dieser Link ist abgelaufen. Fordern Sie einen neuen an.",
        "the link has run out: ask for a new one",
    )
    UNKNOWN_MAIL_EVENT = RefusalText(
        "MAIL-2",
        422,
        "Dieses Ereignis gibt es nicht.",
        "no such mail event: use new_message or registration",
    )
    TEMPLATE_FIELD = RefusalText(
        "MAIL-3",
        422,
        "Die Vorlage enthält einen Platzhalter, der in dieser Mail nicht erlaubt ist.",
        "the template has a placeholder that is unknown or would carry content: use "
        "$recipient, $case and $portal, or $link in the registration mail",
    )
    UNKNOWN_REPLICATION_RESULT = RefusalText(
        "RPL-4",
        422,
        "Dieses Ergebnis einer Replikation gibt es nicht.",
        "no such result of a replication: use 0 (all taken), 1 (some failed) or 2 (failed)",
    )
    REPLICATION_FAILED = RefusalText(
        "RPL-6",
        503,
        "Die Replikation kam nicht zustande. Der nächste Lauf holt alles nach.",
        "the replication could not run and lost nothing: run it again when it is up",
    )
    ENVELOPE_GAP = RefusalText(
        "DLV-3",
        409,
        "Eine frühere Sendung fehlt noch.",
        "an earlier envelope of this channel is missing: send that one first",
    )
    MISDIRECTED = RefusalText(
        "DLV-2",
        422,
        "Diese Sendung ist für die andere Seite bestimmt.",
        "the envelope is for the other side: send it there",
    )
    NOT_REACHABLE = RefusalText(
        "DLV-4",
        503,
        "Das System ist zurzeit nicht erreichbar. Versuchen Sie es später wieder.",
        "the system could not be reached and nothing happened: try again later",
    )
    NO_ANSWER = RefusalText(
        "DLV-2",
        504,
        "Es kam keine Bestätigung. Sehen Sie nach, bevor Sie es wiederholen.",
        "no answer came, so it may yet have happened: look before you repeat it",
        definite=False,
    )

    @property
    def code(self) -> str:
        """Give the code that traces and answers name."""
        return self.name.lower()

    @property
    def rule(self) -> str:
        """Give the id of the rule that refuses."""
        return self.value.rule

    @property
    def http_status(self) -> int:
        """Give the HTTP status of the answer."""
        return self.value.http_status

    @property
    def german(self) -> str:
        """Give the text for the screen."""
        return self.value.german

    @property
    def english(self) -> str:
        """Give the text for developers: what is wrong, and what would be right."""
        return self.value.english

    @property
    def definite(self) -> bool:
        """Say whether it is certain that nothing happened."""
        return self.value.definite
