"""The people of the demonstration: a small broker's office and its customers."""

from typing import Final

from attrs import frozen

#: The password of everybody in the demonstration.
PASSWORD: Final = "demo-kennwort"  # noqa: S105 - it is shown at the entrance


@frozen
class Worker:
    """A caseworker, with what the entrance says of them."""

    name: str
    role: str
    about: str


ANNA: Final = "anna.berger"
JENS: Final = "jens.petersen"
WORKERS: Final = (
    Worker(ANNA, "Benutzer", "user"),
    Worker(JENS, "Administrator", "administrator"),
    Worker("mia.vogt", "none", "no_role"),
)
KATRIN: Final = "katrin.sommer@example.org"
TOBIAS: Final = "tobias.lindner@example.org"
HELGA: Final = "helga.brandt@example.org"
#: Those who registered, with what the entrance says of them; Helga has only got the mails.
RECIPIENTS: Final = ((KATRIN, "customer"), (TOBIAS, "customer"))
