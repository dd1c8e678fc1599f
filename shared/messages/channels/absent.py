"""No channel: an instance in the cloud has no folder that anybody would ever look into."""

from __future__ import annotations

from shared.messages.model import Failed, Message, Outcome


class AbsentChannel:
    """Says of every message that it was not sent, and why: the next address of the person may work."""

    def send(self, message: Message) -> Outcome:
        """Nothing leaves; the message is kept as failed with this reason."""
        del message
        return Failed("channel_not_set_up")
