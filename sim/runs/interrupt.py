"""Ctrl-C and its kin: ask once to stop after what runs now; ask twice to stop at once."""

import signal
import threading
from types import FrameType
from typing import Any

from sim.errors import ContraflowError

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupted(ContraflowError):
    """The user or the system stopped a study; its code is 128 and the signal's number."""

    def __init__(self, message: str, hint: str, code: int) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, code)
        self.code = code


class Interruption:
    """`with Interruption() as asked: ... asked()` is true once a signal came; outside the main thread, never."""

    def __init__(self) -> None:
        self.signal = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *raised: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        return self.signal > 0

    @property
    def code(self) -> int:
        return 128 + self.signal

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
