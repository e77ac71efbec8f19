"""Characters that no font of the machine has: told once, in words that say what to do."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_told: set[str] = set()
_TEXT = "no font here has"


@contextmanager
def lettered() -> Iterator[None]:
    """Matplotlib warns of each character anew wherever it draws or measures one; here they become one warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    found = set()
    for one in caught:
        if glyph := re.match(r"Glyph (\d+) ", str(one.message)):
            found.add(chr(int(glyph[1])))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    tell(found, stacklevel=4)


def tell(found: set[str], stacklevel: int = 3) -> None:
    """Warn of characters that were not told before."""
    new = found - _told
    if new:
        _told.update(new)
        shown = "".join(sorted(new)[:12])
        text = f"{_TEXT} {shown}: PNG and PDF show boxes, SVG keeps the text (Noto Sans CJK has Chinese)"
        warnings.warn(text, stacklevel=stacklevel)


def missing() -> set[str]:
    """The characters that were told in this process."""
    return set(_told)


def ours(message: Warning | str) -> bool:
    """Whether a warning is of missing characters."""
    return str(message).startswith(_TEXT)
