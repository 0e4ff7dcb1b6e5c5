"""Waiting for a condition until a deadline: no verdict here ever rests on a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Failed(Exception):
    """What was expected of the box did not happen; the text says what happened instead."""


def wait_until(what: str, seconds: float, look: Callable[[], Found | None | bool], every: float = 0.2) -> Found:
    """Repeats look until it answers something true, and returns that. look may raise OSError while the box is away."""
    deadline = time.monotonic() + seconds
    problem = ""
    while True:
        try:
            found = look()
            if found:
                return found  # type: ignore[return-value]
        except OSError as e:
            problem = f" (last: {e or type(e).__name__})"
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds:.0f} s{problem}")
        time.sleep(every)
