"""The pay page as HTML: small, without a framework or anything from elsewhere, readable without JavaScript.

The style and the one script stand in the page, allowed by their hashes; nothing else may run or load, so
that a name or a description could not, even if it were not escaped.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.http import Reply
from shared.payments.paylinks.words import WORDS, Language

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).resolve().parent / "pay_page"


@cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(FOLDER)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def headers() -> dict[str, str]:
    """What every answer of the page carries: no other origin, no frame, no trace of the address elsewhere."""
    policy = (
        f"default-src 'none'; style-src {_hash(_text('pay.css'))}; script-src {_hash(_text('poll.js'))}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }


def render(template: str, language: Language, *, status: int = 200, **values: Any) -> Reply:
    """One page as an answer; every value is escaped.

    Args:
        template: a file of the folder ``pay_page``.
        values: what the template names.
    """
    made = _environment().get_template(template)
    fixed = {"css": _text("pay.css"), "js": _text("poll.js")}
    html = made.render(t=WORDS[language], lang=language, **fixed, **values)
    return Reply(html.encode("utf-8", "replace"), status, "text/html", headers())


def gone(language: Language) -> Reply:
    """The same page for every address that leads nowhere."""
    return message(language, "gone", status=404)


def message(
    language: Language, what: str, *, status: int = 200, business: str = "", other: str = "", look: str = ""
) -> Reply:
    """A page that says one thing.

    Args:
        what: ``gone``, ``closed``, ``busy`` or ``paid``.
        other: the same page in the other language, "" for none.
        look: where to look again, "" for nowhere.
    """
    return render(
        "message.html", language, status=status, what=what, business=business, other=other, look=look
    )


def to(address: str) -> Reply:
    """Go on to another page by GET, so that reloading it sends nothing again."""
    return Reply(None, 303, "text/plain", {**headers(), "Location": address})
