"""Mails as mail programs really write them: every one becomes words, files and a sender, or says why not."""

import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from db import models as m
from db.models import InboundStatus
from dispatch.intake.channels.email.headers import identify
from dispatch.intake.channels.email.reading import read
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import Rules
from dispatch.records.attachments import Files
from tests.builders.world import NOW
from tests.intake.channels.reception import OURS, Reception, mail

HEAD = b"From: Ana <ana@vecinos.example>\nSubject: Stuck\nMessage-ID: <1@x>\n"


def picture(kind: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)
    return out.getvalue()


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """Rules over a folder."""
    return Rules(files=Files(tmp_path), own=frozenset({OURS}))


def heard(raw: bytes | EmailMessage, rules: Rules) -> Heard:
    """What a mail says."""
    content = raw if isinstance(raw, bytes) else raw.as_bytes()
    return read(content, rules, identify(content)[0], NOW)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (HEAD + b"\nThe lift is stuck", "The lift is stuck"),
        (HEAD + b"\r\n\r\nThe lift is stuck\r\n", "The lift is stuck"),
        (
            HEAD + b"Content-Type: text/plain; charset=iso-8859-1\n\nAscensor averiado en N\xfa\xf1ez",
            "Ascensor averiado en Núñez",
        ),
        (HEAD + b"Content-Type: text/plain; charset=no-such-thing\n\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
        (HEAD + b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe", "Grüße"),
        (
            HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nVGhlIGxpZnQgaXMgc3R1Y2s",
            "The lift is stuck",
        ),
        (HEAD + b"Content-Transfer-Encoding: quoted-printable\n\nThe lift=20is st=\nuck", "The lift is stuck"),
        (HEAD + b"\nA\x00B\x07C", "ABC"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe lift is stuck\n--b--", "The lift is stuck"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nCut off in the mid", "Cut off in the mid"),
        (HEAD + b"Content-Type: multipart/mixed\n\nNo boundary was said", "No boundary was said"),
        (
            HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n  \n--b\nContent-Type: text/html\n\n"
            b"<p>The <b>lift</b> is&nbsp;stuck</p>\n--b--",
            "The lift is stuck",
        ),
        (
            HEAD + b"Content-Type: text/html\n\n<html><head><title>x</title><style>p {}</style></head><body>"
            b"<p>Lift<br>stuck</p><ul><li>one<li>two</ul><script>alert(1)</script>"
            b"<div style='display:none'>preview</div></body></html>",
            "Lift\nstuck\n\n- one\n- two",
        ),
        (HEAD + b"Content-Type: text/html\n\nwww.example.com", "www.example.com"),
        (HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 3000 + b"deep", "deep"),
    ],
)
def test_words_are_found_however_they_are_written(raw: bytes, words: str, rules: Rules) -> None:
    assert heard(raw, rules).body == words


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        (b"From: =?utf-8?q?Jos=C3=A9_Mu=C3=B1oz?= <jose@x.example>", "José Muñoz", "jose@x.example"),
        (b'From: "Rojas, Ana" <ana@x.example>', "Rojas, Ana", "ana@x.example"),
        (b"From: ana@x.example (Ana Rojas)", "Ana Rojas", "ana@x.example"),
        (b"From: =?utf-8?b?broken?= <ana@x.example>", "", "ana@x.example"),
        (b"From: Jos\xc3\xa9 <jose@x.example>", "José", "jose@x.example"),
        (b"From: a@x.example, b@x.example", "", "a@x.example"),
        (b"From: undisclosed", "", ""),
        (b"X-From: nobody", "", ""),
        (b"From: noreply@portal.example\nReply-To: Ana <ana@x.example>", "Ana", "ana@x.example"),
        (b"From: Ana <ana@x.example>\nReply-To: other@x.example", "Ana", "ana@x.example"),
    ],
)
def test_senders_are_found(header: bytes, name: str, address: str, rules: Rules) -> None:
    sender = heard(header + b"\nSubject: x\n\nStuck", rules).sender
    assert sender.email == address
    assert name in (sender.name, "") if name == "" else sender.name == name


def test_broken_headers_break_nothing(rules: Rules) -> None:
    raw = (
        b"From: =?x?y?z?= <<ana@x.example>>\nSubject: =?utf-8?q?=FF=FE?= \xff\nDate: yesterday\n"
        b'Message-ID: <no end\nReferences: <a@b> <c@d\n <e@f>\nContent-Type: ; ; =\nContent-Disposition: ""\n'
        b"To:\nno header at all\n\nThe lift is stuck"
    )
    said = heard(raw, rules)
    assert "The lift is stuck" in said.body
    assert said.external_id.startswith("sha256:")


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ("Fine.\n\nOn Mon, 2 Mar 2026 at 08:00, Puntal <s@x.example> wrote:\n> We come at ten.\n", "Fine."),
        ("Gut.\n\nAm 02.03.2026 um 08:00 schrieb Puntal <s@x.example>:\n> Wir kommen.\n", "Gut."),
        ("Bien.\n\nEl lun, 2 mar 2026 a las 8:00, Puntal (<s@x.example>) escribió:\n> Vamos.\n", "Bien."),
        ("Fine.\n\nFrom: Puntal <s@x.example>\nSent: Monday\nTo: Ana\nSubject: Re: Lift\n\nWe come at ten.", "Fine."),
        ("Fine.\n\n-----Original Message-----\nFrom: Puntal\nSent: Monday\n\nWe come at ten.", "Fine."),
        ("Fine.\n\n-- \nAna Rojas\n+56 9 8765 4321", "Fine."),
        (
            "- one thing\n- another thing\nGracias por venir, sigue mal",
            "- one thing\n- another thing\nGracias por venir, sigue mal",
        ),
        ("> When may we come?\nAt ten.\n> By which door?\nThe back one.", "At ten.\nThe back one."),
        ("> only quoted\n> lines", "> only quoted\n> lines"),
    ],
)
def test_what_is_new_is_told_from_what_is_quoted(body: str, reply: str, rules: Rules) -> None:
    assert heard(mail(body), rules).reply == reply


def test_what_html_mail_quotes_is_left_out(rules: Rules) -> None:
    made = mail()
    made.set_content(
        '<div>Fine.</div><div class="gmail_quote">On Monday we wrote:<blockquote>We come</blockquote></div>', "html"
    )
    assert heard(made, rules).reply == "Fine."
    made.set_content('<p>Gut.</p><div id="divRplyFwdMsg">Von: Puntal</div><div>Wir kommen</div>', "html")
    said = heard(made, rules)
    assert said.reply == "Gut."
    assert "Wir kommen" in said.body


def test_files_are_kept_wherever_they_hang(rules: Rules) -> None:
    inner = mail("What the landlord wrote.", Subject="Forwarded: lift")
    inner.add_attachment(picture("GIF"), maintype="image", subtype="gif", filename="inside.gif")
    made = mail("See below.")
    made.add_alternative('<p>See below. <img src="cid:1"></p>', subtype="html")
    _, html = made.iter_parts()
    html.add_related(picture(), maintype="image", subtype="png", cid="<1>")
    made.add_attachment(
        picture("JPEG"), maintype="application", subtype="octet-stream", filename="../../etc/Foto ñ.exe"
    )
    made.add_attachment("a,b\n1,2\n", filename="readings.csv")
    made.add_attachment(b"MZ\x90\x00" + b"\x00" * 60, maintype="image", subtype="png", filename="harmless.png")
    made.add_attachment(inner)
    said = heard(made, rules)
    assert said.body == "See below."
    assert [(each.filename, each.media_type) for each in said.files] == [
        ("image-png.png", "image/png"),
        ("Foto ñ.exe.jpg", "image/jpeg"),
        ("readings.csv", "text/plain"),
        ("Forwarded_ lift.eml", "message/rfc822"),
        ("inside.gif", "image/gif"),
    ]
    assert said.left_out == (
        "The file harmless.png is of a type that is not kept; send it as a photograph, PDF, text, sound or film",
    )
    assert b"What the landlord wrote." in rules.files.read(said.files[3].sha256)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_attachments_are_rows_of_ticket_and_message_and_none_is_lost(reception: Reception) -> None:
    made = mail("The lift is stuck.")
    made.add_attachment(picture(), maintype="image", subtype="png", filename="door.png")
    made.add_attachment(b"PK\x03\x04 no office file", maintype="application", subtype="zip", filename="all.zip")
    taken = reception.mail(made)
    (row,) = reception.all(m.Attachment)
    assert (row.ticket_id, row.message_id, row.filename) == (taken.ticket_id, taken.message_id, "door.png")
    assert reception.rules.files.read(row.sha256) == picture()
    assert "all.zip" in (reception.messages(taken.ticket_id)[0].body or "")
    # What was left out is still in the mail as it came.
    kept = reception.one(m.Inbound, taken.inbound_id)
    assert b"all.zip" in reception.rules.files.read(kept.raw_sha256)
    token = reception.conversation(taken.ticket_id).token
    more = mail("One more.", Subject=f"Re: Lift stuck [{taken.number}#{token}]")
    more.add_attachment(picture("JPEG"), maintype="image", subtype="jpeg", filename="door.jpg")
    answered = reception.mail(more)
    assert [each.message_id for each in reception.all(m.Attachment)] == [taken.message_id, answered.message_id]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "raw",
    [b"x", b"\n\n", b"\x00\xff\xfe", HEAD * 50, b"From: " + b"a" * 100_000 + b"\n\nx", HEAD + b"\n" + b"> " * 50_000],
)
def test_whatever_comes_is_answered_for(reception: Reception, raw: bytes) -> None:
    assert reception.mail(raw).status in (InboundStatus.TAKEN, InboundStatus.REFUSED)
    assert reception.count(m.Inbound) == 1
