"""google-generativeai, in one place for all that ask Gemini: REST, one turn, no retry, a time-out.

The package is past its support and slow to import (about a second), so it is imported at the first call. It
keeps one key and one address for the whole process: whoever asks says again which they are.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.core.bounded import bound

MOST_BYTES = 1 << 20
"""Answers are asked for in a few hundred tokens."""
_OF_ONE_REQUEST = (400, 404, 413, 422)
"""Statuses as Google's errors carry them in ``code``; 401 and 403 are said of all requests of a key."""
_ONE_AT_A_TIME = threading.Lock()
_configured: list[tuple[str, str]] = []


@dataclass(frozen=True)
class GeminiAccount:
    """Who asks which model.

    Args:
        key: the API key.
        model: the model's name, from settings only.
        url: another endpoint with its scheme (tests, proxies); empty for Google's own.
        timeout: seconds that one call may take.
    """

    key: str = field(repr=False)
    model: str
    url: str = ""
    timeout: float = 6.0


def generate(
    account: GeminiAccount, contents: Any, *, config: Mapping[str, Any], **model_options: Any
) -> Any:
    """One answer of a model, unchecked; raises whatever the library does.

    Args:
        contents: a text, or parts: texts and ``{"mime_type": ..., "data": bytes}``.
        config: how to answer (temperature, most tokens, schema).
        model_options: instruction and tools, as GenerativeModel takes them.
    """
    import google.generativeai as genai
    from google.generativeai.client import get_default_generative_client
    from google.generativeai.types import RequestOptions

    library: Any = genai  # half of its names are exported by no list
    with _ONE_AT_A_TIME:
        _configure(library, account)
        model = library.GenerativeModel(account.model, **model_options)
        model._client = get_default_generative_client()  # this account's, whoever asks next
        bound(model._client.transport._session, account.timeout, MOST_BYTES)
    return model.generate_content(
        contents,
        generation_config=dict(config),
        # a plain dict would leave the library's own retry on: up to ten minutes
        request_options=RequestOptions(timeout=account.timeout, retry=None),
    )


def parts_of(response: Any) -> Sequence[Any]:
    """Every part of every candidate; ``.text`` is never touched, because it raises on calls and blocks."""
    return [part for candidate in response.candidates for part in candidate.content.parts]


def is_ill(error: Exception) -> bool:
    """Whether an error tells of a provider in trouble (or of our key), rather than of one request."""
    return getattr(error, "code", None) not in _OF_ONE_REQUEST


def _configure(library: Any, account: GeminiAccount) -> None:
    wanted = (account.key, account.url)
    if _configured != [wanted]:
        endpoint = {"api_endpoint": account.url} if account.url else None
        library.configure(api_key=account.key, transport="rest", client_options=endpoint)
        _configured[:] = [wanted]
