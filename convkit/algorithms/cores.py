"""All cores: NumPy lets go of Python's lock while it computes, so threads are enough."""

import contextvars
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_all_cores(work: Callable[[Piece], object], pieces: Sequence[Piece]) -> None:
    """Call work(piece) for every piece, several at once; each core takes the next when it is free.

    Pieces write to places of their own, so the result is the same on any number of cores. To wake
    a thread takes 50 microseconds, and each call of NumPy inside should take 20, or it waits for
    the lock. An error in any piece is raised here, after all threads have stopped.
    """
    todo = iter(pieces)  # shared: taking the next piece is one step for Python
    helpers = min(CORES, len(pieces)) - 1
    # A thread starts without NumPy's error state, which is part of the context.
    contexts = [contextvars.copy_context() for _ in range(helpers)]
    jobs = [threads().submit(context.run, take, work, todo) for context in contexts]
    try:
        take(work, todo)
    finally:
        started = [job for job in jobs if not job.cancel()]  # others came too late to help
        errors = [job.exception() for job in started]
    for error in filter(None, errors):
        raise error


def take(work: Callable[[Piece], object], todo: Iterator[Piece]) -> None:
    """Work on pieces until none is left."""
    for piece in todo:
        work(piece)


@functools.cache
def threads() -> ThreadPoolExecutor:
    """Make threads for all cores but this one, once."""
    return ThreadPoolExecutor(max(CORES - 1, 1), "convkit")


if hasattr(os, "register_at_fork"):  # a forked process has none of its parent's threads
    os.register_at_fork(after_in_child=threads.cache_clear)
