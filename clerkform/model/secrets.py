"""Where a secret comes from and where a new one goes, as manifests say it: never the secret."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    MISSING,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from clerkform.secrets.looks import VARIABLE

EnvName = Annotated[str, StringConstraints(pattern=rf"^{VARIABLE}$")]
PathText = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00\r\n]+$")]
Argument = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
# Strict as the rest, but for the list that YAML has where a frozen model keeps a tuple.
Argv = Annotated[tuple[Argument, ...], Field(strict=False, min_length=1)]

SecretSource = Literal["from_env", "from_file", "from_command"]


class OneForm(BaseModel):
    """What is written in one of several forms, each a key of its own."""

    forms: ClassVar[tuple[str, ...]]
    called: ClassVar[str]
    """What a message calls it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if len(self.model_fields_set.intersection(self.forms)) != 1:
            names = "`" + "`, `".join(self.forms) + "`"
            context = {"what": self.called, "names": names}
            raise PydanticCustomError("one_form", "{what} takes exactly one of {names}", context)
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    def __str__(self) -> str:
        """As a manifest would write it."""
        given = (name for name in type(self).model_fields if name in self.model_fields_set)
        return ", ".join(f"{name}: {_plain(getattr(self, name))}" for name in given)


def _plain(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"oneOf": [{"required": [name]} for name in names]}


class SecretRef(OneForm):
    """Where clerkform finds a secret value when it needs it; the value itself is in no manifest."""

    forms = get_args(SecretSource)
    called = "a secret"

    model_config = ConfigDict(json_schema_extra=one_of(forms))

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

    @property
    def source(self) -> SecretSource:
        return next(name for name in get_args(SecretSource) if name in self.model_fields_set)
