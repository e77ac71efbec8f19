"""Work on a few threads of this process, told in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sim.runs.engines import Direct

Given = TypeVar("Given")
Made = TypeVar("Made")


class Each(Protocol):
    """`map`, with some results made ahead of those taken."""

    def __call__(self, function: Callable[[Given], Made], given: Iterable[Given], /) -> Iterator[Made]: ...


@contextmanager
def abreast(threads: int = 1) -> Iterator[Each]:
    """`map` on this many threads; what is mapped may itself come from a map on them, but not ask for one."""

    def each(function: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
        waiting: deque[Future[Made]] = deque()
        for one in given:
            waiting.append(pool.submit(function, one))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    with Direct() if threads == 1 else ThreadPoolExecutor(threads) as made:
        pool: Executor = made
        yield each
