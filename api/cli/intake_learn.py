"""dispatch intake learn: learns matching further from what people decided."""

from api.cli.context import opened, out
from dispatch.access import Viewer
from dispatch.clock import SystemClock
from dispatch.settings import settings


def learn() -> None:
    """Learn from the pairs of tickets that were compared, and from what people decided about them.

    What is learned counts from now on; what is merged stays merged. With few decisions little changes. Run it now and
    then, such as every night.

    \b
    Example:
      dispatch intake learn
    """
    from dispatch.intake.matching import learned

    clock = SystemClock()
    with opened(settings().database_url.get_secret_value(), clock) as uow:
        found = uow.run(learned, viewer=Viewer.system("intake"))
    if found is None:
        out.print("nothing to learn from: no pair of tickets was compared yet")
        return
    decided = found.get("accepted", 0) + found.get("rejected", 0)
    out.print(f"pairs learned from: {found['pairs']}, decided by people: {decided}")
