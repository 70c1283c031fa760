"""The options of `api_test.py` (`params:` of a scenario): the same names, limits and defaults as those of
`k6_api_test.ts`, read once and refused in one clear sentence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from chat_messages import DEFAULT_MESSAGES


class OptionError(Exception):
    """One sentence about the first option that is wrong."""


@dataclass(frozen=True)
class ChatOptions:
    turns: int = 3  # messages of one conversation
    think_time_seconds: float = 1  # mean pause after each answer: between half and one and a half times this
    timeout_seconds: float = 60
    path: str = "/api/chat"
    headers: dict[str, str] = field(default_factory=dict)
    headers_from_secrets: dict[str, str] = field(default_factory=dict)  # header name -> name of a secret
    body: dict[str, Any] = field(
        default_factory=lambda: {"conversation_id": "{{conversation_id}}", "message": "{{message}}"}
    )
    reply_field: str | None = None  # where the reply's text stands in the answer; given, it must be there
    answer: str = "json"  # `json`: an answer that is no JSON object or list failed; `any`: status 200 suffices
    messages: list[str] = field(default_factory=lambda: list(DEFAULT_MESSAGES))
    repeat_share: float = 0.3  # share of the conversations that others have word for word
    seed: int = 1


def refuse(name: str, wanted: str, value: Any) -> None:
    raise OptionError(f"CHATBENCH_PARAMS: `{name}` must be {wanted}, not {json.dumps(value)}.")


def number(least: float, most: float, whole: bool = False) -> Any:
    def check(name: str, value: Any) -> None:
        kind = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
            refuse(name, f"a {'whole ' if whole else ''}number from {least:g} to {most:g}", value)

    return check


def text(pattern: str, wanted: str) -> Any:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            refuse(name, wanted, value)

    return check


def text_by_name(name: str, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        refuse(name, "an object of texts", value)


def an_object(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        refuse(name, "an object", value)


def texts(name: str, value: Any) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        refuse(name, "a non-empty list of texts", value)


CHECKS = {
    "turns": number(1, 1000, whole=True),
    "think_time_seconds": number(0, 3600),
    "timeout_seconds": number(0.001, 3600),
    "path": text(r"/\S*", "a path that begins with /"),
    "headers": text_by_name,
    "headers_from_secrets": text_by_name,
    "body": an_object,
    "reply_field": text(r"[^.\s]+(\.[^.\s]+)*", "the path of a field such as choices.0.message.content"),
    "answer": text(r"json|any", '"json" or "any"'),
    "messages": texts,
    "repeat_share": number(0, 1),
    "seed": number(0, 2**31, whole=True),
}


def read_chat_options(given: str | None) -> ChatOptions:
    if not given:
        return ChatOptions()
    try:
        parsed = json.loads(given)
    except ValueError:
        raise OptionError("CHATBENCH_PARAMS is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise OptionError("CHATBENCH_PARAMS must be a JSON object.")
    for name, value in parsed.items():
        if name not in CHECKS:
            known = ", ".join(CHECKS)
            raise OptionError(f"CHATBENCH_PARAMS: `{name}` is no option of this script; it has: {known}.")
        CHECKS[name](name, value)
    return ChatOptions(**parsed)
