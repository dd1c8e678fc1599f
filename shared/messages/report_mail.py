"""A scheduled report by e-mail: its totals in the text, its file attached where it is not too large."""

from __future__ import annotations

from shared.messages import catalogue, recipients
from shared.messages.delivery import Notice
from shared.messages.model import Address, Attachment, Language
from shared.messages.ports import Ports
from shared.messages.records import profile_of
from shared.store import Data, Doc

LARGEST = 7 * 1024 * 1024
"""Bytes attached; mail servers commonly refuse messages of ten megabytes, and base64 adds a third."""
MOST_TOTALS = 8
EN, SW = Language.ENGLISH, Language.SWAHILI
_ATTACHED = {EN: "The file is attached.", SW: "Faili limeambatishwa."}
_TOO_LARGE = {
    EN: "The file is too large for e-mail. Download it, signed in, at:",
    SW: "Faili ni kubwa mno kwa barua pepe. Lipakue, ukiwa umeingia, hapa:",
}


def report_notices(ports: Ports, business: str, report: Doc) -> list[Notice]:
    """One notice for each address of the definition, else for the business; none while it is not ready."""
    data = report.data
    if data["status"] != "ready":
        return []
    profile = profile_of(ports, business)
    language = recipients.language_of({"language": data["ask"].get("language")})
    small = data["size_bytes"] <= LARGEST
    values = {
        "business": recipients.business_name(profile),
        "report": data["title"],
        "days": data["days"],
        # one value is one line, whatever a name in it holds
        "totals": " · ".join(f"{one['label']}: {one['formatted']}" for one in data["totals"][:MOST_TOTALS]),
        "how": (_ATTACHED if small else _TOO_LARGE)[language],
        "address": "" if small else f"{ports.settings.public_url}/v1/reports/{report.id}/file",
    }
    sender = recipients.sender(profile)

    def attach() -> Attachment:
        content = ports.blobs.get(data["file"], data["generation"])
        return Attachment(data["shown_name"], data["media_type"].partition(";")[0], content)

    return [
        Notice(
            catalogue.REPORT_READY,
            f"reports/{report.id}",
            values,
            language,
            sender,
            chain,
            attach=attach if small else None,
        )
        for chain in _chains(data, profile)
    ]


def _chains(data: Data, profile: Data) -> list[tuple[Address, ...]]:
    given = [recipients.email_to(address) for address in data["deliver_to"]]
    return [chain for chain in given if chain] or [recipients.owner(profile)]
