"""What is meant by a word that a scenario file does not have, German ones included."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from simulator.history.bad_input import suggest

#: Words that who thinks in German writes, and ours for them: the first that fits is meant.
_OURS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "akt": ("act",),
        "aktion": ("act",),
        "am": ("at",),
        "an": ("to",),
        "anteil": ("share",),
        "antwort auf": ("answers",),
        "antworten": ("reply", "answers"),
        "beantwortet": ("answered",),
        "beginnt": ("begins", "from"),
        "betreff": ("subject",),
        "bis": ("until", "to"),
        "datei": ("files", "documents"),
        "dateien": ("files", "documents"),
        "dauer": ("lasts", "fixed"),
        "dokumente": ("documents",),
        "empfänger": ("to", "recipients", "recipient"),
        "ende": ("ends", "until"),
        "endet": ("ends", "until"),
        "ergebnis": ("outcome",),
        "erwartet": ("expects",),
        "fall": ("case",),
        "fälle": ("cases",),
        "freigeben": ("set_release",),
        "geschichte": ("story",),
        "grenzen": ("limits",),
        "grenzwerte": ("limits",),
        "grund": ("reason",),
        "hinweis": ("hint",),
        "immer": ("always",),
        "innerhalb": ("within",),
        "lesarten": ("readings",),
        "lesen": ("open",),
        "manchmal": ("sometimes",),
        "nachricht": ("message",),
        "nachrichten": ("messages",),
        "nie": ("never",),
        "niemals": ("never",),
        "öffnen": ("open",),
        "regel": ("rule", "rules"),
        "regeln": ("rules",),
        "rolle": ("role",),
        "sachbearbeiter": ("caseworkers", "caseworker"),
        "schritte": ("steps",),
        "sieht": ("see",),
        "störungen": ("faults",),
        "szenario": ("scenario",),
        "titel": ("scenario",),
        "uhrzeit": ("at",),
        "um": ("at",),
        "ungelesen": ("unread",),
        "von": ("by", "from"),
        "vorgang": ("case",),
        "vorgänge": ("cases",),
        "wartet": ("within",),
        "wer": ("by",),
        "wiedervorlage": ("follow_up_on",),
        "zeit": ("at",),
        "zeitzone": ("time_zone",),
    }
)


def meant(word: str, known: Iterable[str]) -> str:
    """Word a hint: the known word that is meant, or those there are."""
    names = list(known)
    joined = word.strip().lower().replace(" ", "_").replace("-", "_")
    ours = (joined, *_OURS.get(word.strip().lower(), ()))
    found = next((name for name in ours if name in names), None)
    return suggest(word, names) if found is None else f'did you mean "{found}"?'
