"""What is in an attachment goes to who may see it, and never runs in a browser."""

import pytest

from db.models import Attachment
from dispatch.access import Viewer
from tests.api.served import Served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def put(served: Served, content: bytes, media_type: str, filename: str) -> int:
    with served.uow(viewer=Viewer.system()) as session:
        kept = session.get_one(Attachment, served.world.north[Attachment])
        kept.sha256 = served.app.state.services.intake.files.put(content)
        kept.media_type, kept.filename = media_type, filename
        session.commit()
        return kept.id


def test_who_may_see_it_gets_the_file(served: Served) -> None:
    key = put(served, b"\xff\xd8\xffphoto", "image/jpeg", "puerta norte.jpg")
    with served.client("call_taker") as client:
        answer = client.get(f"/v1/attachments/{key}/content")
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8\xffphoto")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''puerta%20norte.jpg"
    with served.client("other_scheduler") as client:
        assert client.get(f"/v1/attachments/{key}/content").status_code == 404
    with served.client("integrator") as client:
        assert client.get(f"/v1/attachments/{key}/content").status_code == 403


def test_what_could_run_in_a_browser_is_only_saved(served: Served) -> None:
    key = put(served, b"<script>alert(1)</script>", "text/html", "a.html")
    with served.client("call_taker") as client:
        answer = client.get(f"/v1/attachments/{key}/content")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
