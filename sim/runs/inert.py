"""Tables for spreadsheets, in which no text is a formula: an apostrophe before it says that it is text."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd

_BEGINS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds texts: Arrow writes them as strings, pandas as large ones."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def inert_table(table: pa.Table) -> pa.Table:
    """The table with every text that would be a formula after an apostrophe."""
    for place, field in enumerate(table.schema):
        if is_text(field.type):
            plain = table.column(place)
            risky = pc.is_in(pc.utf8_slice_codeunits(plain, 0, 1), value_set=pa.array(_BEGINS, field.type))
            if pc.any(risky).as_py():
                mark, nothing = (pa.scalar(text, field.type) for text in ("'", ""))
                marked = pc.if_else(risky, pc.binary_join_element_wise(mark, plain, nothing), plain)
                table = table.set_column(place, field, marked)
    return table


def inert_frame(table: "pd.DataFrame") -> "pd.DataFrame":
    """The same of a data frame."""

    def told(value: Any) -> Any:
        return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINS) else value

    return table.assign(**{str(name): table[name].map(told) for name in table.select_dtypes(["object", "string"])})
