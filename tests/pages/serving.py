"""The sample plan's pages on a real server, under the headers that real pages have."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.cli.running import bind
from api.cli.serve import address
from api.middleware import Watch
from api.pages.drawing import Drawing
from api.pages.failures import message_page
from api.pages.page_route import nobody
from api.pages.render import STATIC, render
from api.pages.showing import plan_html, technician_html
from tests.pages.sample import EIGHT, network, sample_plan

WHO = {"signed_in_as": "Paz Olivares", "csrf_token": "x"}
HERE = "/plans/LS/2026-03-02"


def pages() -> dict[str, str]:
    """The pages by address."""
    plan, roads = sample_plan(), network()
    drawing, now = Drawing(roads, roads.roads), EIGHT.replace(hour=11)
    return {
        HERE: plan_html(plan, drawing, now, here=HERE, days=[("Before", "/b")], show_cost=True, who=WHO),
        f"{HERE}/technicians/T-03": technician_html(
            plan, plan.routes[2], drawing, now, here=HERE, access_notes=[("WO-1060", "Code 4711")], who=WHO
        ),
        "/sign-in": render("sign_in.html", next="/", token="", problem="That is wrong.", email="", **nobody()),
        "/message": bytes(message_page(403, "Not for you", "No.", ("/", "Home"), ("q: too long.",)).body).decode(),
    }


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server with the sample's pages."""
    app = FastAPI(middleware=[Middleware(Watch, is_https=False)])
    for path, html in pages().items():
        app.get(path, response_class=HTMLResponse)(lambda html=html: html)
    app.mount("/static", StaticFiles(directory=STATIC))
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield address(bound)
    finally:
        server.should_exit = True
        thread.join()
        bound.close()
