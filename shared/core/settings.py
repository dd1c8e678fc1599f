"""Settings: environment only, one model, and a start that fails with the name of what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from shared.core.addresses import adapter_fault, cloud_fault, is_public, web_fault
from shared.core.callback_words import forbidden_word
from shared.core.errors import FieldError, Invalid


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
    daraja_c2b_version: Literal["v1", "v2"] = "v2"
    daraja_initiator: str = ""
    daraja_initiator_password: SecretStr = SecretStr("")
    daraja_certificate: str = ""
    daraja_calls_per_second: Annotated[int, Field(ge=0, le=1000)] = 0
    airtel_url: str = "http://127.0.0.1:8080/airtel"
    airtel_key: str = ""
    airtel_secret: SecretStr = SecretStr("")
    airtel_callback_key: SecretStr = SecretStr("")
    settle_without_proof_cents: Annotated[int, Field(ge=0)] = 0
    callback_sources: str = ""
    callback_hops: Annotated[int, Field(ge=0, le=10)] = 0

    sms_url: str = ""
    sms_username: str = "sandbox"
    sms_key: SecretStr = SecretStr("")
    sendgrid_url: str = "https://api.sendgrid.com"
    sendgrid_key: SecretStr = SecretStr("")
    email_from: str = "receipts@example.com"
    receipt_mail_domain: Annotated[str, Field(pattern=r"^([a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8})?$")] = ""
    outbox_folder: str = "var/outbox"

    gemini_key: SecretStr = SecretStr("")
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_url: str = ""
    gemini_data_ok: bool = False
    gemini_phrasing: bool = False
    gemini_calls_a_day: Annotated[int, Field(ge=0, le=100_000)] = 200
    gemini_calls_a_month: Annotated[int, Field(ge=0, le=10_000_000)] = 5_000

    ocr_engines: str = "rapidocr,tesseract"
    vision_transport: Literal["", "rest", "grpc"] = ""
    vision_url: str = ""
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

    @field_validator("callback_sources")
    @classmethod
    def _networks(cls, value: str) -> str:
        if value:
            from ipaddress import ip_network

            for one in value.split(","):
                try:
                    ip_network(one.strip())
                except ValueError:
                    raise ValueError("must be networks with commas between, as 196.201.212.0/24") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _callable_by_daraja(cls, value: str) -> str:
        if word := forbidden_word(value):
            raise ValueError(
                f"Daraja refuses callback URLs that contain '{word}': choose another host or path"
            )
        return value.rstrip("/")

    @property
    def gemini_allowed_key(self) -> str:
        """Gemini's key; "" without one, and where data may not go out."""
        return self.gemini_key.get_secret_value() if self.gemini_data_ok else ""


def load_settings() -> Settings:
    """Read the environment; raises Invalid ``settings_invalid`` with every variable at fault.

    A setting is the variable of its name in capitals; an empty variable counts as not set.
    """
    given = {name: os.environ.get(name.upper(), "") for name in Settings.model_fields}
    given = {name: value for name, value in given.items() if value}
    faults = list(_addresses(given))
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        faults += [_said(str(e["loc"][0]), e["type"], e["msg"]) for e in error.errors()]
    else:
        faults = faults or contradictions(settings)
        if not faults:
            return settings
    raise unusable(faults)


def unusable(faults: Sequence[FieldError]) -> Invalid:
    """The one error for all faults of all settings; a pointer is the name of a variable."""
    line = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
    return Invalid("settings_invalid", line, faults)


def _addresses(given: Mapping[str, str]) -> Iterator[FieldError]:
    """The settings that are no addresses of the kind they should be, and why."""
    for name in ("store_url", "bus_url", "blob_url"):
        if name in given and (fault := adapter_fault(name.upper(), given[name])):
            yield FieldError(name.upper(), fault)
    for name in ("public_url", "daraja_url", "airtel_url", "gemini_url", "vision_url"):
        if name in given and (fault := web_fault(given[name])):
            yield FieldError(name.upper(), fault)


def _said(name: str, kind: str, message: str) -> FieldError:
    """A fault in our words where pydantic's say less; its messages never repeat the value."""
    detail = "is missing" if kind == "missing" else message.removeprefix("Value error, ")
    return FieldError(name.upper(), detail)


def contradictions(settings: Settings) -> list[FieldError]:
    """What is wrong between settings that are each well formed."""
    return [*_callbacks(settings), *(_lost_with_the_instance(settings) if settings.k_service else ())]


def _callbacks(settings: Settings) -> Iterator[FieldError]:
    """Safaricom's own Daraja calls back over https, and a provider's address takes our credentials."""
    for name in ("daraja_url", "airtel_url", "gemini_url", "vision_url"):
        address = getattr(settings, name)
        if address and is_public(address) and not address.startswith("https:"):
            yield FieldError(name.upper(), "must be https, because credentials are sent there")
    if settings.airtel_key and not settings.airtel_secret.get_secret_value():
        yield FieldError("AIRTEL_SECRET", "is missing, and AIRTEL_KEY is set")
    if not is_public(settings.daraja_url):
        return
    if not (settings.public_url.startswith("https:") and is_public(settings.public_url)):
        why = "because DARAJA_URL's Safaricom calls it back"
        yield FieldError("PUBLIC_URL", f"must be a public https address, {why}")


def _lost_with_the_instance(settings: Settings) -> Iterator[FieldError]:
    for name in ("store_url", "bus_url", "blob_url"):
        if fault := cloud_fault(name.upper(), getattr(settings, name)):
            yield FieldError(name.upper(), fault)
