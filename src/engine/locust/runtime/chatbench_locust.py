"""Runs one Locust script for Chatbench: `python chatbench_locust.py inspect|run CONFIG.json`.

Locust as a library, by its documented interface: no web page, no command line of its own, no configuration file of
somebody's home folder. What it found out is written into the file that the configuration names, whole or not at all.
"""

from __future__ import annotations

import locust  # first: gevent puts its own sockets and clocks in place before anything else asks for them

import json
import logging
import os
import signal
import sys
import traceback
from typing import Any

import gevent
from locust import log
from locust.argument_parser import get_parser
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.user.task import DefaultTaskSet, TaskSet
from locust.util.load_locustfile import load_locustfile

from chatbench_guard import refuse_metadata
from chatbench_measure import Measure, WholeFile
from chatbench_shape import PatternShape, follow

# Where the load is ended before its plan is through, users have this long to end what they began: nothing is judged.
STOP_SECONDS = 3


class Unusable(Exception):
    """A sentence on why the script cannot be run."""


def hold_secrets() -> None:
    """Takes the secrets off the disk before any script is read: what it opens from now on is memory of this process."""
    path = os.environ.get("CHATBENCH_SECRETS_FILE")
    if path is None or not hasattr(os, "memfd_create"):  # no Linux: the file stays for as long as the load does
        return
    memory = os.memfd_create("chatbench-secrets")
    with open(path, "rb") as file, open(memory, "wb", closefd=False) as held:
        held.write(file.read())
    os.unlink(path)
    os.environ["CHATBENCH_SECRETS_FILE"] = f"/proc/self/fd/{memory}"


def load_script(path: str) -> tuple[list[Any], list[Any]]:
    try:
        users, shapes = load_locustfile(path)
    except SystemExit as end:
        raise Unusable(f"it ended Python ({end.code}) while it was read") from end
    except BaseException as error:
        traceback.print_exc()
        where = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in where if frame.filename == path]
        line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else own[-1].lineno if own else None
        at = "" if line is None else f" (line {line})"
        raise Unusable(f"{type(error).__name__}: {error}{at}") from error
    if not users:
        raise Unusable("it defines no user: a class that extends locust.HttpUser, FastHttpUser or User")
    return list(users.values()), shapes


def shape_for(config: dict[str, Any], shapes: list[Any], measure: Measure) -> Any:
    if config["course"] is not None:
        return PatternShape(config["course"], measure)
    if len(shapes) != 1:
        raise Unusable(
            f"the pattern own wants exactly one LoadTestShape in it, and it has {len(shapes)}: "
            "add one, or choose a pattern such as sustained"
        )
    return follow(shapes[0])


def count_iterations(measure: Measure) -> None:
    """Locust tells of no task that was done; each function that returned is one."""

    def counted(plain: Any) -> Any:
        def execute_task(self: Any, task: Any) -> None:
            is_set = isinstance(task, type) and issubclass(task, TaskSet)
            if not is_set:
                gevent.getcurrent().chatbench_answer = "none"
            plain(self, task)
            if not is_set:
                measure.iteration()

        return execute_task

    for owner in (TaskSet, DefaultTaskSet):
        owner.execute_task = counted(owner.execute_task)


def count_cut_off(measure: Measure) -> None:
    """Locust tells of no request whose user was ended while it waited: a target that hangs would look asked less."""

    def counted(plain: Any) -> Any:
        def request(self: Any, method: Any, *args: Any, **kwargs: Any) -> Any:
            begun = measure.elapsed()
            try:
                return plain(self, method, *args, **kwargs)
            except gevent.GreenletExit:
                measure.cut_off(str(method), begun)
                raise

        return request

    for owner in (HttpSession, FastHttpSession):
        owner.request = counted(owner.request)


def environment_for(config: dict[str, Any], users: list[Any], shape: Any) -> Environment:
    # Only what we say: no file of a home folder or of the folder we run in, and no terminal.
    options = get_parser(default_config_files=[]).parse_args(["--headless", "--skip-log-setup"])
    return Environment(
        user_classes=users,
        shape_class=shape,
        events=locust.events,
        host=config["host"],
        stop_timeout=config["stop_seconds"],
        parsed_options=options,
    )


def run(config: dict[str, Any], facts: WholeFile) -> int:
    with open(config["timeline"], "w", encoding="utf-8") as timeline:
        measure = Measure(config, timeline)
        users, shapes = load_script(config["script"])
        shape = shape_for(config, shapes, measure)
        count_iterations(measure)
        count_cut_off(measure)
        environment = environment_for(config, users, shape)
        stopped = listen(environment, measure, shape)
        code = drive(environment, measure, stopped)
        ended = "signal" if stopped else "plan" if shape.done else "script"
        failed = [row["msg"] for row in environment.runner.exceptions.values()]
        errors = [error.to_name() if hasattr(error, "to_name") else str(error) for error in environment.stats.errors.values()]
        told = {"ended": ended, "exit_code": code, "script_errors": failed[:5], "request_errors": errors[:5]}
        facts.write({**measure.facts(config["grid"]), **told})
    return code


def listen(environment: Environment, measure: Measure, shape: Any) -> list[bool]:
    """Ours after the script's own listeners: its preparations belong to no part of the load."""
    events = environment.events
    stopped: list[bool] = []
    watching: list[Any] = []
    runner = environment.create_local_runner()

    def begin(**_: Any) -> None:
        measure.begin()
        watching.append(gevent.spawn(measure.watch, lambda: runner.user_count))

    def end(**_: Any) -> None:
        gevent.killall(watching)
        measure.end_period(runner.user_count)

    def stopping(**_: Any) -> None:
        measure.load_ended()
        if not shape.done:
            environment.stop_timeout = STOP_SECONDS

    def on_term() -> None:
        stopped.append(True)
        environment.stop_timeout = STOP_SECONDS
        if runner.shape_greenlet is not None:
            runner.shape_greenlet.kill(block=False)  # whoever waits for it ends the rest

    events.request.add_listener(measure.request)
    events.user_error.add_listener(measure.exception)
    events.test_start.add_listener(begin)
    events.test_stopping.add_listener(stopping)
    events.test_stop.add_listener(end)
    gevent.signal_handler(signal.SIGTERM, on_term)
    return stopped


def drive(environment: Environment, measure: Measure, stopped: list[bool]) -> int:
    """What Locust's own headless main does; returns its exit code: 2 where a listener or a shape threw."""
    runner = environment.runner
    environment.events.init.fire(environment=environment, runner=runner, web_ui=None)
    if log.unhandled_greenlet_exception:
        raise Unusable("its listener of the event init threw an exception")
    if not stopped:
        runner.start_shape()
        # A script that quits does so in a user's greenlet, which is ended on the way: only the shape's end is certain.
        runner.shape_greenlet.join()
    runner.quit()
    environment.events.quitting.fire(environment=environment, reverse=True)
    code = 0 if environment.process_exit_code is None else int(environment.process_exit_code)
    if log.unhandled_greenlet_exception:
        code = 2
    environment.events.quit.fire(exit_code=code)
    return code


def inspect(config: dict[str, Any], facts: WholeFile) -> int:
    users, shapes = load_script(config["script"])
    with open(os.devnull, "w", encoding="utf-8") as nothing:
        shape_for(config, shapes, Measure(config, nothing))
    facts.write({"users": [user.__name__ for user in users]})
    return 0


def main(command: str, path: str) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    hold_secrets()
    refuse_metadata()
    facts = WholeFile(config["facts"])
    try:
        return inspect(config, facts) if command == "inspect" else run(config, facts)
    except Unusable as why:
        facts.write({"problem": str(why)})
        return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
