"""The plan's page tells which promises publishing would break, and publishes for who knows."""

import httpx
from fastapi import FastAPI

from api.pages.drawing import Drawing
from api.pages.install import install
from db.models import Role
from dispatch.clock import FixedClock
from dispatch.travel.straight import StraightLine
from tests.builders.planning import Company, at
from tests.planning.client import client_of, serving
from tests.planning.common import sqlite_only
from tests.planning.scene import Scene
from tests.promises.saying import promise_window


@sqlite_only
def test_the_page_lists_them_and_asks_before_it_publishes(scene: Scene, company: Company, clock: FixedClock) -> None:
    (shift,) = company.crew(1)
    planned, out = company.visit(), company.visit()
    scene.move(planned, shift.id)
    promise_window(company.session, out, at(10), at(11))

    def prepare(app: FastAPI) -> None:
        install(app, Drawing(StraightLine(), None))

    with serving(scene.uow, clock, prepare=prepare) as address:
        scheduler = client_of(address, scene.uow, clock, company)
        taker = client_of(address, scene.uow, clock, company, Role.CALL_TAKER)
        page = f"/plans/{company.territory.code}/{company.day}"
        with scheduler, taker:
            shown = scheduler.get(page).text
            assert "Promises at stake" in shown
            assert "the customer was promised 2026-03-03 from 10:00 by 11:00, and nobody would come." in shown
            assert "Publish although it breaks this promise" in shown
            assert "Promises at stake" in taker.get(page).text
            assert "Publish this plan" not in taker.get(page).text
            tag = {"tag": scene.view().tag}
            refused = scheduler.post(f"{page}/publish", data=tag)
            assert (refused.status_code, "Promises at stake" in refused.text) == (409, True)
            assert taker.post(f"{page}/publish", data=tag | {"accept": "yes"}).status_code == 403
            stale = scheduler.post(f"{page}/publish", data={"tag": "1.1.99", "accept": "yes"})
            assert stale.status_code == 412
            assert scene.plan().published_at is None
            done: httpx.Response = scheduler.post(f"{page}/publish", data=tag | {"accept": "yes"})
            assert (done.status_code, done.headers["location"]) == (303, page)
            assert "Publish this plan" not in scheduler.get(page).text
    assert scene.plan().published_at == clock.now()
