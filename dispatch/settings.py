"""The settings, read in this module alone and passed down as plain values. Environment: `DISPATCH_` and the name."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TravelSource(StrEnum):
    """Where travel times come from."""

    ROADS = "roads"
    STRAIGHT = "straight"
    VALHALLA = "valhalla"
    OSRM = "osrm"


class Settings(BaseSettings):
    """Everything an operator may set; each field's description is its reference."""

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", extra="ignore")

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///dispatch.sqlite3"),
        description="SQLAlchemy URL of the database: sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )
    data_dir: Path = Field(default=Path(".dispatch"), description="Folder for attachments and cached travel matrices")
    travel: TravelSource = Field(
        default=TravelSource.STRAIGHT, description="Source of travel times: roads, straight, valhalla or osrm"
    )
    roads_file: Path | None = Field(default=None, description="Road network file, for travel = roads")
    travel_url: str | None = Field(default=None, description="Base URL of the Valhalla or OSRM server")
    travel_timeout: Annotated[float, Field(gt=0)] = Field(
        default=30.0, description="Seconds to wait for an answer of the Valhalla or OSRM server"
    )
    solve_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=20.0, description="Seconds a planning run searches unless it says otherwise"
    )
    solve_threads: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="Threads a planning run uses")
    solve_memory_mb: Annotated[int, Field(ge=256)] = Field(
        default=4096, description="Memory a planning run may take (MiB); above it the run fails with a clear error"
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="Port the server listens on; 0: any free one"
    )
    public_url: str | None = Field(
        default=None, description="URL under which people reach the server; https here makes cookies secure"
    )
    session_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        default=12, description="Hours after which a sign-in ends"
    )
    worker_lease_seconds: Annotated[int, Field(ge=5)] = Field(
        default=60, description="Seconds after which the work of a silent worker passes to another"
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
