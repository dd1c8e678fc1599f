"""Settings: environment only, one model, and a start that fails with the name of what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from shared.core.addresses import adapter_fault, cloud_fault, is_public, web_fault
from shared.core.callback_words import forbidden_word
from shared.core.errors import Invalid


class Settings(BaseModel):
    """Everything that differs between a laptop and production. ``.env.example`` explains each."""

    model_config = ConfigDict(frozen=True)

    store_url: str = "sqlite:///var/hesabu.db"
    bus_url: str = "local:"
    blob_url: str = "file:///var/bucket"
    public_url: str = "http://127.0.0.1:8080"

    auth_secret: SecretStr
    callback_secret: SecretStr
    auth_issuer: str = "hesabu"
    access_minutes: Annotated[int, Field(ge=1, le=1440)] = 60

    daraja_url: str = "http://127.0.0.1:8080/safaricom"
    daraja_key: str = ""
    daraja_secret: SecretStr = SecretStr("")
    daraja_shortcode: str = "174379"
    daraja_passkey: SecretStr = SecretStr("")
    daraja_till: str = ""
    settle_without_proof_cents: Annotated[int, Field(ge=0)] = 0

    sms_url: str = ""
    sms_username: str = "sandbox"
    sms_key: SecretStr = SecretStr("")
    sendgrid_url: str = "https://api.sendgrid.com"
    sendgrid_key: SecretStr = SecretStr("")
    email_from: str = "receipts@example.com"
    outbox_folder: str = "var/outbox"

    gemini_key: SecretStr = SecretStr("")
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_url: str = ""
    gemini_data_ok: bool = False

    ocr_engines: str = "rapidocr,tesseract"
    log_level: Annotated[str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")] = "INFO"
    log_metrics: bool = False
    google_cloud_project: str = ""
    k_service: str = ""

    @field_validator("auth_secret", "callback_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must be at least 32 characters; make one with: openssl rand -hex 32")
        return value

    @field_validator("public_url")
    @classmethod
    def _callable_by_daraja(cls, value: str) -> str:
        if word := forbidden_word(value):
            raise ValueError(
                f"Daraja refuses callback URLs that contain '{word}': choose another host or path"
            )
        return value.rstrip("/")


def load_settings() -> Settings:
    """Read the environment; raises Invalid ``settings_invalid`` naming every variable at fault.

    A setting is the variable of its name in capitals; an empty variable counts as not set.
    """
    given = {name: os.environ.get(name.upper(), "") for name in Settings.model_fields}
    given = {name: value for name, value in given.items() if value}
    faults = [f"{name.upper()}: {fault}" for name, fault in _addresses(given)]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        faults += [_said(str(e["loc"][0]).upper(), e["type"], e["msg"]) for e in error.errors()]
    else:
        faults = faults or contradictions(settings)
        if not faults:
            return settings
    raise Invalid("settings_invalid", SEPARATOR.join(faults))


SEPARATOR = "; "
"""Between the faults of one message, each of which begins with the name of its variable."""


def _addresses(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The settings that are no addresses of the kind they should be, and why."""
    for name in ("store_url", "bus_url", "blob_url"):
        if name in given and (fault := adapter_fault(name.upper(), given[name])):
            yield name, fault
    for name in ("public_url", "daraja_url"):
        if name in given and (fault := web_fault(given[name])):
            yield name, fault


def _said(variable: str, kind: str, message: str) -> str:
    """A fault in our words where pydantic's say less; its messages never repeat the value."""
    if kind == "missing":
        return f"{variable}: is missing"
    return f"{variable}: {message.removeprefix('Value error, ')}"


def contradictions(settings: Settings) -> list[str]:
    """What is wrong between settings that are each well formed, one line for each fault."""
    return [*_callbacks(settings), *(_lost_with_the_instance(settings) if settings.k_service else ())]


def _callbacks(settings: Settings) -> list[str]:
    """Safaricom's own Daraja calls back over https, and its address takes our credentials."""
    if not is_public(settings.daraja_url):
        return []
    faults = []
    if not settings.daraja_url.startswith("https:"):
        faults.append("DARAJA_URL: must be https, because credentials are sent there")
    if not (settings.public_url.startswith("https:") and is_public(settings.public_url)):
        faults.append(
            "PUBLIC_URL: must be a public https address, because DARAJA_URL's Safaricom calls it back"
        )
    return faults


def _lost_with_the_instance(settings: Settings) -> list[str]:
    urls = {"STORE_URL": settings.store_url, "BUS_URL": settings.bus_url, "BLOB_URL": settings.blob_url}
    faults = {name: cloud_fault(name, url) for name, url in urls.items()}
    return [f"{name}: {fault}" for name, fault in faults.items() if fault]
