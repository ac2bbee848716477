"""Tables: dataclasses with one row per thing (`Table`), and readers of comma or blank separated text.

Every value is checked where it is read, so that "could not convert string to float" becomes the name of
a file, a line and a column.
"""
import csv
from dataclasses import fields, replace

import numpy as np

from .files import FormatError, name_of, numbered_lines


class Table:
    """Base of dataclasses whose fields are columns: ``len(table)``, ``table[:10]``, ``table[mask]``.

    Lists and arrays are columns, one entry per row, except those named in `shared`, which belong to the table
    as a whole. An index, a slice, an index array or a mask gives a table again.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False)
    ... class Letters(Table):
    ...     letters: list
    ...     counts: np.ndarray
    >>> table = Letters(["A", "C", "D"], np.array([3, 1, 2]))
    >>> len(table), table[table.counts > 1].letters
    (3, ['A', 'D'])
    """

    shared = ()  # names of fields that are no columns

    def columns(self):
        """The names of the fields with one entry per row; a field that is None is no column."""
        return [field.name for field in fields(self)
                if field.name not in self.shared and getattr(self, field.name) is not None]

    def __post_init__(self):
        lengths = {name: len(getattr(self, name)) for name in self.columns()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{type(self).__name__}: got columns of lengths {lengths}, expected one length")

    def __len__(self):
        return len(getattr(self, self.columns()[0]))

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self)} rows of {', '.join(self.columns())}>"

    def __getitem__(self, index):
        rows = np.atleast_1d(np.arange(len(self))[index])
        return replace(self, **{name: _pick(getattr(self, name), rows) for name in self.columns()})


def _pick(column, rows):
    return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows]


def read_rows(source, columns, delimiter=","):
    """Yield ``(line number, [text, ...])`` for the named `columns` of a table whose first line is a header.

    Further columns are passed over. Quotes as spreadsheets write them are understood.

    >>> import io
    >>> list(read_rows(io.StringIO("id,smiles,y\\n1,CCO,0.3\\n"), ["smiles", "y"]))
    [(2, ['CCO', '0.3'])]
    """
    path = name_of(source)
    lines = csv.reader((line for _, line in numbered_lines(source)), delimiter=delimiter)
    header = next(lines, None)
    if header is None:
        raise FormatError(path, None, "no lines", f"a header with the columns {', '.join(columns)}")
    header = [name.strip() for name in header]
    missing = [name for name in columns if name not in header]
    if missing:
        raise FormatError(path, 1, f"no column {', '.join(missing)} in {', '.join(header)[:200]!r}",
                          f"a header with the columns {', '.join(columns)}")
    wanted, number = [header.index(name) for name in columns], 1
    for fields_ in lines:
        number = lines.line_num
        if not fields_:
            continue
        if len(fields_) != len(header):
            raise FormatError(path, number, f"{len(fields_)} columns", f"{len(header)} as in the header")
        yield number, [fields_[column] for column in wanted]
    if number == 1:
        raise FormatError(path, None, "a header only", "lines of data below it")


def to_number(text, path, line, column):
    """A finite float, or a FormatError that names file, line and column.

    >>> to_number("0,5", "esol.csv", 7, "target")
    Traceback (most recent call last):
    tinygrad_bio.bio.files.FormatError: esol.csv, line 7: found '0,5' as target, expected a number, such as
    0.53
    """
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise FormatError(path, line, f"{text.strip()!r} as {column}", "a number, such as 0.53")
    return value


def read_matrix(source, delimiter=None, header=False, columns=None, dtype=np.float64):
    """A text file of numbers: an array (N, M), or ``(names, array)`` if the first line names the columns.

    Parameters
    ----------
    delimiter : what stands between two numbers; None: blanks and tabs.
    columns : how many there must be; None: as many as in the first line.
    dtype : an integer type refuses numbers that are no integers.

    >>> import io
    >>> read_matrix(io.StringIO("1, 2\\n2, 1\\n"), ",", dtype=int)
    array([[1, 2],
           [2, 1]])
    """
    path, rows, lines, names = name_of(source), [], [], None
    for number, line in numbered_lines(source):
        if header and number == 1:
            names = [name.strip().strip('"') for name in line.split(delimiter)]
            columns = columns or len(names)
            continue
        if not line.strip():
            continue
        row = line.split(delimiter)
        columns = columns or len(row)
        if len(row) != columns:
            raise FormatError(path, number, f"{len(row)} numbers in {line[:40]!r}", f"{columns} in every line")
        rows.append(row)
        lines.append(number)
    if not rows:
        raise FormatError(path, None, "no lines of data", f"lines of {columns or 'as many'} numbers")
    try:
        array = np.array(rows, dtype=np.float64)
    except ValueError:
        array = None
    if array is None or not np.isfinite(array).all():
        for number, row in zip(lines, rows):  # only now, since it is slow, which one was it?
            for place, text in enumerate(row, start=1):
                to_number(text, path, number, f"number {place}")
    if np.issubdtype(dtype, np.integer) and (array != np.round(array)).any():
        row, place = np.argwhere(array != np.round(array))[0]
        raise FormatError(path, lines[row], f"{rows[row][place]!r} as number {place + 1}", "an integer")
    array = array.astype(dtype)
    return (names, array) if header else array
