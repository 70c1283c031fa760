"""Counts what Locust's users do: every latency of the judged window exactly, and a line a second for who watches.

Runs inside Locust, not in Node. Times are monotonic seconds, so that no step of the wall clock moves a request into
another part of the load.
"""

from __future__ import annotations

import errno
import json
import math
import os
import time
from array import array
from collections import defaultdict
from typing import Any, TextIO

import gevent

# Buckets of a Prometheus native histogram of schema 3: upper bound 2^(index / 8), so each is 9 % wide.
BUCKETS_PER_DOUBLING = 8
PERIOD_SECONDS = 1.0
# How often the loop is asked whether it still comes round in time: an answer can be noticed no faster than that.
BEAT_SECONDS = 0.05
# What the system says where no connection could be made for want of something on this side.
SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM}
# Share of the graceful stop that a request cut off at its end has waited at least.
CUT_OFF_SHARE = 0.9


def quantile(ordered: Any, q: float) -> float:
    """Value at q (0 to 1) of ordered samples, interpolated between neighbours as k6 does: rank q * (n - 1)."""
    rank = q * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def distribution(values: Any, grid: list[float]) -> dict[str, Any]:
    """Count, mean, ends and the grid's quantiles; zeros and no quantiles where there is no sample."""
    if len(values) == 0:
        return {"count": 0, "min": 0, "max": 0, "mean": 0, "quantiles": []}
    ordered = sorted(values)
    return {
        "count": len(ordered),
        "min": ordered[0],
        "max": ordered[-1],
        "mean": math.fsum(ordered) / len(ordered),
        "quantiles": [[q, quantile(ordered, q)] for q in grid],
    }


class WholeFile:
    """JSON that is whole or not there: a cut-off file must never be taken for facts. Opened at once: after a load that
    used up all file descriptors there would be none left for it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.half = open(f"{path}.tmp", "w", encoding="utf-8")

    def write(self, value: Any) -> None:
        with self.half:
            json.dump(value, self.half, allow_nan=False)
            self.half.flush()
            os.fsync(self.half.fileno())
        os.replace(self.half.name, self.path)


def shortage_in(error: Any) -> OSError | None:
    """The system's word for what this process lacked, wherever in what the error came of; clients wrap each other's."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, OSError) and one.errno in SHORTAGES:
            return one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


class Period:
    """What ended since the last line."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.requests = 0
        self.failed = 0
        self.iterations = 0
        self.exceptions = 0
        self.series: dict[tuple[str, str, bool, str], dict[str, Any]] = {}

    def add(self, key: tuple[str, str, bool, str], seconds: float | None) -> None:
        self.requests += 1
        self.failed += 0 if key[2] else 1
        series = self.series.setdefault(key, {"count": 0, "sum": 0.0, "timed": 0, "buckets": defaultdict(int)})
        series["count"] += 1
        if seconds is None:
            return
        if key[2]:
            self.seconds.append(seconds)
        series["timed"] += 1
        series["sum"] += seconds
        bucket = "zero" if seconds <= 0 else str(math.ceil(math.log2(seconds) * BUCKETS_PER_DOUBLING))
        series["buckets"][bucket] += 1

    def line(self, at: float, length: float, users: int) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        points = {"min": 0.0, "p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}
        latency = {name: quantile(ordered, q) for name, q in points.items()} if ordered else None
        return {
            "at": at,
            "seconds": length,
            "users": users,
            "requests": self.requests,
            "failed": self.failed,
            **({} if latency is None else {"latency": latency}),  # of the good answers alone
            "iterations": self.iterations,
            "exceptions": self.exceptions,
            "series": [
                {"method": method, "status": status, "good": good, "phase": phase, **series}
                for (method, status, good, phase), series in self.series.items()
            ],
        }


class Measure:
    """Everything that is told of one trial. All of it runs on Locust's one thread."""

    def __init__(self, plan: dict[str, Any], timeline: TextIO) -> None:
        warmup_seconds, judged_seconds = plan["warmup"]["seconds"], plan["judged_seconds"]
        self.stop_seconds = plan["stop_seconds"]
        self.warmup = warmup_seconds
        self.judged_end = math.inf if judged_seconds is None else warmup_seconds + judged_seconds
        self.began: float | None = None
        self.began_wall = 0.0
        self.ended: float | None = None
        self.latencies = array("d")
        self.counts = {"requests": 0, "failed": 0, "all": 0, "iterations": 0, "cut_off": 0}
        self.counts |= {"waited_through": 0, "waited_in_vain": 0}
        self.failed_wait_seconds = 0.0
        self.shortage: dict[str, Any] | None = None
        self.exceptions = {"good": 0, "failed": 0, "none": 0}
        self.delays = array("d")
        self.cpu: list[tuple[float, float]] = []
        self.period = Period()
        self.period_began = 0.0
        self.timeline = timeline

    def begin(self) -> None:
        """The load begins: the script's own preparations (test_start) are over, no user has begun."""
        self.began = time.monotonic()
        self.began_wall = time.time()
        self.tell({"start": self.began_wall * 1000})

    def elapsed(self) -> float:
        """Seconds since the load began, 0 before."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def phase_at(self, at: float) -> str:
        if self.began is None or at < 0:
            return "setup"
        if at < self.warmup:
            return "warmup"
        return "judged" if at < self.judged_end else "tail"

    def request(
        self,
        request_type: str,
        response_time: float | None,
        exception: BaseException | None = None,
        start_time: float | None = None,
        response: Any = None,
        **_: Any,
    ) -> None:
        """Listener of Locust's `request` event, called in the greenlet of the user who asked."""
        good = exception is None
        gevent.getcurrent().chatbench_answer = "good" if good else "failed"
        now = self.elapsed()
        seconds = None if response_time is None else response_time / 1000
        # A script may look at the answer for long before Locust tells of it: when it began is told apart.
        begun = now - ((seconds or 0.0) if start_time is None else max(seconds or 0.0, time.time() - start_time))
        self.count(self.phase_at(begun), good, seconds)
        self.waited(begun, now, good)
        self.lacked(self.phase_at(begun), exception)
        status = getattr(response, "status_code", None)
        key = (str(request_type), "" if status is None else str(status), good, self.phase_at(begun))
        self.period.add(key, seconds)

    def cut_off(self, method: str, begun: float) -> None:
        """A request whose user was ended meanwhile. Unanswered through the whole graceful stop, it counts as failed; one
        that had only just begun when Locust ended its user was our doing, and often never sent: it is no request."""
        if self.elapsed() - begun < CUT_OFF_SHARE * self.stop_seconds:
            return
        self.counts["cut_off"] += 1
        self.count(self.phase_at(begun), False, None)
        self.waited(begun, self.elapsed(), False)
        self.period.add((method, "0", False, self.phase_at(begun)), None)

    def waited(self, begun: float, ended: float, good: bool) -> None:
        """Who waits for what fails asks less often, and so is less of the error rate than of the users."""
        if begun < self.warmup and ended >= self.judged_end:
            self.counts["waited_through"] += 1
            self.counts["waited_in_vain"] += 0 if good else 1
        if not good:
            self.failed_wait_seconds += max(0.0, min(ended, self.judged_end) - max(begun, self.warmup))

    def lacked(self, phase: str, error: BaseException | None) -> None:
        """A request that never left: the target had no part in that."""
        word = shortage_in(error) if phase == "judged" and error is not None else None
        if word is None:
            return
        if self.shortage is None:
            self.shortage = {"requests": 0, "code": errno.errorcode[word.errno], "said": str(word.strerror)}
        self.shortage["requests"] += 1

    def count(self, phase: str, good: bool, seconds: float | None) -> None:
        self.counts["all"] += 1
        if phase != "judged":
            return
        self.counts["requests"] += 1
        if not good:
            self.counts["failed"] += 1
        elif seconds is not None:
            self.latencies.append(max(seconds, 0.0))

    def iteration(self) -> None:
        self.period.iterations += 1
        if self.phase_at(self.elapsed()) == "judged":
            self.counts["iterations"] += 1

    def exception(self, **_: Any) -> None:
        """Listener of Locust's `user_error` event: an exception of the script."""
        self.period.exceptions += 1
        if self.phase_at(self.elapsed()) == "judged":
            self.exceptions[getattr(gevent.getcurrent(), "chatbench_answer", "none")] += 1

    def watch(self, users: Any) -> None:
        """A line a second until the greenlet is ended, and how late the loop came round."""
        self.period_began = self.elapsed()
        self.note_cpu()
        while True:
            planned = time.monotonic() + BEAT_SECONDS
            gevent.sleep(BEAT_SECONDS)
            if self.phase_at(self.elapsed()) == "judged":
                self.delays.append(max(0.0, time.monotonic() - planned))
            if self.elapsed() - self.period_began >= PERIOD_SECONDS - BEAT_SECONDS / 2:
                self.end_period(users())

    def note_cpu(self) -> None:
        times = os.times()
        self.cpu.append((self.elapsed(), times.user + times.system))

    def end_period(self, users: int) -> None:
        now = self.elapsed()
        if now <= self.period_began:
            return
        period, self.period = self.period, Period()
        self.tell(period.line(now, now - self.period_began, users))
        self.period_began = now
        self.note_cpu()

    def tell(self, line: dict[str, Any]) -> None:
        self.timeline.write(json.dumps(line) + "\n")
        self.timeline.flush()

    def load_ended(self) -> None:
        """The plan is through, or somebody ended it: users only finish what they began."""
        if self.ended is None:
            self.ended = self.elapsed()

    def cpu_share(self) -> float | None:
        """CPU seconds a second of this process over the judged window; it works on one core only."""
        inside = [note for note in self.cpu if self.phase_at(note[0]) == "judged"]
        if len(inside) < 2 or inside[-1][0] <= inside[0][0]:
            return None
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])

    def facts(self, grid: list[float]) -> dict[str, Any]:
        end = min(self.judged_end, self.elapsed() if self.ended is None else self.ended)
        delays, share = sorted(self.delays), self.cpu_share()
        return {
            "started_at_ms": (self.began_wall + self.warmup) * 1000,
            "judged_seconds": max(0.0, end - self.warmup),
            "began": self.began is not None,
            "counts": self.counts,
            "exceptions": self.exceptions,
            "failed_wait_seconds": self.failed_wait_seconds,
            **({} if self.shortage is None else {"shortage": self.shortage}),
            "latency": distribution(self.latencies, grid),
            "generator": {
                **({} if share is None else {"cpu_share": share}),
                **({} if not delays else {"loop_delay_p99_seconds": quantile(delays, 0.99)}),
            },
        }
