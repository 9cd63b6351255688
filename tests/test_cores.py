"""Work on all cores: every piece once, errors and NumPy's error state carried over, forks."""

import multiprocessing
import threading

import numpy as np
import pytest

from convkit.algorithms import cores, fft


@pytest.fixture(params=[1, 2, 5])
def some_cores(request, monkeypatch):
    monkeypatch.setattr(cores, "CORES", request.param)
    cores.threads.cache_clear()
    yield request.param
    cores.threads.cache_clear()


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_every_piece_is_worked_on_once(count, some_cores):
    done = []
    cores.on_all_cores(done.append, range(count))
    assert sorted(done) == list(range(count))


def test_pieces_are_worked_on_at_once(some_cores):
    together = threading.Barrier(some_cores, timeout=10)
    cores.on_all_cores(lambda _: together.wait(), range(some_cores))


@pytest.mark.parametrize("bad", [0, 7, 19])
def test_an_error_is_raised_after_all_have_stopped(bad, some_cores):
    def work(piece):
        if piece == bad:
            raise ValueError(f"piece {piece}")

    with pytest.raises(ValueError, match=f"piece {bad}"):
        cores.on_all_cores(work, range(20))


def test_threads_keep_the_error_state(some_cores):
    together = threading.Barrier(some_cores, timeout=10)
    states = []

    def work(_):
        together.wait()
        states.append(np.geterr()["over"])

    with np.errstate(over="ignore"):
        cores.on_all_cores(work, range(some_cores))
    assert states == ["ignore"] * some_cores


def test_work_inside_of_work_comes_to_an_end(some_cores):
    done = []
    inner = lambda _: cores.on_all_cores(done.append, range(3))  # noqa: E731
    cores.on_all_cores(inner, range(6))
    assert len(done) == 18


def meet_in_child(queue):
    together = threading.Barrier(cores.CORES, timeout=10)
    try:
        cores.on_all_cores(lambda _: together.wait(), range(cores.CORES))
    finally:
        queue.put(not together.broken)


def test_a_forked_process_makes_its_own_threads(some_cores):
    together = threading.Barrier(some_cores, timeout=10)
    cores.on_all_cores(lambda _: together.wait(), range(some_cores))  # the parent has its threads
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=meet_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=20)
    child.join(20)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_the_number_of_cores_changes_the_fft_by_rounding_only(dtype, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 300, 290)).astype(dtype)
    w = rng.standard_normal((4, 3, 9, 8)).astype(dtype)
    results = []
    for count in (1, 2, 3):
        monkeypatch.setattr(cores, "CORES", count)
        monkeypatch.setattr(fft, "CORES", count)
        results.append(fft.correlate(x, w, (1, 2), (1, 1), 1))
    for y in results[1:]:
        error = np.abs(y - results[0]).max()
        assert error <= 10 * np.finfo(dtype).eps * np.abs(y).max()
