"""Where the ledger's parts are, from the environment."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """``HUIKUAN_HOME`` holds whatever no other variable places elsewhere."""

    model_config = SettingsConfigDict(env_prefix="HUIKUAN_", frozen=True, extra="ignore")

    home: Path = Path("var")
    log_url: str = ""
    """``embedded:/path/log.db`` or ``kafka://host:port/topic``; default: embedded, in the home."""
    ledger_db_url: str = ""
    """``sqlite:////path`` or ``postgresql://…``; default: SQLite, in the home."""
    clock: Literal["system", "manual"] = "system"
    """Who opens business days: the installation's midnight, or people and programs."""
    time_zone: str = ""
    """The IANA name of the installation's zone, such as ``Asia/Shanghai``; default: the
    machine's. It decides nothing but when midnight is."""

    @property
    def log(self) -> str:
        """The log's URL."""
        return self.log_url or f"embedded:{self.home.resolve() / 'log.db'}"

    @property
    def database(self) -> str:
        """The ledger's database's URL."""
        return self.ledger_db_url or f"sqlite:///{self.home.resolve() / 'ledger.db'}"
