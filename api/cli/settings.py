"""dispatch settings: what is set, and what can be."""

from pydantic import SecretStr
from rich.table import Table

from api.cli.context import out
from dispatch.settings import Settings, settings


def settings_command() -> None:
    """List all settings: the variable in the environment, its value now (secrets masked), and what it means.

    \b
    Example:
      DISPATCH_PORT=9000 dispatch settings
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("variable", "value", "meaning"):
        table.add_column(name, overflow="fold")
    current = settings()
    for name, field in Settings.model_fields.items():
        table.add_row(f"DISPATCH_{name.upper()}", _shown(name, getattr(current, name)), field.description or "")
    out.print(table)


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return _masked(secret) if name == "database_url" else "***" if secret else "–"
    return "–" if value is None else str(value)


def _masked(url: str) -> str:
    from db.engine import parse_url

    return parse_url(url).render_as_string(hide_password=True)
