"""Settings: environment only, one model, and a start that fails with the name of what is missing."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

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
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        faults = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise Invalid("settings_invalid", "settings are not usable: " + "; ".join(faults)) from None
