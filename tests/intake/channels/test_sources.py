"""Where e-mails come from: a folder, and a mailbox on a real IMAP server."""

import imaplib
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.reception import Fetcher, rules_of
from db import models as m
from db.models import InboundStatus
from dispatch.errors import Invalid, Unavailable
from dispatch.intake.channels.email import mailbox as module
from dispatch.intake.channels.email.drop import fetch_drop
from dispatch.intake.channels.email.mailbox import Mailbox, fetch_mailbox
from dispatch.settings import MailSecurity, Settings
from tests.intake.channels.reception import Reception, mail
from tests.parts import dovecot
from tests.parts.dovecot import Dovecot

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_dropped_mails_are_taken_in_and_put_aside(reception: Reception, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    for name, content in {"b": mail().as_bytes(), "a": mail().as_bytes(), "empty": b""}.items():
        (drop / f"{name}.eml").write_bytes(content)
    (drop / "half.tmp").write_bytes(b"From: some")
    assert fetch_drop(reception.uow, reception.clock, reception.rules, drop) == 3
    assert reception.count(m.Ticket) == 2
    assert sorted(path.relative_to(drop).as_posix() for path in drop.rglob("*.*")) == [
        "done/a.eml", "done/b.eml", "half.tmp", "refused/empty.eml"
    ]  # fmt: skip
    (drop / "a.eml").write_bytes((drop / "done" / "a.eml").read_bytes())
    assert fetch_drop(reception.uow, reception.clock, reception.rules, drop) == 1
    assert reception.count(m.Ticket) == 2
    assert (drop / "done" / "a-1.eml").exists()


def test_what_is_no_mail_is_put_aside_and_listed_and_answers_nobody(reception: Reception, tmp_path: Path) -> None:
    (tmp_path / "junk.eml").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "words.eml").write_bytes(b"The lift is stuck\nplease come\n")
    (tmp_path / "nobody.eml").write_bytes(mail(From="").as_bytes())
    assert fetch_drop(reception.uow, reception.clock, reception.rules, tmp_path) == 3
    assert sorted(path.name for path in (tmp_path / "refused").iterdir()) == ["junk.eml", "words.eml"]
    refused = [each for each in reception.all(m.Inbound) if each.status is InboundStatus.REFUSED]
    assert len(refused) == 2
    assert all("This is no e-mail" in str(each.why) for each in refused)
    (ticket,) = reception.all(m.Ticket)
    assert [each.direction for each in reception.messages(ticket.id)] == [m.Direction.INBOUND]


def test_files_in_capitals_are_mails_too(reception: Reception, tmp_path: Path) -> None:
    for name in ("A.EML", "b.Eml", "c.emlx"):
        (tmp_path / name).write_bytes(mail().as_bytes())
    assert fetch_drop(reception.uow, reception.clock, reception.rules, tmp_path) == 2
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["A.EML", "b.Eml"]
    assert (tmp_path / "c.emlx").exists()


def test_a_folder_that_is_not_there_is_said(reception: Reception, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="DISPATCH_MAIL_DROP"):
        fetch_drop(reception.uow, reception.clock, reception.rules, tmp_path / "none")


@pytest.fixture(scope="module")
def server(run_folder: Path) -> Iterator[Dovecot]:
    """A mail server."""
    with tempfile.TemporaryDirectory(dir=run_folder, prefix="imap") as folder:
        Path(folder).chmod(0o755)
        with dovecot.running(Path(folder)) as made:
            yield made


@pytest.fixture
def box(server: Dovecot) -> Iterator[imaplib.IMAP4]:
    """The mailbox as another mail program sees it, empty."""
    with imaplib.IMAP4("127.0.0.1", server.port) as client:
        client.login(dovecot.USER, dovecot.PASSWORD)
        if client.select()[1] != [b"0"]:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        yield client


def of(server: Dovecot, security: MailSecurity = MailSecurity.NONE, done: str | None = None) -> Mailbox:
    """The mailbox as we are told of it."""
    port = server.tls_port if security is MailSecurity.TLS else server.port
    ca_file = str(server.ca_file)
    return Mailbox("127.0.0.1", port, dovecot.USER, dovecot.PASSWORD, security, done=done, timeout=10, ca_file=ca_file)


def put(box: imaplib.IMAP4, *raws: bytes) -> None:
    """Mails arrive in the mailbox."""
    for raw in raws:
        box.append("INBOX", "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def flags(box: imaplib.IMAP4) -> list[bool]:
    """Whether each mail in the mailbox is marked as seen."""
    box.select()
    _, found = box.fetch("1:*", "(FLAGS)")
    return [b"Seen" in bytes(each) for each in found if isinstance(each, bytes)]


@pytest.mark.parametrize("security", list(MailSecurity))
def test_new_mails_are_taken_in_and_marked(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4, security: MailSecurity
) -> None:
    put(box, mail().as_bytes(), mail("Grüße, der Aufzug steckt").as_bytes())
    there = of(server, security)
    assert fetch_mailbox(reception.uow, reception.clock, reception.rules, there) == 2
    assert reception.count(m.Ticket) == 2
    assert flags(box) == [True, True]
    assert fetch_mailbox(reception.uow, reception.clock, reception.rules, there) == 0
    put(box, mail().as_bytes())
    assert fetch_mailbox(reception.uow, reception.clock, reception.rules, there) == 1


def test_taken_in_mails_are_moved_where_a_folder_is_set(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4
) -> None:
    put(box, mail().as_bytes())
    assert fetch_mailbox(reception.uow, reception.clock, reception.rules, of(server, done="Done")) == 1
    assert box.select("INBOX")[1] == [b"0"]
    assert box.select("Done")[1] == [b"1"]


def test_dying_before_it_is_marked_takes_it_in_once(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, mail().as_bytes())

    def die(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(module, "_settle", die)
        with pytest.raises(Unavailable):
            fetch_mailbox(reception.uow, reception.clock, reception.rules, of(server))
    assert flags(box) == [False]
    assert fetch_mailbox(reception.uow, reception.clock, reception.rules, of(server)) == 1
    assert flags(box) == [True]
    assert reception.count(m.Ticket) == 1


def test_dying_before_it_is_kept_leaves_it_unmarked(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, mail().as_bytes())

    def die(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(type(reception.rules.files), "put", die)
        with pytest.raises(Unavailable, match="No space left"):
            fetch_mailbox(reception.uow, reception.clock, reception.rules, of(server))
    assert flags(box) == [False]
    assert reception.count(m.Inbound) == 0


def test_a_mail_that_is_too_large_is_taken_in_as_far_as_it_goes(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4
) -> None:
    large = mail("The lift is stuck.")
    large.add_attachment(os.urandom(150_000), maintype="image", subtype="jpeg", filename="photo.jpg")
    put(box, large.as_bytes(), mail().as_bytes())
    limits = replace(reception.rules.limits, message_bytes=50_000)
    rules = replace(reception.rules, limits=limits)
    assert fetch_mailbox(reception.uow, reception.clock, rules, of(server)) == 2
    assert [inbound.status for inbound in reception.all(m.Inbound)] == [InboundStatus.TAKEN] * 2
    words = reception.messages(1)[0].body
    assert words is not None
    assert "The lift is stuck." in words
    assert "only the beginning was taken in" in words


def test_the_worker_looks_when_it_is_time_and_waits_longer_for_a_server_that_is_away(
    reception: Reception, server: Dovecot, box: imaplib.IMAP4, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    chosen = Settings(
        imap_host="127.0.0.1",
        imap_port=server.port,
        imap_security=MailSecurity.NONE,
        imap_user=dovecot.USER,
        imap_password=SecretStr(dovecot.PASSWORD),
        mail_poll_seconds=30,
        data_dir=tmp_path,
    )
    fetcher = Fetcher(chosen, reception.uow, reception.clock, replace(rules_of(chosen), place=reception.rules.place))
    put(box, mail().as_bytes())
    assert fetcher()
    put(box, mail().as_bytes())
    assert not fetcher()
    server.stop()
    reception.clock.instant += timedelta(seconds=30)
    assert not fetcher()
    server.start()
    reception.clock.instant += timedelta(seconds=30)
    assert not fetcher()
    reception.clock.instant += timedelta(seconds=30)
    assert fetcher()
    assert reception.count(m.Ticket) == 2


def test_a_wrong_password_is_said_without_it(reception: Reception, server: Dovecot) -> None:
    wrong = replace(of(server), password="wrong-password")
    with pytest.raises(Unavailable, match="cannot be read") as told:
        fetch_mailbox(reception.uow, reception.clock, reception.rules, wrong)
    assert "wrong-password" not in told.value.message
