"""Where a secret comes from and where a new one goes, as manifests say it: never the secret."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    MISSING,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
PathText = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00\r\n]+$")]
Argument = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
# Strict as the rest, but for the list that YAML has where a frozen model keeps a tuple.
Argv = Annotated[tuple[Argument, ...], Field(strict=False, min_length=1)]

SecretSource = Literal["from_env", "from_file", "from_command"]
SinkForm = Literal["file", "env_file", "command"]


class _OneForm(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    def __str__(self) -> str:
        """As a manifest would write it."""
        given = (name for name in type(self).model_fields if name in self.model_fields_set)
        return ", ".join(f"{name}: {_plain(getattr(self, name))}" for name in given)


def _plain(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"oneOf": [{"required": [name]} for name in names]}


def _demand_one(given: set[str], names: tuple[str, ...], what: str) -> None:
    if len(given & set(names)) != 1:
        raise PydanticCustomError(
            "one_form",
            "{what} takes exactly one of {names}",
            {"what": what, "names": "`" + "`, `".join(names) + "`"},
        )


class SecretRef(_OneForm):
    """Where clerkform finds a secret value when it needs it; the value itself is in no manifest."""

    model_config = ConfigDict(json_schema_extra=_one_of(get_args(SecretSource)))

    from_env: EnvName | MISSING = Field(
        default=MISSING,
        description="The environment variable that holds the secret, e.g. `SUPABASE_JWT_SECRET`. "
        "It is read when the secret is sent, and taken exactly as it is.",
    )
    from_file: PathText | MISSING = Field(
        default=MISSING,
        description="A file that holds the secret alone, relative to this manifest. It lies inside "
        "the project folder or a folder named by `CLERKFORM_SECRET_DIRS`. One line break at its "
        "end is not part of the secret.",
    )
    from_command: Argv | MISSING = Field(
        default=MISSING,
        description="A program and its arguments, e.g. `[op, read, op://prod/jwt/key]`, run "
        "without a shell in the manifest's folder; what it prints is the secret, but for one line "
        "break at the end. Needs `CLERKFORM_ALLOW_COMMANDS=1`.",
    )

    @model_validator(mode="after")
    def _has_one_source(self) -> SecretRef:
        _demand_one(self.model_fields_set, get_args(SecretSource), "a secret")
        return self

    @property
    def source(self) -> SecretSource:
        return next(name for name in get_args(SecretSource) if name in self.model_fields_set)


class Sink(_OneForm):
    """Where a secret that the server makes is delivered; the word `none` delivers it nowhere."""

    model_config = ConfigDict(
        json_schema_extra={
            **_one_of(get_args(SinkForm)),
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
    def _has_one_form(cls, value: Any, handler: ModelWrapValidatorHandler[Sink]) -> Sink:
        if value == "none" or value is NOWHERE:
            return NOWHERE
        sink = handler(value)
        _demand_one(sink.model_fields_set, get_args(SinkForm), "`secret_to`")
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
    def form(self) -> SinkForm | Literal["none"]:
        return next((name for name in get_args(SinkForm) if name in self.model_fields_set), "none")


NOWHERE = Sink.model_construct()
"""What ``secret_to: none`` means."""
