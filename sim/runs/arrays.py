"""NumPy arrays and words as Arrow arrays and back, by way of their memory.

`pyarrow.array` and `to_numpy` do the same, but load pandas first, as do Arrow's scalars, joins and `read_table`: a
quarter of a second in every process that only writes tables.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def arrow(values: NDArray[Any], empty: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers [n] in their own type; those marked `empty` [n] are null."""
    held = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(held.dtype), len(held), [_bitmap(empty), pa.py_buffer(held)])


def known(values: NDArray[Any]) -> pa.Array:
    """Numbers [n] of which nan is null."""
    return arrow(values, np.isnan(values))


def flags(values: NDArray[np.bool_]) -> pa.Array:
    """Truth values [n]."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def words(texts: Sequence[str]) -> pa.Array:
    """Texts [n]."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def word(text: str) -> pa.Scalar:
    """One text, beside columns of them."""
    return words([text])[0]


def numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    """The numbers of a column; null is nan."""
    parts = [_numpy(chunk) for chunk in column.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _numpy(chunk: pa.Array) -> NDArray[Any]:
    bits, data = chunk.buffers()
    own = slice(chunk.offset, chunk.offset + len(chunk))
    values: NDArray[Any] = np.frombuffer(data, chunk.type.to_pandas_dtype())[own]
    if not chunk.null_count:
        return values
    return np.where(np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[own], values, np.nan)


def _bitmap(empty: NDArray[np.bool_] | None) -> pa.Buffer | None:
    """What is not null; none is needed where nothing is."""
    return None if empty is None or not empty.any() else pa.py_buffer(np.packbits(~empty, bitorder="little"))
