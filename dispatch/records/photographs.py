"""Takes the place out of photographs and films: where somebody lives is theirs to tell."""

import io
import re
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

LARGEST: Final = 120_000_000
"""Pixels; more is a bomb rather than a photograph."""

_PICTURES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_FILMS: Final = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"})
_ORIENTATION, _MAKE, _MODEL, _DATE = 0x0112, 0x010F, 0x0110, 0x0132
_KEPT_TAGS: Final = (_ORIENTATION, _MAKE, _MODEL, _DATE)
_TELLING: Final = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment", "Raw profile type exif"})
_ISO6709: Final = re.compile(rb"[+-]\d{2}(?:\.\d+)?[+-]\d{3}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?/")


def without_place(content: bytes, media_type: str) -> bytes:
    """The same picture or film without the place where it was made; how a picture is turned, and when, stays.

    Other files are given back as they are, and so are pictures that carry nothing but themselves.

    Raises ValueError for a picture that is damaged or too large.
    """
    if media_type in _FILMS:
        return _ISO6709.sub(lambda found: re.sub(rb"\d", b"0", found.group()), content)
    if media_type not in _PICTURES:
        return content
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > LARGEST:
                msg = f"{image.width} × {image.height} pixels are too many"
                raise ValueError(msg)
            return _bare(image, content, _PICTURES[media_type])
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        msg = "it is damaged or too large"
        raise ValueError(msg) from error
    except (OSError, SyntaxError, EOFError) as error:
        msg = "it is damaged"
        raise ValueError(msg) from error


def _bare(image: Image.Image, content: bytes, kind: str) -> bytes:
    image.load()
    tells = _TELLING & image.info.keys() or getattr(image, "text", None) or image.format == "MPO"
    if not tells:
        return content
    before = image.getexif()
    exif = Image.Exif()
    for tag in _KEPT_TAGS:
        if tag in before:
            exif[tag] = before[tag]
    out = io.BytesIO()
    image.info.pop("comment", None)
    image.save(out, kind, exif=exif, **_how(image, kind))
    return out.getvalue()


def _how(image: Image.Image, kind: str) -> dict[str, Any]:
    """Whatever keeps the picture as it was: the quality, the colours, all frames."""
    profile = image.info.get("icc_profile")
    how: dict[str, Any] = {"icc_profile": profile} if profile else {}
    if kind == "JPEG":
        how |= {"quality": "keep"} if image.format == "JPEG" else {"quality": 95}
    elif getattr(image, "is_animated", False):
        how["save_all"] = True
    return how
