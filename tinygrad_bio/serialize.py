"""Saving and loading nested data with Tensors in it, as safetensors or npz; never pickle.

A safetensors file is 8 bytes (the length of the header, little-endian), the header in JSON (for each tensor
its dtype, shape, and where its bytes are), and the bytes of all tensors. Reading it can do no harm, whoever
wrote it. A flat dictionary of Tensors, such as a ``state_dict``, is an ordinary file of that kind: PyTorch
and others read it. Of anything nested the structure is written besides, as JSON text in the header's metadata
(see ``structure.py``).
"""
import json
import math
import os
import secrets

import numpy as np

from .backend import to_device
from .structure import flatten, unflatten

__all__ = ["save", "load"]

STRUCTURE = "tinygrad_bio"          # the key of the metadata (in an npz file: with ".json") for the structure
LARGEST_HEADER = 100_000_000            # bytes; the safetensors library has the same limit

CODES = {"BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32",
         "I32": "int32", "U64": "uint64", "I64": "int64", "F16": "float16", "F32": "float32",
         "F64": "float64", "C64": "complex64"}
NAMES = {name: code for code, name in CODES.items()}


# ------------------------------------------------------------------------------------------- the two verbs

def save(obj, f):
    """Save Tensors, arrays, numbers, text, None, in dictionaries, lists and tuples, however nested.

    Parameters
    ----------
    obj : for instance ``model.state_dict()``, or ``{"model": model.state_dict(), "optimizer":
        opt.state_dict(), "epoch": 3}``
    f : a file name (``.npz`` writes an npz file, any other name safetensors), or a file open for writing
        bytes

    The file is written beside its place and then put there: what is there is always a whole file, the old or
    the new one. A tensor that occurs several times is stored once.

    >>> import tinygrad_bio as tg, tempfile, os
    >>> name = os.path.join(tempfile.mkdtemp(), "checkpoint.safetensors")
    >>> tg.save({"weights": [tg.tensor([1., 2.])], "epoch": 3}, name)
    >>> tg.load(name)
    {'weights': [tensor([1., 2.])], 'epoch': 3}
    """
    arrays, structure, aliases = flatten(obj)
    if hasattr(f, "write"):
        _write_safetensors(f, arrays, structure, aliases)
        return
    name = os.fspath(f)
    write = _write_npz if name.lower().endswith(".npz") else _write_safetensors
    _write_in_place_of(name, lambda file: write(file, arrays, structure, aliases))


def load(f, map_location=None, *, weights_only=True):
    """What `save` wrote; or the tensors of any safetensors or npz file, as a dictionary.

    Parameters
    ----------
    f : a file name, or a file open for reading bytes
    map_location : the device to put tensors on (default: "cpu"; ``load_state_dict`` moves them where they
        belong anyway)
    weights_only : there is nothing else: a file cannot run anything

    Raises ``ValueError`` that says what is wrong with a file that is cut off, damaged, or of another kind.

    >>> import tinygrad_bio as tg, io
    >>> file = io.BytesIO()
    >>> tg.save({"weight": tg.ones(2)}, file)
    >>> tg.load(io.BytesIO(file.getvalue()))
    {'weight': tensor([1., 1.])}
    """
    if hasattr(f, "read"):
        data, name = f.read(), str(getattr(f, "name", "the file"))
        if isinstance(data, str):
            raise TypeError(f"load: {name} is open for reading text: open it with mode 'rb'")
    else:
        name = os.fspath(f)
        with open(name, "rb") as file:
            data = file.read()
    read = _read_npz if data[:4] == b"PK\x03\x04" else _read_safetensors
    arrays, structure, aliases = read(data, repr(name))
    if map_location is not None:
        arrays = {key: to_device(array, map_location) for key, array in arrays.items()}
    return unflatten(arrays, structure, aliases, repr(name))


def _write_in_place_of(name, write):
    """Write a new file in the same folder, have it on the disk, then give it the name: never half a file."""
    target = os.path.realpath(name)                         # a link stays a link
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"save: the folder {folder!r} does not exist: make it first, "
                                f"os.makedirs({folder!r})")
    unfinished = f"{target}.{secrets.token_hex(4)}.unfinished"
    try:
        with open(unfinished, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise
    if hasattr(os, "O_DIRECTORY"):                          # the folder's entry too (not on Windows)
        entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)


# ------------------------------------------------------------------------------------------------ safetensors

def _write_safetensors(file, arrays, structure, aliases):
    """8 bytes of length, the header, the bytes of the arrays."""
    header, start = {}, 0
    metadata = dict(aliases)
    if structure is not None:
        metadata[STRUCTURE] = json.dumps(structure)
    if metadata:
        header["__metadata__"] = metadata
    for key, a in arrays.items():
        if a.dtype.name not in NAMES:
            raise TypeError(f"save: {key!r} holds {a.dtype.name}, which safetensors cannot store: convert "
                            f"it, or use a name that ends in .npz")
        end = start + a.nbytes
        header[key] = {"dtype": NAMES[a.dtype.name], "shape": list(a.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)                         # so that the numbers begin at a multiple of 8
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for a in arrays.values():
        row = np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<")).reshape(-1)
        file.write(row.view(np.uint8).data)


def _read_safetensors(data, name):
    """The arrays of a safetensors file, its structure, and which keys are other keys' arrays."""
    if len(data) < 8:
        raise _other_kind(data, name)
    length = int.from_bytes(data[:8], "little")
    if length > LARGEST_HEADER or data[8:9] not in (b"{", b""):
        raise _other_kind(data, name)
    if 8 + length > len(data):
        raise ValueError(f"load: {name} is cut off: its header should have {length} bytes, but only "
                         f"{len(data) - 8} are there. Copy or download it again")
    try:
        header = json.loads(data[8:8 + length], object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"load: {name} is damaged: its header is no JSON ({error})") from None
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__", {}), dict):
        raise ValueError(f"load: {name} is damaged: its header is not a table of tensors")
    metadata = header.pop("__metadata__", {})
    arrays = _arrays(header, memoryview(data)[8 + length:], name)
    structure = metadata.pop(STRUCTURE, None)
    aliases = {key: other for key, other in metadata.items() if other in arrays and key not in arrays}
    return arrays, None if structure is None else _structure(structure, name), aliases


def _arrays(header, body, name):
    """Each tensor's bytes as an array. Together they must fill the rest of the file, without gaps."""
    arrays, end = {}, 0
    entries = [(key, *_entry(key, entry, name)) for key, entry in header.items()]
    for key, code, shape, start, stop in sorted(entries, key=lambda entry: entry[3:]):
        size = (2 if code == "BF16" else np.dtype(CODES[code]).itemsize) * math.prod(shape)
        if start != end or stop - start != size:
            raise ValueError(f"load: {name} is damaged: {key!r} of dtype {code} and shape {shape} needs "
                             f"{size} bytes from byte {end} on, but the header says {start} … {stop}")
        if stop > len(body):
            raise ValueError(f"load: {name} is cut off: {key!r} needs bytes {start} … {stop}, but the file "
                             f"ends at {len(body)}. Copy or download it again")
        arrays[key] = _numbers(body[start:stop], code).reshape(shape)
        end = stop
    if end != len(body):
        raise ValueError(f"load: {name} is damaged: {len(body) - end} bytes follow that belong to no tensor")
    return {key: arrays[key] for key in header}


def _entry(key, entry, name):
    """What the header says of one tensor, checked: (code of the dtype, shape, first byte, last byte + 1)."""
    try:
        code, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not all(type(n) is int and n >= 0 for n in (*shape, start, stop)):
            raise ValueError
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"load: {name} is damaged: the header's entry for {key!r} is not dtype, shape and "
                         f"two offsets: {repr(entry)[:80]}") from None
    if code not in CODES and code != "BF16":
        raise ValueError(f"load: {name}: {key!r} has dtype {code!r}, which NumPy does not have. Expected one "
                         f"of {', '.join(CODES)}, BF16: convert it to float32 before exporting")
    return code, shape, start, stop


def _numbers(piece, code):
    """Bytes as a writable array in this machine's byte order; bfloat16 (half a float32) as float32."""
    if code == "BF16":
        return (np.frombuffer(piece, "<u2").astype(np.uint32) << 16).view(np.float32)
    stored = np.frombuffer(piece, np.dtype(CODES[code]).newbyteorder("<"))
    return stored.astype(CODES[code])


# -------------------------------------------------------------------------------------------------------- npz

def _write_npz(file, arrays, structure, aliases):
    """A zip file of .npy files, as ``numpy.savez`` writes it, and one of JSON with the structure."""
    import zipfile                              # imported late, like io and zlib: few files are npz
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as z:
        if structure is not None or aliases:
            z.writestr(STRUCTURE + ".json", json.dumps({"structure": structure, "aliases": aliases}))
        for key, a in arrays.items():
            with z.open(key + ".npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, a, allow_pickle=False)


def _read_npz(data, name):
    """The arrays of an npz file (ours or NumPy's), its structure, its aliases."""
    import io
    import zipfile
    import zlib
    about, arrays = {"structure": None, "aliases": {}}, {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            if any(entry.endswith((".pkl", "/version")) for entry in z.namelist()):
                raise _other_kind(data, name)
            for entry in z.namelist():
                if entry == STRUCTURE + ".json":
                    about = _structure(z.read(entry), name)
                elif entry.endswith(".npy"):
                    arrays[entry[:-4]] = _array(io.BytesIO(z.read(entry)), f"load: {name}: {entry[:-4]!r}")
                else:
                    raise ValueError(f"load: {name} is no npz file: it holds {entry!r}. Expected only .npy "
                                     f"files")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise ValueError(f"load: {name} is cut off or damaged ({error}). Copy or download it again") from None
    if not isinstance(about, dict) or not isinstance(about.get("aliases"), dict) or "structure" not in about:
        raise ValueError(f"load: {name} is damaged: its {STRUCTURE}.json is not what tg.save writes")
    return arrays, about["structure"], about["aliases"]


def _array(file, where):
    """The array in the bytes of a .npy file."""
    try:
        array = np.lib.format.read_array(file, allow_pickle=False)
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    except ValueError as error:
        raise ValueError(f"{where} cannot be read: {error}") from None


# --------------------------------------------------------------------------------------- what can be wrong

def _structure(text, name):
    try:
        return json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"load: {name} is damaged: the structure in it is no JSON ({error})") from None


def _without_doubles(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


EXPORT = ("In PyTorch, write it as safetensors: from safetensors.torch import save_file; "
          "save_file(model.state_dict(), 'weights.safetensors')")

KINDS = [(b"PK\x03\x04", f"a PyTorch file: it holds a pickle, which can run any program when read. {EXPORT}"),
         (b"\x80", f"a pickle (perhaps an old PyTorch file), which can run any program when read. {EXPORT}"),
         (b"\x93NUMPY", "a single NumPy array: read it with tg.from_numpy(numpy.load(name))"),
         (b"\x89HDF", "an HDF5 file (perhaps of Keras): read it with h5py, and save the arrays with tg.save"),
         (b"\x1f\x8b", "compressed with gzip: unpack it first")]


def _other_kind(data, name):
    """The error for a file that is not ours, saying what it is as far as can be seen."""
    for start, kind in KINDS:
        if data.startswith(start):
            return ValueError(f"load: {name} is {kind}")
    what = "is empty" if not data else f"begins with {bytes(data[:8])!r}"
    return ValueError(f"load: {name} is no safetensors or npz file, it {what}. {EXPORT}")
