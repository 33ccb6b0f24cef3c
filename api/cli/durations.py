"""dispatch durations: learns how long visits really take."""

from typing import Annotated

import typer

from api.cli.context import opened, out
from dispatch.access import Viewer
from dispatch.clock import SystemClock
from dispatch.errors import NotFound
from dispatch.settings import settings


def durations(
    *,
    territory: Annotated[str, typer.Option("--territory", "-t", help="Code of the territory.")],
) -> None:
    """Learn how long visits of a territory really take, from those completed in the last two years, and show it.

    Plans that begin from now on go by it; those that are there keep what they began with. The worker does the same each
    night. Nothing changes with fewer than 50 completed visits. What is learnt of a technician is shown to nobody.

    \b
    Example:
      dispatch durations --territory COQ
    """
    from rich.table import Table

    from dispatch.planning.durations.learning import LEAST_VISITS
    from dispatch.planning.durations.telling import learn_and_tell

    clock = SystemClock()
    with opened(settings().database_url.get_secret_value(), clock) as uow:
        found = uow.run(lambda session: learn_and_tell(session, territory), viewer=Viewer.system("planning"))
    if found is None:
        msg = f"Fewer than {LEAST_VISITS} visits of {territory} are completed: plans go by the durations as entered."
        raise NotFound(msg)
    out.print(f"learnt from {found.visits} visits; each year of a unit's age adds {found.per_year_percent:.1f} %")
    for title, lines in (("work type", found.work_types), ("model of equipment", found.models)):
        table = Table(title, "visits take, of what is planned", "within, in two of three cases")
        for line in lines:
            table.add_row(line.name, f"{line.percent:.0f} %", f"± {line.spread_percent:.0f} %")
        out.print(table)
