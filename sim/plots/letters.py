"""Characters that no font of the machine has: told once, in words that say what to do."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_told: set[str] = set()


@contextmanager
def lettered() -> Iterator[None]:
    """Matplotlib warns of each character anew wherever it draws or measures one; here they become one warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    missing = set()
    for one in caught:
        if glyph := re.match(r"Glyph (\d+) ", str(one.message)):
            missing.add(chr(int(glyph[1])))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if missing - _told:
        _told.update(missing)
        shown = "".join(sorted(missing)[:12])
        text = f"no font here has {shown}: PNG and PDF show boxes, SVG keeps the text (Noto Sans CJK has Chinese)"
        warnings.warn(text, stacklevel=3)
