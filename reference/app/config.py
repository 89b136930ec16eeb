"""What can be configured of a server."""

from datetime import timedelta
from pathlib import Path

from attrs import Factory, frozen

from reference.domain.readings import Readings
from reference.http.passwords import Hashing


@frozen
class Config:
    """All options of a server; `data` is the folder that it keeps everything in."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    readings: Readings = Factory(Readings)
    time_zone: str = "Europe/Berlin"
    carrier: str = "cloudtransfer"
    public_url: str = ""
    clock: str = "system"
    operator_token: str | None = None
    session_lifetime: timedelta = timedelta(hours=12)
    attempts_per_account: int = 10
    attempts_per_client: int = 100
    attempts_interval: timedelta = timedelta(minutes=1)
    hashing: Hashing = Factory(Hashing)

    @property
    def secure(self) -> bool:
        """Say whether users come by https."""
        return self.public_url.startswith("https://")
