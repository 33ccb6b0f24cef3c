"""The application's description of itself (OpenAPI), with the problem documents that FastAPI does not know of."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from api.responses import FaultOut, Problem
from api.schemas.appointments import TakenOut


class Described(FastAPI):
    """An application whose failures are described as what they are: problem documents."""

    def openapi(self) -> dict[str, Any]:
        """The description; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _, made = models_json_schema(
                [(model, "serialization") for model in (Problem, FaultOut, TakenOut)],
                ref_template="#/components/schemas/{model}",
            )
            document["components"]["schemas"] |= made["$defs"]
            self.openapi_schema = document
        return self.openapi_schema
