"""Where a secret that the server makes goes, as manifests say it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import (
    MISSING,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from clerkform.model.secrets import Argv, EnvName, OneForm, PathText, one_of

FileForm = Literal["file", "env_file"]
"""How a sink names a file that it writes."""
SinkForm = Literal[FileForm, "command"]


class Sink(OneForm):
    """Where a secret that the server makes is delivered; the word `none` delivers it nowhere."""

    forms = get_args(SinkForm)
    called = "`secret_to`"

    model_config = ConfigDict(
        json_schema_extra={
            **one_of(forms),
            "dependentRequired": {"env_file": ["name"], "name": ["env_file"]},
        }
    )

    file: PathText | MISSING = Field(
        default=MISSING,
        description="A file that will hold the secret and nothing else (mode 0600), relative to "
        "this manifest. What it held before is replaced.",
    )
    env_file: PathText | MISSING = Field(
        default=MISSING,
        description="A file of `NAME=value` lines (mode 0600), relative to this manifest. Only "
        "`name` is set; everything else stays as it is, values of several lines too.",
    )
    name: EnvName | MISSING = Field(
        default=MISSING,
        description="The variable that `env_file` will set to the secret, e.g. `BILLING_API_KEY`.",
    )
    command: Argv | MISSING = Field(
        default=MISSING,
        description="A program and its arguments, run without a shell in the manifest's folder, "
        "that reads the secret from its standard input. It must exit with 0. Needs "
        "`CLERKFORM_ALLOW_COMMANDS=1`.",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _is_whole_or_nowhere(cls, value: Any, handler: ModelWrapValidatorHandler[Sink]) -> Sink:
        if value == "none" or value is NOWHERE:
            return NOWHERE
        sink = handler(value)
        if ("env_file" in sink.model_fields_set) != ("name" in sink.model_fields_set):
            raise PydanticCustomError("env_file_name", "`env_file` and `name` go together")
        return sink

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self) or "none"

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        nowhere = {"const": "none", "description": "Deliver the secret nowhere: nobody needs it."}
        return {"anyOf": [nowhere, handler(core_schema)]}

    def __str__(self) -> str:
        return super().__str__() or "none"

    @property
    def delivers(self) -> bool:
        """False for ``none``: nobody needs the secret."""
        return self.form != "none"

    @property
    def path(self) -> str | None:
        """The file that is written, as the manifest names it."""
        return str(getattr(self, self.form)) if self.form in get_args(FileForm) else None

    @property
    def form(self) -> SinkForm | Literal["none"]:
        return next((name for name in get_args(SinkForm) if name in self.model_fields_set), "none")


NOWHERE = Sink.model_construct()
"""What ``secret_to: none`` means."""
