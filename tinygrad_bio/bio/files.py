"""Reading text files so that a bad line can be found: `FormatError`, `numbered_lines`, `find_file`.

A data file with one broken line among thousands should cost its reader a minute, not an afternoon.
Every reader of this package therefore says which file, which line, what it found there and what it
expected.
"""
import gzip
import os
import zlib
from pathlib import Path


class FormatError(ValueError):
    """A data file is not as it should be: `path`, `line` (None: the whole file), `found`, `expected`.

    >>> error = FormatError("c000", 7, "'0,53'", "a number such as 0.53")
    >>> print(error)
    c000, line 7: found '0,53', expected a number such as 0.53
    >>> error.line
    7
    """

    def __init__(self, path, line, found, expected):
        where = path if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: found {found}, expected {expected}")
        self.path, self.line, self.found, self.expected = path, line, found, expected

    def __reduce__(self):  # so that the error survives the way back from a worker process
        return FormatError, (self.path, self.line, self.found, self.expected)


def name_of(source):
    """What errors call a source: its path, or for an open file the file's name.

    >>> name_of("data/c000")
    'data/c000'
    """
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    return str(getattr(source, "name", "<text>"))


def numbered_lines(source):
    """Yield ``(number, line)`` for each line of a text file, counted from 1, without line ends.

    `source` is a path (``.gz`` too) or an open text file.

    >>> import io
    >>> list(numbered_lines(io.StringIO("ALAKAAAAM 0.6\\nGILGFVFTM 0.9\\n")))
    [(1, 'ALAKAAAAM 0.6'), (2, 'GILGFVFTM 0.9')]
    """
    if not isinstance(source, (str, os.PathLike)):
        yield from _numbered(source)
        return
    path, number = os.fspath(source), 0
    opener = gzip.open if path.endswith(".gz") else open
    # utf-8-sig drops the invisible byte-order mark that spreadsheets put before the first letter.
    with opener(path, "rt", encoding="utf-8-sig") as file:
        try:
            for number, line in _numbered(file):
                yield number, line
        except UnicodeDecodeError as error:
            # Python decodes in blocks: all we know is that the bad byte comes after the last good line.
            raise FormatError(path, None, f"bytes that are no text after line {number} ({error.reason})",
                              "a UTF-8 text file") from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise FormatError(path, None, f"damaged gzip data or none at all ({error})",
                              "a whole gzip file, since the name ends in .gz") from error


def _numbered(file):
    for number, line in enumerate(file, start=1):
        yield number, line.rstrip("\r\n")


def find_file(source, *patterns, what="a data file"):
    """The file that is meant: `source` itself, or the one file in the folder `source` that fits a pattern.

    Patterns are tried in turn, each also with ``.gz``; ``*`` stands for any letters. An open file is handed
    on.

    >>> find_file("no/such/folder", "cora.content", what="the Cora papers")
    Traceback (most recent call last):
    FileNotFoundError: no/such/folder: no such file or folder, expected the Cora papers (cora.content)
    """
    if not isinstance(source, (str, os.PathLike)):
        return source
    path = Path(source)
    wanted = f"{what} ({' or '.join(patterns)})"
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder, expected {wanted}")
    if path.is_file():
        return str(path)
    for pattern in patterns:
        found = sorted({*path.glob(pattern), *path.glob(pattern + ".gz")})
        if len(found) > 1:
            raise FormatError(str(path), None, f"{len(found)} files: {', '.join(f.name for f in found[:6])}",
                              f"one, {wanted}. Give its path instead of the folder's")
        if found:
            return str(found[0])
    there = ", ".join(sorted(item.name for item in path.iterdir())[:8]) or "nothing"
    raise FormatError(str(path), None, f"no such file among {there}", wanted)
