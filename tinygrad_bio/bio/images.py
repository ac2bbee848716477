"""Images in MNIST's IDX format: a few bytes that say type and shape, then the numbers."""
import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from .files import FormatError, find_file

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path):
    """An IDX file (``.gz`` too) as an array of whatever shape and type it holds.

    Its bytes: 0, 0, the type, the number of dimensions D, D sizes of 4 bytes each, the numbers.

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "labels-idx1-ubyte")
    >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([7, 2, 1]))
    >>> read_idx(path)
    array([7, 2, 1], dtype=uint8)
    >>> folder.cleanup()
    """
    path = str(path)
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            data = file.read()
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise FormatError(path, None, f"damaged gzip data or none at all ({error})", "a whole gzip file") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _TYPES or len(data) < 4 + 4 * data[3]:
        raise FormatError(path, None, f"a file that starts with the bytes {data[:4].hex(' ')}",
                          "an IDX file: 00 00, a type, a number of dimensions")
    dtype, dimensions = np.dtype(_TYPES[data[2]]), data[3]
    shape = struct.unpack(f">{dimensions}I", data[4:4 + 4 * dimensions])
    numbers = data[4 + 4 * dimensions:]
    if len(numbers) != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise FormatError(path, None, f"{len(numbers)} bytes of data", f"{shape} numbers of {dtype.itemsize} bytes. "
                          "Was the download cut off?")
    return np.frombuffer(numbers, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def read_mnist(folder, part="t10k"):
    """Images (N, 28, 28) uint8, 0 white to 255 black, and their digits (N,) int64.

    `part` is ``"t10k"``, the test set, or ``"train"``. (LeCun et al. 1998, Proc IEEE 86:2278.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = pathlib.Path(folder.name, "t10k-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3, *[0, 0, 0, 1] * 3, 255]))
    >>> _ = pathlib.Path(folder.name, "t10k-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
    >>> read_mnist(folder.name)
    (array([[[255]]], dtype=uint8), array([7]))
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder.parent if folder.is_file() else folder
    images_path = find_file(folder, f"{part}-images*idx3*", what="the images")
    labels_path = find_file(folder, f"{part}-labels*idx1*", what="the digits")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise FormatError(labels_path, None, f"labels of shape {labels.shape} for images {images.shape}",
                          "images (N, H, W) and labels (N,)")
    return images, labels.astype(np.int64)
