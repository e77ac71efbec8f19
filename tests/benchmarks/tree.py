"""Wall and CPU time of Python with all processes that come of it: `python -m tests.benchmarks.tree run.py compare ...`.

Workers are forked by a server that nobody waits for, so that `time` does not count them. Here such orphans come to this
process, which waits for them; on Linux, elsewhere they are missing.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

_SUBREAPER = 36  # prctl: orphans among the descendants become children of this process


def spent(arguments: Sequence[str]) -> tuple[float, float, int]:
    """Wall seconds until Python with these arguments ends, CPU seconds of it and its descendants, its exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    code = subprocess.run([sys.executable, *arguments]).returncode
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, used.ru_utime + used.ru_stime, code


if __name__ == "__main__":
    wall, cpu, code = spent(sys.argv[1:])
    print(f"wall {wall:.3f} s, CPU {cpu:.3f} s", file=sys.stderr)
    sys.exit(code)
