"""What we tell parties about appointments, in their language. Plain data: no catalogue has to be built.

`{number}` is empty or begins with a space. No text holds an address, access notes, or what a customer's page asks for.
"""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Final

from babel.dates import format_date

DEFAULT: Final = "en"


class Key(StrEnum):
    """What can be said."""

    SUBJECT = "subject"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    CLOCKS = "clocks"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    REMINDER = "reminder"
    ON_THE_WAY = "on_the_way"
    ON_THE_WAY_UNTIMED = "on_the_way_untimed"
    LATE = "late"
    ESTIMATE = "estimate"
    DONE = "done"
    DONE_MORE = "done_more"
    NOT_DONE = "not_done"
    PREPARE = "prepare"
    CHOOSE_BY = "choose_by"
    CHANGE_BY = "change_by"
    WINDOW = "window"


TEXTS: Final[Mapping[str, Mapping[Key, str]]] = {
    "en": {
        Key.SUBJECT: "Your appointment{number}",
        Key.INVITED: "We can come for your work order{number}. Please choose a time that suits you.",
        Key.CONFIRMED: "Your appointment{number} is confirmed: {window}. The technician arrives within that time.",
        Key.CHANGED: "Your appointment{number} was changed. The technician now arrives {window}.",
        Key.CLOCKS: (
            "The rules of the clocks were changed where you are. Your appointment{number} stays as it was said: "
            "{window}. Calendars may show it wrongly until they take over the new entry."
        ),
        Key.CANCELLED: "Your appointment{number}, {window}, is cancelled. Nobody comes then.",
        Key.LAPSED: "The time that you chose{number}, {window}, was not confirmed and is free for others again.",
        Key.REMINDER: "A reminder of your appointment{number}: the technician arrives {window}.",
        Key.ON_THE_WAY: "{technician} is on the way to you{number} and should be there at about {at}.",
        Key.ON_THE_WAY_UNTIMED: "{technician} is on the way to you{number}.",
        Key.LATE: (
            "We are sorry: we are running late and cannot keep your appointment{number} as promised, {window}. "
            "The technician should be there at about {at}."
        ),
        Key.ESTIMATE: "About your appointment{number}: the technician should now be there at about {at}.",
        Key.DONE: "Your work order{number}: the work is done ({work}). If something is not right, answer here.",
        Key.DONE_MORE: (
            "Your work order{number}: this visit is over ({work}). More is to be done; we will tell you when."
        ),
        Key.NOT_DONE: (
            "Your work order{number}: the visit could not finish the work ({work}). We will tell you how it goes on."
        ),
        Key.PREPARE: "Please see to it that somebody can let the technician in, and that the unit can be reached.",
        Key.CHOOSE_BY: "Choose a time here: {link}",
        Key.CHANGE_BY: "To change or cancel: {link}",
        Key.WINDOW: "{day}, between {since} and {by}",
    },
    "es": {
        Key.SUBJECT: "Su cita{number}",
        Key.INVITED: "Podemos ir por su orden de trabajo{number}. Por favor, elija una hora que le convenga.",
        Key.CONFIRMED: "Su cita{number} está confirmada: {window}. El técnico llega dentro de ese horario.",
        Key.CHANGED: "Su cita{number} fue cambiada. Ahora el técnico llega {window}.",
        Key.CLOCKS: (
            "Cambiaron las reglas de la hora donde usted está. Su cita{number} sigue como se dijo: {window}. "
            "Su calendario puede mostrarla mal hasta que tome la nueva anotación."
        ),
        Key.CANCELLED: "Su cita{number}, {window}, está anulada. Nadie irá a esa hora.",
        Key.LAPSED: "La hora que eligió{number}, {window}, no fue confirmada y quedó libre para otros.",
        Key.REMINDER: "Le recordamos su cita{number}: el técnico llega {window}.",
        Key.ON_THE_WAY: "{technician} va en camino{number} y debería llegar a eso de las {at}.",
        Key.ON_THE_WAY_UNTIMED: "{technician} va en camino{number}.",
        Key.LATE: (
            "Lo sentimos: vamos con retraso y no podremos cumplir su cita{number} como prometimos, {window}. "
            "El técnico debería llegar a eso de las {at}."
        ),
        Key.ESTIMATE: "Sobre su cita{number}: ahora el técnico debería llegar a eso de las {at}.",
        Key.DONE: "Su orden de trabajo{number}: el trabajo está hecho ({work}). Si algo no está bien, responda aquí.",
        Key.DONE_MORE: (
            "Su orden de trabajo{number}: esta visita terminó ({work}). Queda trabajo por hacer; le diremos cuándo."
        ),
        Key.NOT_DONE: (
            "Su orden de trabajo{number}: la visita no pudo terminar el trabajo ({work}). Le diremos cómo sigue."
        ),
        Key.PREPARE: "Por favor, procure que alguien pueda abrirle al técnico y que el equipo esté accesible.",
        Key.CHOOSE_BY: "Elija una hora aquí: {link}",
        Key.CHANGE_BY: "Para cambiarla o anularla: {link}",
        Key.WINDOW: "{day}, entre las {since} y las {by}",
    },
    "de": {
        Key.SUBJECT: "Ihr Termin{number}",
        Key.INVITED: "Wir können für Ihren Auftrag{number} kommen. Bitte wählen Sie eine Zeit, die Ihnen passt.",
        Key.CONFIRMED: "Ihr Termin{number} ist bestätigt: {window}. In dieser Zeit trifft der Techniker ein.",
        Key.CHANGED: "Ihr Termin{number} wurde geändert. Der Techniker kommt nun {window}.",
        Key.CLOCKS: (
            "Bei Ihnen wurden die Regeln der Uhrzeit geändert. Ihr Termin{number} bleibt, wie er gesagt wurde: "
            "{window}. Kalender zeigen ihn vielleicht falsch, bis sie den neuen Eintrag übernehmen."
        ),
        Key.CANCELLED: "Ihr Termin{number}, {window}, ist abgesagt. Dann kommt niemand.",
        Key.LAPSED: "Die Zeit, die Sie gewählt hatten{number}, {window}, wurde nicht bestätigt und ist wieder frei.",
        Key.REMINDER: "Zur Erinnerung an Ihren Termin{number}: Der Techniker kommt {window}.",
        Key.ON_THE_WAY: "{technician} ist auf dem Weg zu Ihnen{number} und sollte gegen {at} da sein.",
        Key.ON_THE_WAY_UNTIMED: "{technician} ist auf dem Weg zu Ihnen{number}.",
        Key.LATE: (
            "Es tut uns leid: Wir verspäten uns und können Ihren Termin{number} nicht einhalten wie versprochen, "
            "{window}. Der Techniker sollte gegen {at} da sein."
        ),
        Key.ESTIMATE: "Zu Ihrem Termin{number}: Der Techniker sollte nun gegen {at} da sein.",
        Key.DONE: "Ihr Auftrag{number}: Die Arbeit ist getan ({work}). Wenn etwas nicht stimmt, antworten Sie hier.",
        Key.DONE_MORE: (
            "Ihr Auftrag{number}: Dieser Besuch ist beendet ({work}). Es folgt noch einer; wir sagen Ihnen, wann."
        ),
        Key.NOT_DONE: (
            "Ihr Auftrag{number}: Die Arbeit wurde bei diesem Besuch nicht fertig ({work}). "
            "Wir sagen Ihnen, wie es weitergeht."
        ),
        Key.PREPARE: "Bitte sorgen Sie dafür, dass jemand öffnen kann und die Anlage zugänglich ist.",
        Key.CHOOSE_BY: "Wählen Sie hier eine Zeit: {link}",
        Key.CHANGE_BY: "Ändern oder absagen: {link}",
        Key.WINDOW: "{day}, zwischen {since} und {by} Uhr",
    },
}


_DAYS: Final = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM", "de": "EEEE, d. MMMM"}
"""How a day is written in a sentence."""


def language_of(wanted: str) -> str:
    """The language of ours for what a party speaks: "es-CL" → "es"; English where we have none."""
    short = wanted.replace("_", "-").partition("-")[0].casefold()
    return short if short in TEXTS else DEFAULT


def say(key: Key, wanted: str, **values: object) -> str:
    """The text in the party's language.

    Raises KeyError for a value that it needs.
    """
    return TEXTS[language_of(wanted)][key].format_map(values)


def window(wanted: str, local_date: date, local_from: time, local_by: time) -> str:
    """Monday, March 2, between 10:00 and 12:00; as the party's language has it, on a clock of 24 hours."""
    language = language_of(wanted)
    day = format_date(local_date, _DAYS[language], locale=language)
    return say(Key.WINDOW, wanted, day=day, since=f"{local_from:%H:%M}", by=f"{local_by:%H:%M}")
