"""What our mail server finds forged is trusted less; what anybody else wrote about a mail says nothing."""

from dataclasses import replace

import pytest

from db import models as m
from db.models import Direction
from dispatch.intake.channels.email.authentication import forged, results
from dispatch.intake.channels.email.headers import parse
from tests.intake.channels.reception import SYSTEM, Reception, mail

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OURS = "mx.puntal.example"
FAILED = f"{OURS}; dmarc=fail header.from=vecinos.example; spf=pass smtp.mailfrom=evil.example; dkim=none"


@pytest.fixture
def trusting(reception: Reception) -> Reception:
    """A reception that trusts its mail server."""
    reception.rules = replace(reception.rules, authserv=OURS)
    return reception


def known(reception: Reception) -> m.Contact:
    """Ana, who wrote before and is verified."""
    reception.mail(mail(Message_ID="<first@vecinos.example>"))
    with reception.uow(viewer=SYSTEM) as session:
        ana = session.get_one(m.Contact, 1)
        ana.verified = session.get_one(m.Organisation, ana.organisation_id).verified = True
        session.commit()
        return ana


@pytest.mark.parametrize("how", ["header", "token", "alone"])
def test_a_forged_mail_reaches_no_thread_and_is_nobody_we_know(trusting: Reception, how: str) -> None:
    ana = known(trusting)
    token = trusting.conversation(1).token
    headers = {"header": {"In_Reply_To": "<first@vecinos.example>"}, "token": {"Subject": f"Re: [T-1001#{token}]"}}
    taken = trusting.mail(mail("Please open the gate.", Authentication_Results=FAILED, **headers.get(how, {})))
    ticket = trusting.one(m.Ticket, taken.ticket_id)
    assert ticket.id != 1
    assert ticket.contact_id != ana.id
    contact = trusting.one(m.Contact, ticket.contact_id)
    assert (contact.verified, contact.organisation_id == ana.organisation_id) == (False, False)
    assert not trusting.one(m.Organisation, contact.organisation_id).verified
    (said,) = trusting.messages(ticket.id)
    assert said.direction is Direction.INBOUND
    assert "the sender may be forged: our mail server says dmarc=fail, spf=pass, dkim=none" in (said.body or "")
    assert "forged" not in ticket.symptom
    assert len(trusting.messages(1)) == 2


def test_the_next_true_mail_is_hers_again(trusting: Reception) -> None:
    ana = known(trusting)
    trusting.mail(mail("Please open the gate.", Authentication_Results=FAILED))
    again = trusting.mail(mail("It moves.", In_Reply_To="<first@vecinos.example>", Authentication_Results=PASSED))
    fresh = trusting.mail(mail("Another matter", Authentication_Results=PASSED))
    assert again.ticket_id == 1
    assert trusting.one(m.Ticket, fresh.ticket_id).contact_id == ana.id


PASSED = f"{OURS}; dmarc=pass; dkim=pass header.d=vecinos.example; spf=pass"


@pytest.mark.parametrize(
    ("said", "is_forged"),
    [
        (FAILED, True),
        (PASSED, False),
        (f"{OURS}; spf=fail; dkim=none", True),
        (f"{OURS}; spf=fail; dkim=fail", True),
        (f"{OURS}; spf=softfail; dkim=fail", True),
        (f"{OURS}; spf=softfail; dkim=none", False),
        (f"{OURS}; spf=fail; dkim=pass header.d=vecinos.example", False),
        (f"{OURS}; spf=fail; dkim=pass header.d=evil.example", True),
        (f"{OURS}; spf=fail; dkim=fail; dkim=pass header.i=@mail.vecinos.example", False),
        (f"{OURS}; dmarc=pass; spf=fail; dkim=none", False),
        (f"{OURS.upper()} 1;\n dmarc=fail\n (p=reject)", True),
        (f"{OURS}; none", False),
        (f"{OURS}; dmarc=pass (was; dmarc=fail)", False),
        (f'{OURS}; dmarc=pass reason="x; dmarc=fail"', False),
        ("mx.evil.example; dmarc=fail", False),
        (f"mx.evil.example; dmarc=fail {OURS}", False),
        ("", False),
    ],
)
def test_only_the_trusted_server_says_what_is_forged(said: str, is_forged: bool, database_kind: str) -> None:
    raw = f"Authentication-Results: {said}\nFrom: Ana <ana@vecinos.example>\n\nStuck\n"
    assert (forged(parse(raw.encode()), OURS) is not None) is is_forged
    assert forged(parse(raw.encode()), "") is None


def test_only_the_topmost_header_counts(database_kind: str) -> None:
    from_them = f"Authentication-Results: {PASSED}\n"
    from_us = f"Authentication-Results: {FAILED}\n"
    tail = "From: Ana <ana@vecinos.example>\n\nStuck\n"
    assert forged(parse((from_us + from_them + tail).encode()), OURS) is not None
    above = "Authentication-Results: mx.evil.example; dmarc=pass\n"
    assert results(parse((above + from_us + tail).encode()), OURS, "vecinos.example") == {}


def test_without_the_setting_all_is_as_it_was(reception: Reception) -> None:
    known(reception)
    taken = reception.mail(mail("Fine.", In_Reply_To="<first@vecinos.example>", Authentication_Results=FAILED))
    assert taken.ticket_id == 1
