"""Which channel a process uses: the provider when its key is set, else the folder; in the cloud none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared.core.clock import Clock
from shared.core.errors import Invalid
from shared.messages.channels.absent import AbsentChannel
from shared.messages.channels.folder import FolderChannel
from shared.messages.channels.port import MessageChannel
from shared.messages.model import Channel

if TYPE_CHECKING:
    from shared.core.settings import Settings


def sms_channel_for(settings: Settings, clock: Clock) -> MessageChannel:
    """Africa's Talking with SMS_URL and SMS_KEY, with neither the folder, or in the cloud none.

    Raises Invalid ``settings_invalid`` when only one is set: messages would go to a folder unseen.
    """
    key = settings.sms_key.get_secret_value()
    if bool(key) != bool(settings.sms_url):
        raise Invalid(
            "settings_invalid", f"{'SMS_URL' if key else 'SMS_KEY'} is missing: set both or neither"
        )
    if not key:
        return _without_provider(settings, Channel.SMS, clock)
    from shared.messages.channels.africas_talking import AfricasTalking

    return AfricasTalking(settings.sms_url, settings.sms_username, key)


def email_channel_for(settings: Settings, clock: Clock) -> MessageChannel:
    """SendGrid with SENDGRID_KEY, without it the folder, or in the cloud none."""
    key = settings.sendgrid_key.get_secret_value()
    if not key:
        return _without_provider(settings, Channel.EMAIL, clock)
    from shared.messages.channels.sendgrid import SendGrid

    return SendGrid(settings.sendgrid_url, key, settings.email_from)


def _without_provider(settings: Settings, channel: Channel, clock: Clock) -> MessageChannel:
    """A folder in a cloud instance is gone with it: a message written there would count as sent."""
    if settings.k_service:
        return AbsentChannel()
    return FolderChannel(Path(settings.outbox_folder), channel, clock)
