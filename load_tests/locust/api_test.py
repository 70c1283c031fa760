"""REST chat with Locust: one task is one conversation of several turns with a chatbot, as in k6_api_test.ts.

Plain: locust -f load_tests/locust/api_test.py --headless -u 50 -t 30s
CHATBENCH_TARGET_URL names the chatbot; CHATBENCH_PARAMS holds options as JSON (chat_options.py lists them).
"""

from __future__ import annotations

import itertools
import json
import os
import re
import time
from typing import Any

import gevent
from locust import FastHttpUser, task

from chat_options import ChatOptions, OptionError, read_chat_options

OPTIONS = read_chat_options(os.environ.get("CHATBENCH_PARAMS"))
RUN = os.environ.get("CHATBENCH_RUN_ID") or f"locust-{int(time.time() * 1000):x}"
NUMBERS = itertools.count(1)


def target_url(given: str | None) -> str:
    """The base URL of the chatbot under test without trailing slash."""
    base = given or "http://127.0.0.1:8000"
    if re.fullmatch(r"https?://[^/?#\s]+[^?#\s]*", base) is None:
        raise OptionError("CHATBENCH_TARGET_URL must be an http or https URL without query, such as http://127.0.0.1:8000.")
    return base.rstrip("/")


def secret_headers(names: dict[str, str]) -> dict[str, str]:
    """Headers whose values are secrets of the scenario, from the file that Chatbench writes for us alone."""
    if not names:
        return {}
    path = os.environ.get("CHATBENCH_SECRETS_FILE")
    held: dict[str, str] = {}
    if path:
        with open(path, encoding="utf-8") as file:
            held = json.load(file)
    missing = next((name for name in names.values() if name not in held), None)
    if missing is not None:
        raise OptionError(f'headers_from_secrets: the scenario has no secret "{missing}".')
    return {header: held[name] for header, name in names.items()}


def unit_of(seed: int, user: int, iteration: int, use: int) -> float:
    """A number in [0, 1) that follows from these alone (the finaliser of MurmurHash3, as in conversation.ts)."""

    def mix(value: int) -> int:
        h = value & 0xFFFFFFFF
        h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
        h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
        return h ^ (h >> 16)

    return mix(mix(mix(mix(seed) + user) + iteration) + use) / 0x1_0000_0000


def messages_of(options: ChatOptions, user: int, iteration: int, conversation: str) -> list[str]:
    """`turns` of the list in a row from a seeded start; unless it is a repeated one, each names the conversation."""
    start = int(unit_of(options.seed, user, iteration, 0) * len(options.messages))
    repeated = unit_of(options.seed, user, iteration, 1) < options.repeat_share
    own = "" if repeated else f" (order {conversation})"
    return [options.messages[(start + turn) % len(options.messages)] + own for turn in range(options.turns)]


def fill(template: Any, turn: dict[str, Any]) -> Any:
    """Fills a turn into the body: a copy, nothing of the template is changed."""
    if template == "{{messages}}":
        return [*turn["history"], {"role": "user", "content": turn["message"]}]
    if isinstance(template, str):
        values = {name: str(turn[name]) for name in ("message", "conversation_id", "turn")}
        return re.sub(r"\{\{(\w+)\}\}", lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, list):
        return [fill(item, turn) for item in template]
    if isinstance(template, dict):
        return {key: fill(value, turn) for key, value in template.items()}
    return template


def field_at(value: Any, path: str) -> Any:
    """The value at a path such as choices.0.message.content, or None."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def read_answer(status: int, body: str | None) -> tuple[str | None, str | None]:
    """Why this is no good answer, if it is none, and the reply's text, if it has one."""
    if status != 200:
        return f"status {status}", None
    try:
        parsed = json.loads(body or "")
    except ValueError:
        parsed = None
    if OPTIONS.answer == "json" and not isinstance(parsed, (dict, list)):
        return "the answer is no JSON", None
    reply = field_at(parsed, OPTIONS.reply_field or "reply")
    has_reply = isinstance(reply, str) and reply != ""
    if OPTIONS.reply_field is not None and not has_reply:
        return f"the answer has no text at {OPTIONS.reply_field}", None
    return None, reply if has_reply else None


class Talker(FastHttpUser):
    host = target_url(os.environ.get("CHATBENCH_TARGET_URL"))
    insecure = False  # certificates are checked, as k6 does
    max_redirects = 0
    connection_timeout = OPTIONS.timeout_seconds
    network_timeout = OPTIONS.timeout_seconds

    def wait_time(self) -> float:
        return 0  # the pauses lie in the conversation, after each answer

    def on_start(self) -> None:
        self.number = next(NUMBERS)
        self.iteration = 0
        secret = secret_headers(OPTIONS.headers_from_secrets)
        self.headers = {"content-type": "application/json", **OPTIONS.headers, **secret}

    @task
    def conversation(self) -> None:
        iteration, self.iteration = self.iteration, self.iteration + 1
        conversation = f"{RUN}-{self.number}-{iteration}"
        history: list[dict[str, str]] = []
        for index, message in enumerate(messages_of(OPTIONS, self.number, iteration, conversation)):
            turn = {"conversation_id": conversation, "turn": index + 1, "message": message, "history": history}
            good, reply = self.ask(turn)
            if good:
                history = [*history, {"role": "user", "content": message}]
            if reply is not None:
                history = [*history, {"role": "assistant", "content": reply}]
            if OPTIONS.think_time_seconds > 0:
                pause = 0.5 + unit_of(OPTIONS.seed, self.number, iteration, 2 + index)
                gevent.sleep(OPTIONS.think_time_seconds * pause)

    def ask(self, turn: dict[str, Any]) -> tuple[bool, str | None]:
        """One request, one answer: what is no good answer is a failed request."""
        body = json.dumps(fill(OPTIONS.body, turn), ensure_ascii=False, separators=(",", ":")).encode()
        began, began_at = time.perf_counter(), time.time()
        # Locust's own timeouts count from byte to byte: a target that trickles would never meet them.
        with gevent.Timeout(OPTIONS.timeout_seconds, False):
            with self.client.post(
                OPTIONS.path, data=body, headers=self.headers, catch_response=True, allow_redirects=False
            ) as response:
                why, reply = read_answer(response.status_code, response.text)
                if why is None:
                    response.success()
                else:
                    response.failure(str(response.error or why) if response.status_code == 0 else why)
            return why is None, reply
        self.environment.events.request.fire(
            request_type="POST",
            name=OPTIONS.path,
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=TimeoutError(f"no whole answer within {OPTIONS.timeout_seconds:g} s"),
            context={},
            start_time=began_at,
        )
        return False, None
