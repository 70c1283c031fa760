"""Who arrives when: Chatbench's load pattern as a shape of Locust."""

from __future__ import annotations

from typing import Any

from locust import LoadTestShape

from chatbench_measure import Measure


class PatternShape(LoadTestShape):
    """Begins with some users; each stage moves linearly to its own."""

    def __init__(self, course: dict[str, Any], measure: Measure) -> None:
        super().__init__()
        self.begin: float = course["begin"]
        self.stages: list[dict[str, float]] = course["stages"]
        self.measure = measure
        self.done = False

    def users_at(self, at: float) -> int | None:
        """Users at this second of the load; None after its end."""
        users = self.begin
        for stage in self.stages:
            if at < stage["seconds"]:
                return round(users + (stage["users"] - users) * at / stage["seconds"])
            at -= stage["seconds"]
            users = stage["users"]
        return None

    def tick(self) -> tuple[int, float] | None:
        users = self.users_at(self.measure.elapsed())
        if users is None:
            self.done = True
            return None
        # All of a second's users at once: the line is a staircase of one-second steps.
        return users, float(max(1, users, self.get_current_user_count()))


def follow(shape: Any) -> Any:
    """A shape of the script's own, which also tells that it came to its end."""
    plain = shape.tick
    shape.done = False

    def tick() -> Any:
        wanted = plain()
        shape.done = shape.done or wanted is None
        return wanted

    shape.tick = tick
    return shape
