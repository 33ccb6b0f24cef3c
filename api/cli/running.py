"""What planning and serving need: travel times, maps, a port."""

import socket

from api.pages.drawing import Drawing
from dispatch.errors import Unavailable
from dispatch.settings import Settings
from dispatch.travel.choice import choose
from dispatch.travel.places import TravelTimes
from dispatch.travel.roads import RoadData


def travel_times(settings: Settings) -> TravelTimes:
    """The source of travel times that the settings name; its tables are kept in the data folder.

    Raises Invalid when a setting is missing or wrong.
    """
    return choose(
        settings.travel,
        file=settings.roads_file,
        url=settings.travel_url,
        cache=settings.data_dir / "matrices",
    )


def drawing_of(settings: Settings, travel: TravelTimes) -> Drawing:
    """Draws maps, over the streets of the road file where there is one."""
    return Drawing(travel, None if settings.roads_file is None else RoadData.read(settings.roads_file))


def bind(host: str, port: int, *, or_any: bool = False) -> socket.socket:
    """A socket that listens there; with `or_any`, on any free port when this one is taken.

    Raises Unavailable when the port is taken or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        if or_any:
            return bind(host, 0)
        raise Unavailable(
            f"port {port} of {host} cannot be had ({error.strerror}); choose another with --port"
        ) from error
    # Who comes before the server is up waits for it, and is not turned away.
    bound.listen()
    return bound
