"""`fetch`: public data sets by name, downloaded once, checked, and kept in a folder."""
import gzip
import hashlib
import os
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from pathlib import Path

from .sources import SOURCES, Source


class FetchError(OSError):
    """A data set could not be downloaded. The message says which address was tried, why, and what to do.

    >>> issubclass(FetchError, OSError)
    True
    """


def data_home():
    """The folder that `fetch` fills: the environment variable TINYGRAD_BIO_DATA, or else
    ``~/.cache/tinygrad_bio``.

    >>> import os
    >>> os.environ["TINYGRAD_BIO_DATA"] = "/data"
    >>> str(data_home())
    '/data'
    >>> del os.environ["TINYGRAD_BIO_DATA"]
    """
    return Path(os.environ.get("TINYGRAD_BIO_DATA") or Path.home() / ".cache" / "tinygrad_bio")


def fetch(name, folder=None, progress=True):
    """The folder of a public data set, downloaded if it is not there yet: a ``Path`` to give to a reader.

    Files come over HTTP, go on where they were cut off, are checked by their SHA-256 sum, and only then get
    their name: what lies in the folder is whole. A file that is there already, also as ``.gz``, is checked
    but not fetched again. Mind the licences: ``SOURCES[name].licence``.

    Parameters
    ----------
    name : one of `SOURCES`, such as ``"dna_splice"``; or a `Source` of your own.
    folder : where to keep it; None: a folder of that name in `data_home`.
    progress : show a bar, if tqdm is installed.

    Raises
    ------
    ValueError for an unknown name, FetchError if the network, the server or the sum say no.

    >>> fetch("dna_splcie")
    Traceback (most recent call last):
    ValueError: fetch: got 'dna_splcie', did you mean 'dna_splice'? There are dna_enhancers, dna_promoters,
    dna_splice, ...
    """
    source = name if isinstance(name, Source) else SOURCES.get(name)
    if source is None:
        raise ValueError(_unknown(name))
    folder = data_home() / source.name if folder is None else Path(folder)
    wanted = {path: (url, sha256) for path, (url, sha256) in source.files.items()
              if not _is_whole(folder / path, sha256)}
    archives = {}
    for path, (url, sha256) in wanted.items():
        address, _, member = url.partition("#")
        if member:
            archives.setdefault(address, []).append((member, folder / path, sha256))
            continue
        part = _download(address, folder / path, source, folder, progress, sha256)
        _settle(part, folder / path, sha256, address)
    for address, members in archives.items():
        target = folder / address.rsplit("/", 1)[-1]
        _unpack(_download(address, target, source, folder, progress), members, address)
    return folder


def _unknown(name):
    from difflib import get_close_matches
    near = get_close_matches(str(name), SOURCES, 1)
    names = sorted(SOURCES, key=lambda other: (other.split("_")[0] != str(name).split("_")[0], other))
    listed = ", ".join(names[:3]) + ", ..." if near else ", ".join(names)
    return f"fetch: got {name!r}, " + (f"did you mean {near[0]!r}? There are " if near
                                       else "expected one of ") + listed


# ---------------------------------------------------------------- what is there already

def _sha256(path):
    """The sum of a file's content, unpacked if its name says that it is packed."""
    name = str(path).removesuffix(".part")
    digest = hashlib.sha256()
    with (gzip.open if name.endswith(".gz") else open)(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _is_whole(path, sha256):
    """Whether a file (or its packed form, for files that were packed to save space) is there and right."""
    for form in (path, path.with_name(path.name + ".gz")):
        if form.is_file():
            try:
                return sha256 is None or _sha256(form) == sha256
            except (OSError, EOFError, zlib.error):  # a damaged gzip file
                return False
    return False


def _settle(part, target, sha256, address):
    """Check a finished download and give it its name: in one step, so that nobody ever sees half a file."""
    try:
        found = _sha256(part)
    except (OSError, EOFError, zlib.error) as error:
        part.unlink()
        raise FetchError(f"{address}: found damaged gzip data ({error}), expected a whole file. It was "
                         f"deleted: try again") from None
    if sha256 is not None and found != sha256:
        part.unlink()
        raise FetchError(f"{address}: found a file with the SHA-256 sum {found}, expected {sha256}. It was deleted. "
                         "Either something on the way spoils files (a login page? look at the address in a "
                         "browser), or the file has changed")
    os.replace(part, target)


# ---------------------------------------------------------------- download

def _download(address, target, source, folder, progress, sha256=None, attempts=3):
    """Bring a file to ``target.part``, going on where an earlier attempt ended; returns that path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    before = part.stat().st_size if part.exists() else 0
    for attempt in range(attempts):
        try:
            if _stream(address, part, target.name, progress):
                break
        except urllib.error.HTTPError as error:
            if error.code == 416:  # "range not satisfiable": the part is as long as the file, or longer
                part.unlink(missing_ok=True)
                continue
            raise FetchError(f"{address}: the server says {error.code} {error.reason}. The file may have moved: "
                             f"look for it, put it at {target}, and it will be found") from error
        except (urllib.error.URLError, OSError) as error:
            if attempt == attempts - 1:
                reason = getattr(error, "reason", error)
                raise FetchError(f"{address}: no answer ({reason}). Is there a network connection? Without one, "
                                 f"fetch the file elsewhere and put it at {target}, or run the example without "
                                 "--data, on simulated data. What has arrived is kept, and the next try goes on "
                                 "from there") from error
    else:
        raise FetchError(f"{address}: the connection ended early {attempts} times. What has arrived is kept: "
                         f"try again")
    if before and sha256 is not None and _broken(part, sha256):  # two versions of a file glued together: start afresh
        part.unlink()
        return _download(address, target, source, folder, progress)
    return part


def _broken(part, sha256):
    try:
        return _sha256(part) != sha256
    except (OSError, EOFError, zlib.error):
        return True


def _stream(address, part, name, progress):
    """One request, appended to `part`; True if the file is whole, as far as the server has told its
    length."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "tinygrad_bio"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
        going_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        have = have if going_on else 0  # a server that does not know ranges sends everything again
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length is not None else None
        with open(part, "ab" if going_on else "wb") as file, _bar(name, have, total, progress) as bar:
            while block := answer.read(1 << 16):
                file.write(block)
                bar.update(len(block))
            file.flush()
            os.fsync(file.fileno())
    return total is None or part.stat().st_size == total


class _NoBar:
    """What stands in for tqdm's bar."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self, count):
        pass


def _bar(name, have, total, progress):
    if progress:
        try:
            from tqdm import tqdm
            return tqdm(desc=name, initial=have, total=total, unit="B", unit_scale=True, leave=False)
        except ImportError:
            pass
    return _NoBar()


# ---------------------------------------------------------------- archives

def _unpack(part, members, address):
    """Take files out of a zip or tar archive by their last name, check each, and delete the archive."""
    try:
        contents = _members(part, {member for member, _, _ in members})
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error) as error:
        part.unlink()
        raise FetchError(f"{address}: found no whole archive ({error}). It was deleted: try again") from error
    for member, target, sha256 in members:
        if member not in contents:
            raise FetchError(f"{address}: found no {member} in it, expected one")
        target.parent.mkdir(parents=True, exist_ok=True)
        one = target.with_name(target.name + ".part")
        one.write_bytes(contents[member])
        _settle(one, target, sha256, f"{address}#{member}")
    part.unlink()


def _members(path, names):
    """The content of each file of an archive whose last name is asked for. Nothing is written, so no path can
    lead outside."""
    found = {}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.rsplit("/", 1)[-1]
                if name in names and not info.filename.startswith("__MACOSX"):
                    found[name] = archive.read(info)
        return found
    with tarfile.open(path) as archive:
        for info in archive:
            name = info.name.rsplit("/", 1)[-1]
            if name in names and info.isfile():
                found[name] = archive.extractfile(info).read()
    return found
