"""Where the notifier's parts are, from the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """``HUIKUAN_HOME`` holds whatever no other variable places elsewhere."""

    model_config = SettingsConfigDict(env_prefix="HUIKUAN_", frozen=True, extra="ignore")

    home: Path = Path("var")
    log_url: str = ""
    """``embedded:/path/log.db`` or ``kafka://host:port/topic``; default: embedded, in the home."""
    notifier_db_url: str = ""
    """``sqlite:////path`` or ``postgresql://…``; default: SQLite, in the home."""

    @property
    def log(self) -> str:
        """The log's URL."""
        return self.log_url or f"embedded:{self.home.resolve() / 'log.db'}"

    @property
    def database(self) -> str:
        """The URL of the notifier's database."""
        return self.notifier_db_url or f"sqlite:///{self.home.resolve() / 'notifier.db'}"

    @property
    def public_topic(self) -> str:
        """The URL of the public topic's log; empty where the log is embedded."""
        return self.log if self.log.startswith("kafka:") else ""
