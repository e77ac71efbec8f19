"""Columns as compiled code sees them: one pointer to a table of addresses, lengths and numbers."""

import hashlib
import operator
from functools import cache, reduce
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_cast,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import load_item, make_array

from sim.machine.compiled.making import INTERPRETED
from sim.machine.declare import SEAT, dimensions, order


class _BundleType(types.Type):  # type: ignore[misc]
    """Type of a bundle: what its table holds, and in which words: an array's address and sizes, a number's first."""

    def __init__(self, members: "_Members") -> None:
        self.members = {name: kind for name, kind, _ in members}
        self.places = {name: places for name, _, places in members}
        listed = ", ".join(f"{name}: {kind} {places}" for name, kind, places in members)
        super().__init__(name=f"Bundle{hashlib.sha256(listed.encode()).hexdigest()[:12]}")  # it is part of every symbol


_Members = tuple[tuple[str, types.Type, tuple[int, ...]], ...]
register_model(_BundleType)(models.OpaqueModel)


class ColumnType(types.Array):  # type: ignore[misc]
    """Type of an array in a bundle: it shares memory with no column of another name, and no index is negative.

    Integers are kept as short as declared, and read and written as int64: no function is compiled for each length.
    """

    def __init__(self, name: str, dtype: types.Type, dimensions: int, layout: str) -> None:
        self.column = name
        self.kept = dtype
        short = isinstance(dtype, types.Integer) and dtype.signed
        told = f"Column({name}, {dtype}, {dimensions}, {layout})"
        super().__init__(types.int64 if short else dtype, dimensions, layout, name=told)

    @property
    def key(self) -> str:
        return self.name

    @property
    def mangling_args(self) -> tuple[str, tuple[Any, ...]]:
        return "Column", (self.column, self.kept, self.ndim, self.layout)


class _SeatType(ColumnType):
    """Type of a column that may hold one group of sectors only: index i is row i less the bundle's `begin`."""


@register_model(_SeatType)
class _SeatModel(models.StructModel):  # type: ignore[misc]
    """An array, and the row that it begins with."""

    def __init__(self, manager: Any, kind: _SeatType) -> None:
        array = models.ArrayModel(manager, kind)
        super().__init__(manager, kind, [*zip(array._fields, array._members, strict=True), ("begin", types.intp)])


@cache
def _column_kind(name: str, dtype: np.dtype[Any], dimensions: int, layout: str, seats: bool) -> types.Type:
    kind = _SeatType if seats else ColumnType
    return kind(name, numba.typeof(np.empty(0, dtype)).dtype, dimensions, layout)


register_model(ColumnType)(models.ArrayModel)
_bundle_kind = cache(_BundleType)
_plans: dict[tuple[Any, ...], "_Plan"] = {}  # by the shape of columns


class _Plan:
    """Where everything stands in the table of a bundle: the same for all columns of one shape, and made once."""

    def __init__(self, columns: Any) -> None:
        self.words = 1  # the first: where the rows of seats begin
        self.arrays: list[int] = []  # places of addresses, of numbers, of whole numbers
        self.floats: list[int] = []
        self.ints: list[int] = []
        self.sizes: dict[int, int] = {}  # lengths by place
        self.lengths: dict[str, int] = {}  # place of each dimension's length
        self.kind = self._kind_of(columns)

    def _kind_of(self, columns: Any) -> _BundleType:
        declared: Any = type(columns)
        per = dimensions(declared)
        members = ((name, *self._add(name, getattr(columns, name), per.get(name, ()))) for name in columns._fields)
        return _bundle_kind(tuple(members))

    def _add(self, name: str, value: Any, per: tuple[str, ...]) -> tuple[types.Type, tuple[int, ...]]:
        """Finds room for a member; returns its type and where its words stand."""
        if isinstance(value, np.ndarray):
            told = order(" ".join(per))
            fits = [each for each in (told, "C", "F") if getattr(value.flags, f"{each.lower()}_contiguous")]
            if not fits:
                raise ValueError("columns must be contiguous")
            place = self._append(self.arrays)
            lengths = tuple(map(self._length, (("",) * value.ndim + per)[-value.ndim :], value.shape))
            return _column_kind(name, value.dtype, value.ndim, fits[0], per[:1] == (SEAT,)), (place, *lengths)
        if _nested(value):
            return self._kind_of(value), ()
        if isinstance(value, tuple):
            return numba.typeof(value), tuple(self._append(self.floats) for _ in value)
        if isinstance(value, float):
            return types.float64, (self._append(self.floats),)
        return types.int64, (self._append(self.ints),)

    def _append(self, places: list[int]) -> int:
        places.append(self.words)
        self.words += 1
        return places[-1]

    def _length(self, dimension: str, length: int) -> int:
        """Place of a dimension's length; one without a name has a place of its own."""
        place = self.lengths.get(dimension, self.words)
        if self.sizes.setdefault(place, length) != length:
            raise ValueError(f"columns disagree on the length of {dimension}")
        self.words = max(self.words, place + 1)
        if dimension:
            self.lengths[dimension] = place
        return place

    def filled(self, arrays: list[Any], floats: list[float], ints: list[int]) -> Any:
        """The table of columns of this shape."""
        table = np.zeros(self.words, np.uint64)
        table[list(self.sizes)] = list(self.sizes.values())
        table[self.arrays] = [array.ctypes.data for array in arrays]
        table.view(np.float64)[self.floats] = floats
        table.view(np.int64)[self.ints] = ints
        return table


def _nested(value: Any) -> bool:
    return isinstance(value, tuple) and isinstance(value[0], np.ndarray | tuple)


def _take_apart(columns: Any, shape: list[Any], arrays: list[Any], floats: list[float], ints: list[int]) -> None:
    """Appends what columns hold, in order, and to `shape` all that their plan depends on."""
    shape.append(type(columns))
    for value in columns:
        if isinstance(value, np.ndarray):
            arrays.append(value)
            shape.append((value.dtype.num, value.itemsize, value.shape, value.strides))
        elif _nested(value):
            _take_apart(value, shape, arrays, floats, ints)
        elif isinstance(value, tuple):
            floats.extend(value)
            shape.append(type(value))
        else:
            (floats if isinstance(value, float) else ints).append(value)
            shape.append(isinstance(value, float))


class Bundle:
    """Compiled code's view of a NamedTuple of columns: one pointer to a read-only table of its arrays and numbers.

    Passing the columns themselves means passing some 2,000 numbers a call, which made compiling eight times slower. The
    bundle keeps the columns alive; no references are counted. Arrays must be contiguous. The length of a declared
    dimension stands in the table once, for nested columns, too: that an index is valid for one column holds for all.
    """

    def __init__(self, columns: Any) -> None:
        self.columns = columns
        lists: tuple[list[Any], ...] = ([], [], [], [])
        _take_apart(columns, *lists)
        shape = tuple(lists[0])
        self.plan = _plans.get(shape) or _plans.setdefault(shape, _Plan(columns))
        self.kind, self.table = self.plan.kind, self.plan.filled(*lists[1:])
        self.address = self.table.ctypes.data

    def seat(self, first: int, last: int) -> None:
        """Gives the seats to these rows of firms, where there are not enough for all. Raises ValueError if too few."""
        seats, firms = (int(self.table[self.plan.lengths[each]]) for each in (SEAT, "firm"))
        if last - first > seats:
            raise ValueError("there are more firms than seats")
        self.table[0] = first if seats < firms else 0


def bundle(columns: Any) -> Any:
    """What a stage is called with: a bundle when compiled, the columns themselves when interpreted."""
    return columns if INTERPRETED or isinstance(columns, Bundle) else Bundle(columns)


@typeof_impl.register(Bundle)
def _type_of(value: Bundle, context: Any) -> types.Type:
    return value.kind


@unbox(_BundleType)
def _pointer_of(kind: _BundleType, value: Any, context: Any) -> NativeValue:
    address = context.pyapi.object_getattr_string(value, "address")
    pointer = context.pyapi.long_as_voidptr(address)
    context.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _BundleAttributes(AttributeTemplate):  # type: ignore[misc]
    key = _BundleType

    def generic_resolve(self, bundled: _BundleType, name: str) -> types.Type | None:
        return bundled.members.get(name)


@lower_getattr_generic(_BundleType)
def _member(target: Any, builder: Any, bundled: _BundleType, pointer: Any, name: str) -> Any:
    """Loads a member word by word. A bundle never changes while it lives: a word is loaded once for a whole loop."""
    words = builder.bitcast(pointer, ir.IntType(64).as_pointer())
    never_changes = builder.module.add_metadata([])

    def word(place: int, kind: ir.Type) -> Any:
        address = builder.gep(words, [ir.Constant(ir.IntType(32), place)], inbounds=True)
        load = builder.load(builder.bitcast(address, kind.as_pointer()))
        load.set_metadata("invariant.load", never_changes)
        return load

    kind, places = bundled.members[name], bundled.places[name]
    if isinstance(kind, _BundleType):
        return pointer
    if isinstance(kind, types.Array):
        data = word(places[0], target.get_data_type(kind.dtype).as_pointer())
        array = _array(target, builder, kind, data, [word(place, ir.IntType(64)) for place in places[1:]])
        if isinstance(kind, _SeatType):
            array.begin = word(0, ir.IntType(64))
        return array._getvalue()
    whole = target.get_value_type(kind)
    if not isinstance(whole, ir.Aggregate):
        return word(places[0], whole)
    value = ir.Constant(whole, ir.Undefined)
    for position, (place, part) in enumerate(zip(places, whole.elements, strict=True)):
        value = builder.insert_value(value, word(place, part), position)
    return value


def _array(target: Any, builder: Any, kind: types.Array, data: Any, shape: list[Any]) -> Any:
    """A contiguous array that nobody counts references to, from its address and shape."""
    array = cgutils.create_struct_proxy(kind)(target, builder)
    array.meminfo = ir.Constant(array.meminfo.type, None)
    array.parent = ir.Constant(array.parent.type, None)
    array.itemsize = ir.Constant(ir.IntType(64), target.get_abi_sizeof(target.get_data_type(kind.dtype)))
    array.data = data
    array.nitems = reduce(builder.mul, shape)
    steps = [array.itemsize]
    for length in shape[:-1] if kind.layout == "F" else reversed(shape[1:]):
        steps.append(builder.mul(steps[-1], length))
    array.shape = cgutils.pack_array(builder, shape, ir.IntType(64))
    array.strides = cgutils.pack_array(builder, steps if kind.layout == "F" else steps[::-1], ir.IntType(64))
    return array


@lower_cast(ColumnType, types.Array)
def _as_array(target: Any, builder: Any, kind: ColumnType, to: types.Array, column: Any) -> Any:
    if kind.kept != kind.dtype or isinstance(kind, _SeatType):
        raise NotImplementedError("a column of short integers or of seats is no array: use it by index")
    return column


@lower_builtin(operator.getitem, ColumnType, types.Integer)
@lower_builtin(operator.getitem, ColumnType, types.BaseTuple)
def _get(target: Any, builder: Any, signature: Any, arguments: tuple[Any, Any]) -> Any:
    kind = signature.args[0]
    place = _place(target, builder, signature, arguments)
    if isinstance(kind.dtype, types.Record):
        return load_item(target, builder, kind, place)
    value = _named(builder, kind, builder.load(place))
    return builder.sext(value, ir.IntType(64)) if kind.kept != kind.dtype else value


@lower_builtin(operator.setitem, ColumnType, types.Integer, types.Any)
@lower_builtin(operator.setitem, ColumnType, types.BaseTuple, types.Any)
def _set(target: Any, builder: Any, signature: Any, arguments: tuple[Any, Any, Any]) -> None:
    kind, _, given = signature.args
    value = target.cast(builder, arguments[2], given, kind.kept)
    _named(builder, kind, builder.store(value, _place(target, builder, signature, arguments)))


def _place(target: Any, builder: Any, signature: Any, arguments: tuple[Any, ...]) -> Any:
    """Address of one element; an index outside raises IndexError, by one comparison a dimension and one branch."""
    kind, index = signature.args[:2]
    kinds = index.types if isinstance(index, types.BaseTuple) else (index,)
    given = cgutils.unpack_tuple(builder, arguments[1]) if isinstance(index, types.BaseTuple) else (arguments[1],)
    if len(kinds) != kind.ndim:
        raise NotImplementedError("a column takes one index for each dimension")
    column = make_array(kind)(target, builder, arguments[0])
    indices = [target.cast(builder, value, each, types.intp) for value, each in zip(given, kinds, strict=True)]
    if isinstance(kind, _SeatType):
        indices[0] = builder.sub(indices[0], column.begin)
    lengths = cgutils.unpack_tuple(builder, column.shape)
    if target.enable_boundscheck:
        outside = [builder.icmp_unsigned(">=", place, length) for place, length in zip(indices, lengths, strict=True)]
        with cgutils.if_unlikely(builder, reduce(builder.or_, outside)):
            target.call_conv.return_user_exc(builder, IndexError, ("index is out of bounds",))
    pairs = list(zip(indices, lengths, strict=True))
    nearest, *others = pairs if kind.layout == "F" else pairs[::-1]
    place, step = nearest
    for index, length in others:
        place = builder.add(place, builder.mul(index, step))
        step = builder.mul(step, length)
    data = builder.bitcast(column.data, target.get_data_type(kind.kept).as_pointer())
    return builder.gep(data, [place])


def _take_over(into: Any, source: Any, *place: int) -> None:
    """Copies what stands at a place of every column, such as a quarter and a sector, to its last index in another."""
    for to, column in zip(into, source, strict=True):
        to[place[-1]] = column[place]


@intrinsic
def _compiled_take_over(context: Any, into: Any, source: Any, t: types.Integer, s: types.Integer) -> Any:
    """The same of bundles, for two indices; IndexError if there is no such place."""

    def generate(target: Any, builder: Any, signature: Any, arguments: tuple[Any, ...]) -> Any:
        indices = arguments[2:]
        for name in source.members:
            column, to = (
                make_array(each.members[name])(target, builder, _member(target, builder, each, pointer, name))
                for each, pointer in zip((source, into), arguments[:2], strict=True)
            )
            lengths = cgutils.unpack_tuple(builder, column.shape)
            outside = [builder.icmp_unsigned(">=", *pair) for pair in zip(indices, lengths, strict=False)]
            with cgutils.if_unlikely(builder, reduce(builder.or_, outside)):
                target.call_conv.return_user_exc(builder, IndexError, ("index is out of bounds",))
            size = reduce(builder.mul, lengths[2:], ir.Constant(indices[0].type, 1))
            place = builder.add(builder.mul(indices[0], lengths[1]), indices[1])
            begin = builder.gep(column.data, [builder.mul(place, size)])
            end = builder.gep(to.data, [builder.mul(indices[1], size)])
            cgutils.raw_memcpy(builder, end, begin, size, column.itemsize)
        return target.get_dummy_value()

    return types.none(into, source, types.intp, types.intp), generate


take_over = _take_over if INTERPRETED else _compiled_take_over


def _named(builder: Any, kind: ColumnType, access: Any) -> Any:
    """Tells the compiler that this touches no column of another name, so that it keeps what it has read of them."""
    zero = ir.Constant(ir.IntType(64), 0)
    add = builder.module.add_metadata
    column = add([kind.column, add(["columns"]), zero])
    access.set_metadata("tbaa", add([column, column, zero]))
    return access
