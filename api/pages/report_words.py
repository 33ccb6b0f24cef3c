"""What the report form says, in the languages it speaks."""

from typing import Final

WORDS: Final = {
    "en": {
        "title": "Report a fault",
        "danger": "Is somebody trapped or hurt? Gas, smoke or fire? Call the emergency services first.",
        "call": "Emergency? Call",
        "what": "What is wrong?",
        "what_help": "In your own words. Please do not write door codes here.",
        "name": "Your name",
        "phone": "Telephone number",
        "email": "E-mail address",
        "optional": "not necessary",
        "reach": "So that we can reach you",
        "send": "Send the report",
        "leave": "Leave this empty",
        "thanks": "Thank you. Your report has the number",
        "keep": "Keep it, so that you need not tell us again.",
        "urgent": "We treat it as an emergency. If somebody is in danger, call the emergency services as well.",
        "again": "Report something else",
        "missing": "Please say what is wrong.",
        "too_long": "That is too long; please shorten it.",
        "phone_wrong": "We cannot call this telephone number. Please write it with its area code, or leave it empty.",
        "email_wrong": "This is no e-mail address we can write to. Please correct it, or leave it empty.",
        "photos": "Photos",
        "photos_help": "Up to 4, as JPEG or PNG. Where they were taken is removed from them.",
        "photos_left": "Not all photos could be kept: up to 4 are, as JPEG or PNG. Your report is in without them.",
        "too_many": "Too many reports came from here just now. Please wait some minutes, or call us. "
        "Is somebody in danger? Do not wait: call the emergency services, and write here what happens; "
        "that is always taken.",
        "failed": "The report could not be kept. Please try again, or call us.",
    },
    "es": {
        "title": "Avisar de una falla",
        "danger": "¿Hay alguien atrapado o herido, huele a gas, ve humo o fuego? Llame primero a emergencias.",
        "call": "¿Una emergencia? Llame al",
        "what": "¿Qué ocurre?",
        "what_help": "Con sus propias palabras. Por favor no escriba aquí códigos de acceso.",
        "name": "Su nombre",
        "phone": "Teléfono",
        "email": "Correo electrónico",
        "optional": "no es necesario",
        "reach": "Para poder contactarle",
        "send": "Enviar el aviso",
        "leave": "Deje esto vacío",
        "thanks": "Gracias. Su aviso tiene el número",
        "keep": "Guárdelo, así no tendrá que contarlo de nuevo.",
        "urgent": "Lo tratamos como emergencia. Si alguien está en peligro, llame también a emergencias.",
        "again": "Avisar de otra falla",
        "missing": "Por favor diga qué ocurre.",
        "too_long": "Es demasiado largo; por favor acórtelo.",
        "phone_wrong": "No es un teléfono al que podamos llamar. Escríbalo con código de área, o déjelo vacío.",
        "email_wrong": "No es un correo al que podamos escribir. Corríjalo, o déjelo vacío.",
        "photos": "Fotos",
        "photos_help": "Hasta 4, en JPEG o PNG. Quitamos de ellas el lugar donde se tomaron.",
        "photos_left": "No se guardaron todas las fotos: hasta 4, en JPEG o PNG. Su aviso quedó registrado sin ellas.",
        "too_many": "Llegaron demasiados avisos desde aquí. Espere unos minutos, o llámenos. "
        "¿Hay alguien en peligro? No espere: llame a emergencias, y escriba aquí qué ocurre; eso se recibe siempre.",
        "failed": "No se pudo guardar el aviso. Inténtelo de nuevo, o llámenos.",
    },
}


def language_for(accepted: str) -> str:
    """The language of ours that a browser likes best (RFC 9110, Accept-Language); English when it names none."""
    best, most = "en", 0.0
    for each in accepted.split(",")[:20]:
        tag, _, rest = each.strip().partition(";")
        language = tag.strip().partition("-")[0].lower()
        liking = _quality(rest)
        if language in WORDS and liking > most:
            best, most = language, liking
    return best


def _quality(said: str) -> float:
    name, _, value = said.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
