"""Who looks at a customer's page: the link's holder, in their language, as the link and the work order allow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request

from api.auth import SAFE_METHODS
from api.pages.customer_forms import FormSigner
from api.pages.customer_limits import Limits
from api.pages.customer_render import language_of
from api.services import Services
from db.models import LinkPurpose
from dispatch.access import Viewer
from dispatch.access.secrets import digest
from dispatch.appointments.links import guest_view, links
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.links.guest_view import AppointmentView, GuestView
from dispatch.appointments.links.knowing import Asked, NoAnswer, NoTries, WrongAnswer, answer, asked
from dispatch.appointments.links.links import LinkGone
from dispatch.appointments.words import words

SYSTEM: Final = Viewer.system("customer pages")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a customer is asked to correct. field: the id of what it is about, "" for the page."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request of a customer."""

    request: Request
    services: Services
    token: str
    guest: Guest
    view: GuestView
    asked: Asked
    language: str
    now: datetime

    @property
    def may_act(self) -> bool:
        """Whether anything can be changed with this link."""
        return self.guest.may_decide and self.asked.can_answer

    @property
    def signer(self) -> FormSigner:
        """For the forms of a page that is shown now."""
        return FormSigner.now(self.services.link_key, self.guest.link_id, self.now)

    def say(self, text: str) -> str:
        """A text of ours in the visitor's language."""
        return words(self.language).gettext(text)

    def say_count(self, one: str, many: str, count: int) -> str:
        """A text of ours with a number."""
        return words(self.language).ngettext(one, many, count) % {"count": count}

    def again(self) -> "Visitor":
        """The same visitor, with what is known now."""
        return seen(self.request, self.services, self.token, self.language)

    def appointment(self, appointment_id: int, *, to_change: bool) -> AppointmentView:
        """The appointment of this id.

        Raises LinkGone for one that is not of this work order, or cannot be changed where it is to be.
        """
        found = self.view.appointment(appointment_id)
        if found is None or (to_change and not (found.may_change and self.may_act)):
            raise LinkGone
        return found

    def form_problems(self, form: str, trap: str) -> tuple[FormSigner | None, list[Problem]]:
        """What signs the form that came, and what is wrong with it: too old, from elsewhere, a machine's."""
        signer = FormSigner.of(self.services.link_key, self.guest.link_id, form, self.now)
        is_elsewhere = self.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        if signer is None or trap or is_elsewhere:
            return None, [Problem("", self.say("This page was open for too long. Please look at it again and repeat."))]
        return signer, []

    def knows(self, said: str) -> list[Problem]:
        """Asks whether what was said is what we have on file, and counts a wrong answer; [] if it is."""
        services = self.services
        try:
            answer(services.uow, services.clock, services.link_key, self.token, said)
        except NoAnswer:
            return [Problem("answer", self.say("Please answer this question."))]
        except WrongAnswer as error:
            wrong = self.say("That is not what we have on file.")
            left = self.say_count("You can try once more.", "You can try %(count)d more times.", error.left)
            return [Problem("answer", f"{wrong} {left}")]
        except NoTries:
            return [Problem("", self.say("With this link nothing can be changed any more. Please call us."))]
        return []


def enter(request: Request, services: Services, token: str, *, language: str = "") -> Visitor:
    """Whoever comes by this token; what comes too often is told to wait.

    Raises LinkGone, TooManyAttempts.
    """
    if not services.link_key.is_token(LinkPurpose.APPOINTMENT, token):
        raise LinkGone
    limits: Limits = request.app.state.customer_limits
    address = request.client.host if request.client is not None else "unknown"
    acts = request.method not in SAFE_METHODS
    limits.count(services.clock.now(), acts=acts, link=digest(token)[:16], address=address)
    return seen(request, services, token, language)


def seen(request: Request, services: Services, token: str, language: str) -> Visitor:
    """The visitor, read from the database.

    Raises LinkGone.
    """
    now = services.clock.now()
    with services.uow(viewer=SYSTEM, read_only=True) as session:
        guest = links.open_link(session, services.link_key, token, now)
        view = guest_view.view(session, guest, now)
        question = asked(session, guest.link_id)
    return Visitor(request, services, token, guest, view, question, language_of(request, guest.language, language), now)
