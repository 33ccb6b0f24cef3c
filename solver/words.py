"""Times and names in plain words, for messages that people read."""

from collections.abc import Iterable


def clock(second: int) -> str:
    """A moment as hours and minutes from the horizon's start, with seconds only where there are some: "9:05".

    Before that, how long: "3 h before the day begins".
    """
    if second < 0:
        return f"{span(-second)} before the day begins"
    hours, rest = divmod(second, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def span(seconds: int) -> str:
    """A length of time: "1 h 20 min", "45 s", "0 s"."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    words = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return ("-" if seconds < 0 else "") + (" ".join(words) or "0 s")


def listed(words: Iterable[str], joint: str = "and") -> str:
    """The words with commas and a last "and": "a, b and c"."""
    words = list(words)
    return f" {joint} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plural(count: int, noun: str) -> str:
    """The number with its noun: "1 visit", "2 visits"."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
