"""SSE users for Locust. `Plain` is the one that people write: HttpUser, `stream=True` and the `iter_lines` of requests,
each chunk parsed, the first token told. `Tuned` is as fast as we could make it: FastHttpUser, one read of the socket an
event. By itself it parses JSON only until the first content and knows nothing else of the answer; with
PEER_EVERY_CHUNK it tells what Chatbench does (each chunk parsed, gaps between those with content, end, usage, all of it
in Locust's own statistics). Each process writes its times to first token (ms) into PEER_OUT at its end."""

import json
import os
import random
import resource
import time

import gevent
from locust import FastHttpUser, HttpUser, constant, events, task

BODY = json.dumps({
    "model": "sim",
    "stream": True,
    "stream_options": {"include_usage": True},
    "messages": [{"role": "user", "content": "Where is my parcel?"}],
}).encode()
HEADERS = {"content-type": "application/json", "accept": "text/event-stream"}
FROM = float(os.environ["PEER_JUDGED_FROM"])  # seconds since the start of this process' load
THINK = float(os.environ["PEER_THINK_SECONDS"])
EVERY_CHUNK = os.environ.get("PEER_EVERY_CHUNK") == "1"
times = []
state = {"began": None, "failed": 0, "answers": 0}


@events.test_start.add_listener
def begin(**_):
    state["began"] = time.monotonic()


@events.quitting.add_listener
def end(environment, **_):
    if state["answers"] == 0 and not times:
        return  # a master makes no load
    with open(os.path.join(os.environ["PEER_OUT"], f"{os.getpid()}.json"), "w", encoding="utf-8") as file:
        used = resource.getrusage(resource.RUSAGE_SELF)
        json.dump({"ttft_ms": times, "cpu_seconds": used.ru_utime + used.ru_stime, **state}, file)


def is_judged():
    return time.monotonic() - state["began"] >= FROM


def ask(user):
    return user.client.post("/v1/chat/completions", data=BODY, headers=HEADERS, stream=True, catch_response=True)


def tell(user, name, milliseconds):
    user.environment.events.request.fire(
        request_type="SSE", name=name, response_time=milliseconds, response_length=0, exception=None, context={}
    )


def note(judged, first_ms):
    if not judged:
        return
    if first_ms is None:
        state["failed"] += 1
        return
    state["answers"] += 1
    times.append(first_ms)


class Plain(HttpUser):
    wait_time = constant(0)

    @task
    def stream(self):
        judged = is_judged()
        began = time.perf_counter()
        first_ms = None
        with ask(self) as response:
            for line in response.iter_lines() if response.status_code == 200 else ():
                if not line.startswith(b"data: {"):
                    continue
                choices = json.loads(line[6:])["choices"]
                if first_ms is None and choices and choices[0]["delta"].get("content"):
                    first_ms = (time.perf_counter() - began) * 1000
            if first_ms is None:
                response.failure("no token")
            else:
                tell(self, "first token", first_ms)
        note(judged, first_ms)
        gevent.sleep(THINK * (0.5 + random.random()))


class Tuned(FastHttpUser):
    network_timeout = 60.0
    connection_timeout = 60.0

    wait_time = constant(0)

    @task
    def stream(self):
        judged = is_judged()
        began = time.perf_counter()
        first = last = None
        tokens = 0
        with ask(self) as response:
            if response.status_code != 200:
                response.failure(str(response.status_code))
                note(judged, None)
                return
            events_read = response._response
            while True:
                event = events_read.readline(b"\n\n")
                if not event or event.startswith(b"data: [DONE]"):
                    break
                if first is not None and not EVERY_CHUNK:
                    continue
                at = time.perf_counter()
                chunk = json.loads(event[6:])
                choices = chunk["choices"]
                if choices and choices[0]["delta"].get("content"):
                    if first is None:
                        first = at
                    else:
                        tell(self, "gap", (at - last) * 1000)
                    last = at
                elif "usage" in chunk and chunk["usage"]:
                    tokens = chunk["usage"]["completion_tokens"]
            events_read.read()
        if EVERY_CHUNK and first is not None:
            tell(self, "first token", (first - began) * 1000)
            tell(self, "last content", (last - began) * 1000)
            tell(self, "token", (last - first) * 1000 / max(1, tokens - 1))
        note(judged, None if first is None else (first - began) * 1000)
        gevent.sleep(THINK * (0.5 + random.random()))
