"""What customers read, in the languages we speak to them: gettext catalogues (`en.po`, `es.po`), kept as text alone."""

from dispatch.appointments.words.catalogues import LANGUAGES, best_language, in_words, spoken, words
from dispatch.appointments.words.times import clock, day, window

__all__ = ["LANGUAGES", "best_language", "clock", "day", "in_words", "spoken", "window", "words"]
