"""The steps of a demo. Each does nothing when it has been done before."""

from datetime import timedelta

from api.cli.context import doing
from api.cli.demo.state import Begun
from api.cli.planning import Day, apply_proposal, make_proposal, open_proposal, publish_plan
from db.models import Role, Territory, User
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.identify import viewer_for
from dispatch.access.sign_ins import SIGN_IN_LINK
from dispatch.access.users import issue_token
from dispatch.clock import Clock
from dispatch.compute.solving import Effort, Solve
from dispatch.errors import NotFound
from dispatch.travel.places import TravelTimes

SYSTEM = Viewer.system("demo")


def load_company(uow: UnitOfWork, begun: Begun) -> None:
    """Make the sample company and load it, in one transaction."""
    with uow(viewer=SYSTEM, read_only=True) as session:
        if session.query(Territory.id).first() is not None:
            return
    from fixtures.company import Size, generate, load

    with doing("making up a company in La Serena and Coquimbo, with 30 months of history"):
        company = generate(begun.seed, begun.day, Size(begun.visits, begun.technicians))
    rows = sum(len(table) for table in company.tables.values())
    with doing(f"loading {rows} rows"), uow(viewer=SYSTEM) as session:
        load(session, company)
        session.commit()


def scheduler(uow: UnitOfWork, clock: Clock) -> Viewer:
    """The sample company's scheduler."""
    with uow(viewer=SYSTEM, read_only=True) as session:
        user = session.query(User).filter_by(role=Role.SCHEDULER, active=True).order_by(User.id).first()
        if user is None:
            raise NotFound("the demo's database has no scheduler; begin anew with: dispatch demo --fresh")
        return viewer_for(session, user.id, clock.now())


def plan_it(day: Day, effort: Effort, travel: TravelTimes, solve: Solve) -> None:
    """Plan the day, apply the proposal and publish the plan, from wherever it was left."""
    view = day.view()
    plan_id = view.id
    if plan_id is None or not any(route.stops for route in view.routes):
        proposal = open_proposal(day) or make_proposal(day, effort, travel, solve, resume=True)
        plan_id = apply_proposal(day, proposal)
    if view.published_at is None:
        publish_plan(day, plan_id)


def new_token(day: Day) -> str:
    """A token that signs the scheduler in for a day."""
    user_id = day.viewer.user_id or 0
    return day.uow.run(
        lambda session: issue_token(
            session, SYSTEM, user_id, name=SIGN_IN_LINK, now=day.clock.now(), lasts=timedelta(days=1)
        )[1],
        viewer=SYSTEM,
    )
