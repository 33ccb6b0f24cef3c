"""dispatch intake learn: learns matching further from what people decided."""

from typing import Annotated

import typer

from api.cli.context import opened, out
from dispatch.access import Viewer
from dispatch.clock import SystemClock
from dispatch.settings import settings


def learn(
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Learn from few decisions too, and though decided pairs fare worse by it.")
    ] = False,
) -> None:
    """Learn from the pairs of tickets that were compared, and from what people decided about them.

    What is learned counts from now on; what is merged stays merged. The worker does the same each night. Nothing
    changes with fewer than 50 decisions of people, or when the pairs that they decided would fare worse by it. Taking
    one merge back is one decision, however many pairs it tells apart.

    \b
    Example:
      dispatch intake learn
    """
    from api.reception import thresholds
    from dispatch.intake.matching import learned
    from dispatch.intake.reviews.nightly import learn_tonight

    clock = SystemClock()
    with opened(settings().database_url.get_secret_value(), clock) as uow:
        if not force:
            limits = thresholds(settings())
            night = uow.run(lambda session: learn_tonight(session, limits), viewer=Viewer.system("intake"))
            out.print(night.said if night.used else f"nothing is changed: {night.said}")
            return
        found = uow.run(learned, viewer=Viewer.system("intake"))
    if found is None:
        out.print("nothing to learn from: no pair of tickets was compared yet")
        return
    decided = found.get("accepted", 0) + found.get("rejected", 0)
    out.print(f"pairs learned from: {found['pairs']}, decisions of people: {decided}")
