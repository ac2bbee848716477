"""Saving and loading: what was saved comes back, files are whole, and what is wrong with others is said."""
import collections
import io
import json
import os
import pathlib
import pickle
import random
import stat
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import serialize, structure

try:
    import safetensors.numpy
    WITHOUT = None
except ImportError:
    WITHOUT = "no files are compared with the safetensors library, which is missing: pip install safetensors"

needs_safetensors = pytest.mark.skipif(WITHOUT is not None, reason=str(WITHOUT))
both_kinds = pytest.mark.parametrize("name",
                                     ["file.safetensors", "file.npz", "without extension", "Größe ü.pt"])


DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()


def same(a, b):
    """Equal in type, structure and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tg.Tensor):
        return a.requires_grad == b.requires_grad and same(a.array, b.array)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or a != a and b != b


def through_memory(obj):
    file = io.BytesIO()
    tg.save(obj, file)
    file.seek(0)
    return tg.load(file)


class Net(tg.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = tg.nn.Parameter(tg.randn(3, 2))
        self.bias = tg.nn.Parameter(tg.zeros(3))
        self.register_buffer("count", tg.tensor(0))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# -------------------------------------------------------------------------------------------- what comes back

NESTED = {
    "model": {"weight": tg.rand(3, 2), "count": tg.tensor(7), "empty": tg.zeros(0, 4),
              "flags": tg.tensor([True, False])},
    "optimizer": {"state": {0: {"step": 3, "exp_avg": tg.rand(2)}, 1: {}},
                  "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999)}]},
    "numbers": [0, -1, 2 ** 200, 0.1, 1e-300, float("inf"), float("-inf"), float("nan"), True, None, 1 + 2j,
                complex(0, float("nan"))],
    "texts": ["", "ü \n \" \0 \U0001f9ec", b"\x00\xff"],
    "arrays": [np.arange(5, dtype="uint16"), np.array(3.0), np.zeros((2, 0))],
    "keys": {1: "a", "1": "b", (1, "x"): "c", None: "d", 2.5: "e", "$tensor": "f",
             "__metadata__": tg.ones(1)},
    "leaf": tg.tensor([1.0], requires_grad=True), "empty": [{}, [], ()], "$dict": {"$": 1},
    "dtype": tg.float16, "device": tg.device("cuda:1"),
}


@both_kinds
def test_nested_data_come_back(name, tmp_path):
    tg.save(NESTED, tmp_path / name)
    assert same(tg.load(tmp_path / name), NESTED)
    assert os.listdir(tmp_path) == [name]


def counted(shape, dtype):
    return tg.from_numpy(np.arange(np.prod(shape, dtype=int)).astype(dtype).reshape(shape))


tensors = st.builds(counted, st.lists(st.integers(0, 3), max_size=3),
                    st.sampled_from("float16 float32 float64 int8 int64 uint8 bool".split()))
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
                   st.complex_numbers(), st.binary(max_size=5), tensors)
keys = st.one_of(st.text(max_size=4), st.integers(), st.booleans(),
                 st.tuples(st.integers(), st.text(max_size=2)))
trees = st.recursive(leaves, lambda inner: st.one_of(st.lists(inner, max_size=4),
                                                     st.lists(inner, max_size=3).map(tuple),
                                                     st.dictionaries(keys, inner, max_size=4)), max_leaves=12)


@given(trees)
def test_anything_nested_comes_back(obj):
    assert same(through_memory(obj), obj)
    file = io.BytesIO()
    serialize._write_npz(file, *structure.flatten(obj))
    assert same(structure.unflatten(*serialize._read_npz(file.getvalue(), "memory"), "memory"), obj)


@pytest.mark.parametrize("dtype", [*DTYPES, "complex64"])
@pytest.mark.parametrize("layout", [lambda a: a, lambda a: a.T, lambda a: a[::2, ::-1],
                                    lambda a: np.asfortranarray(a),
                                    lambda a: a[1, 2], lambda a: a[:0],
                                    lambda a: a.astype(a.dtype.newbyteorder())],
                         ids="contiguous transposed strided Fortran scalar empty bytes-swapped".split())
@both_kinds
def test_all_dtypes_and_layouts(dtype, layout, name, tmp_path):
    array = np.asarray(layout(np.random.default_rng(0).integers(0, 2, (4, 6)).astype(dtype)))
    tg.save({"a": array}, tmp_path / name)
    loaded = tg.load(tmp_path / name)["a"]
    assert np.array_equal(loaded, array) and loaded.shape == array.shape and loaded.dtype == np.dtype(dtype)
    assert loaded.flags.writeable and loaded.flags.owndata | (loaded.base is not None)


def test_what_is_kept_of_a_tensor(device):
    w = tg.tensor([1.0, 2.0], device=device, requires_grad=True)
    loaded = through_memory({"leaf": w, "computed": w * 2, "parameter": tg.nn.Parameter(tg.ones(1))})
    assert loaded["leaf"].requires_grad and loaded["leaf"].device == tg.device("cpu")
    assert not loaded["computed"].requires_grad and loaded["computed"].tolist() == [2.0, 4.0]
    assert type(loaded["parameter"]) is tg.Tensor and loaded["parameter"].requires_grad


def test_map_location(cuda):
    file = io.BytesIO()
    tg.save([tg.ones(2, device=cuda)], file)
    assert tg.load(io.BytesIO(file.getvalue()), map_location=cuda)[0].device == tg.device("cuda:0")
    assert tg.load(io.BytesIO(file.getvalue()), "cpu", weights_only=True)[0].tolist() == [1.0, 1.0]


def test_numbers_of_numpy_and_subclasses_become_plain():
    loaded = through_memory({"a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True),
                             "d": np.float64("nan"),
                             "e": collections.OrderedDict(x=1), "f": collections.defaultdict(list, y=[1])})
    assert loaded["d"] != loaded.pop("d", None)
    assert loaded == {"a": 0.5, "b": 3, "c": True, "e": {"x": 1}, "f": {"y": [1]}}
    assert {k: type(v) for k, v in loaded.items()} == {"a": float, "b": int, "c": bool, "e": dict, "f": dict}


@both_kinds
def test_a_tensor_that_occurs_twice_is_stored_once(name, tmp_path):
    w = tg.rand(1000)
    tg.save({"a": w, "deep": [w, w.detach(), w.array, w[:500], w[:500]]}, tmp_path / name)
    assert (tmp_path / name).stat().st_size < 4000 + 2000 + 2000
    loaded = tg.load(tmp_path / name)
    assert loaded["a"] is loaded["deep"][0] is loaded["deep"][1] and loaded["deep"][2] is loaded["a"].array
    assert np.array_equal(loaded["deep"][3].numpy(), w[:500].numpy())
    assert loaded["deep"][3] is loaded["deep"][4]


def test_names_that_collide():
    obj = {"a": {"b": tg.tensor(1)}, "a/b": tg.tensor(2), 1: tg.tensor(3), "1": tg.tensor(4),
           "a/b#2": tg.tensor(5)}
    assert same(through_memory(obj), obj)


@both_kinds
def test_training_goes_on_exactly(name, tmp_path):
    """Weights, optimiser, scheduler, epoch and all random numbers: as if it had never stopped."""
    def parts():
        tg.manual_seed(0)
        model = Net()
        opt = tg.optim.AdamW(model.parameters(), lr=0.1, amsgrad=True)
        return model, opt, tg.optim.lr_scheduler.OneCycleLR(opt, 0.1, 10)

    def train(model, opt, scheduler, steps):
        for _ in range(steps):
            opt.zero_grad()
            x = tg.randn(5, 2) + random.random() + tg.tensor(np.random.rand(5, 2)).float()
            (model(x) ** 2).sum().backward()
            opt.step()
            scheduler.step()
    random.seed(0), np.random.seed(0)
    model, opt, scheduler = parts()
    train(model, opt, scheduler, 8)
    straight = model.state_dict()

    random.seed(0), np.random.seed(0)
    model, opt, scheduler = parts()
    train(model, opt, scheduler, 4)
    tg.save({"model": model.state_dict(), "optimizer": opt.state_dict(), "scheduler": scheduler.state_dict(),
             "epoch": 4,
             "random": [tg.backend.default_generator.get_state(), random.getstate(), np.random.get_state()]},
            tmp_path / name)

    random.seed(1), np.random.seed(1)
    model, opt, scheduler = parts()
    loaded = tg.load(tmp_path / name)
    for thing, key in ((model, "model"), (opt, "optimizer"), (scheduler, "scheduler")):
        thing.load_state_dict(loaded[key])
    tg.backend.default_generator.set_state(loaded["random"][0])
    random.setstate(loaded["random"][1])
    np.random.set_state(loaded["random"][2])
    train(model, opt, scheduler, 4)
    assert loaded["epoch"] == 4
    for key, value in model.state_dict().items():
        assert value.numpy().tobytes() == straight[key].numpy().tobytes()


# ---------------------------------------------------------------------------------------------- other readers

@needs_safetensors
def test_the_safetensors_library_reads_our_files(tmp_path):
    state = {**Net().state_dict(), "half": tg.rand(3).half(), "turned": tg.rand(2, 3).T, "empty": tg.zeros(0),
             "int8": tg.ones(1, dtype=tg.int8)}
    tg.save(state, tmp_path / "model.safetensors")
    theirs = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    assert theirs.keys() == state.keys()
    for key, value in theirs.items():
        assert value.dtype == state[key].dtype and np.array_equal(value, state[key].numpy())
    with safetensors.safe_open(tmp_path / "model.safetensors", "numpy") as file:
        assert file.metadata() is None                  # nothing but the tensors


@needs_safetensors
def test_the_safetensors_library_reads_the_tensors_of_nested_files(tmp_path):
    tg.save(NESTED, tmp_path / "nested")
    theirs = safetensors.numpy.load_file(tmp_path / "nested")
    assert np.array_equal(theirs["model/weight"], NESTED["model"]["weight"].numpy())


@needs_safetensors
def test_we_read_files_of_the_safetensors_library(tmp_path):
    rng = np.random.default_rng(0)
    state = {f"{dtype} {shape}": rng.integers(0, 2, shape).astype(dtype)
             for shape in ((), (3,), (2, 0), (2, 3, 4))
             for dtype in DTYPES}
    safetensors.numpy.save_file(state, tmp_path / "x", metadata={"format": "np"})
    loaded = tg.load(tmp_path / "x")
    assert loaded.keys() == state.keys() and all(same(loaded[k].array, state[k]) for k in state)


@needs_safetensors
def test_tied_weights_as_pytorch_exports_them():
    """``safetensors.torch.save_model`` stores them once, the other names in the metadata. So do we."""
    tied = tg.rand(2, 2)
    file = io.BytesIO()
    tg.save({"embedding": tied, "bias": tg.zeros(2), "head": tied}, file)
    data = file.getvalue()
    header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
    assert header["__metadata__"]["head"] == "embedding" and "head" not in header
    theirs = safetensors.numpy.save({"embedding": tied.numpy()},
                                    metadata={"head": "embedding", "format": "pt"})
    loaded = tg.load(io.BytesIO(theirs))
    assert list(loaded) == ["embedding", "head"] and loaded["head"] is loaded["embedding"]


def test_bfloat16_becomes_float32():
    values = np.array([1.0, -2.5, 3e38, 0.0], "float32")
    data = made({"x": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}},
                (values.view("uint32") >> 16).astype("<u2").tobytes())
    loaded = tg.load(io.BytesIO(data))["x"]
    assert loaded.dtype == tg.float32 and np.allclose(loaded.numpy().ravel(), values, 0.01)


def test_numpy_reads_our_npz_and_we_read_numpys(tmp_path):
    state = Net().state_dict()
    tg.save(state, tmp_path / "ours.npz")
    with np.load(tmp_path / "ours.npz") as theirs:
        assert sorted(theirs) == sorted(state) and np.array_equal(theirs["weight"], state["weight"].numpy())
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "theirs.npz", a=np.arange(3), **{"b.c": np.ones((2, 2))})
        loaded = tg.load(tmp_path / "theirs.npz")
        assert same(loaded, {"a": tg.arange(3), "b.c": tg.ones(2, 2, dtype=tg.float64)})


def test_the_kind_of_file_is_seen_from_its_contents(tmp_path):
    tg.save([1], tmp_path / "a.npz")
    os.rename(tmp_path / "a.npz", tmp_path / "a.safetensors")
    assert tg.load(str(tmp_path / "a.safetensors")) == [1]


# -------------------------------------------------------------------------------------------- what is refused

class Point(collections.namedtuple("Point", "x y")):
    pass


@pytest.mark.parametrize("obj, message", [
    (lambda: Net(), r"obj is a whole Net, .* Save its state: tg.save\(x.state_dict\(\), f\), and later"),
    (lambda: {"model": Net()}, r"save: obj\['model'\] is a whole Net"),
    (lambda: tg.optim.SGD([tg.zeros(1)]), "obj is a whole SGD"),
    (lambda: [1, {"a": {2}}], r"save: obj\[1\]\['a'\] is a set, which cannot be saved: save sorted\(x\)"),
    (lambda: tg.Generator(), r"save generator.get_state\(\)"),
    (lambda: Point(1, 2), r"save x._asdict\(\)"),
    (lambda: pathlib.Path("x"), r"save str\(x\)"),
    (lambda: [len], "builtin_function_or_method, which cannot be saved: leave it out"),
    (lambda: np.array(["text"]), r"an array of <U4, and only numbers can be stored: save array.tolist\(\)"),
    (lambda: np.array([None]), "an array of object"),
    (lambda: memoryview(b""), "save its attributes"),
])
def test_what_cannot_be_saved(obj, message, tmp_path):
    with pytest.raises(TypeError, match=message):
        tg.save(obj(), tmp_path / "x")
    assert not os.listdir(tmp_path)


def test_data_that_contain_themselves():
    x = {"a": []}
    x["a"].append(x)
    with pytest.raises(ValueError, match=r"save: obj\['a'\]\[0\] contains itself"):
        tg.save(x, io.BytesIO())
    shared = [1]
    assert through_memory([shared, shared]) == [[1], [1]]           # twice, but not within itself


def test_dtypes_that_safetensors_lacks(tmp_path):
    with pytest.raises(TypeError, match="'a' holds complex128, which safetensors cannot store: .* in .npz"):
        tg.save({"a": np.ones(1, "complex128")}, tmp_path / "x")
    assert not os.listdir(tmp_path)
    tg.save({"a": np.ones(1, "complex128")}, tmp_path / "x.npz")
    assert tg.load(tmp_path / "x.npz")["a"].dtype == "complex128"


# ---------------------------------------------------------------------------------------- whole or not at all

@both_kinds
@pytest.mark.parametrize("fault", ["while writing", "while putting it there", "while making sure"])
def test_a_failure_leaves_the_old_file(name, fault, tmp_path, monkeypatch):
    tg.save({"a": tg.ones(3)}, tmp_path / name)

    def fail(*_, **__):
        raise OSError("no space left on device")
    target, attribute = {"while writing": (np, "ascontiguousarray"),
                         "while putting it there": (os, "replace"),
                         "while making sure": (os, "fsync")}[fault]
    if fault == "while writing" and name.endswith("npz"):
        target, attribute = np.lib.format, "write_array"
    with monkeypatch.context() as m:
        m.setattr(target, attribute, fail)
        with pytest.raises(OSError, match="no space left"):
            tg.save({"a": tg.zeros(3)}, tmp_path / name)
    assert os.listdir(tmp_path) == [name] and tg.load(tmp_path / name)["a"].tolist() == [1.0] * 3


def test_missing_folders_links_and_permissions(tmp_path):
    with pytest.raises(FileNotFoundError,
                       match=r"save: the folder '.*nowhere' does not exist: make it first"):
        tg.save([1], tmp_path / "nowhere" / "x")
    with pytest.raises(FileNotFoundError):
        tg.load(tmp_path / "x")
    tg.save([1], tmp_path / "real")
    if os.name == "posix":
        os.symlink(tmp_path / "real", tmp_path / "link")
        tg.save([2], tmp_path / "link")
        assert (tmp_path / "link").is_symlink() and tg.load(tmp_path / "real") == [2]
        (tmp_path / "plain").touch()
        modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("real", "plain")}
        assert len(modes) == 1


# ----------------------------------------------------------------------------------- files that are not right

def made(header, body=b"", length=None):
    """A safetensors file by hand."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
EIGHT = bytes(8)


@pytest.mark.parametrize("data, message", [
    (b"", "no safetensors or npz file, it is empty. In PyTorch, write it as safetensors"),
    (b"abc", "it begins with b'abc'"),
    (b"# weights\n1 2 3\n", "begins with b'# weight'"),
    (pickle.dumps({"a": 1}), "a pickle .* which can run any program when read. In PyTorch, write it as"),
    (b"\x93NUMPY\x01\x00v\x00", "a single NumPy array"),
    (b"\x89HDF\r\n\x1a\n" + EIGHT, "an HDF5 file"),
    (b"\x1f\x8b\x08\x00" + EIGHT, "compressed with gzip: unpack it first"),
    (made({"a": ENTRY}, EIGHT)[:20], r"cut off: its header should have \d+ bytes, but only 12 are there"),
    (made({"a": ENTRY}, EIGHT[:5]), "cut off: 'a' needs bytes 0 … 8, but the file ends at 5"),
    (made({"a": ENTRY}, EIGHT + b"x"), "damaged: 1 bytes follow that belong to no tensor"),
    (made(b"{" + b"\xff" * 9), "damaged: its header is no JSON"),
    (made(b'{"a": 1, "a": 2}'), "damaged: its header is no JSON .a name occurs twice"),
    (made(b'{"a":' * 5000), "damaged: its header is no JSON"),
    (made({"__metadata__": [1]}), "damaged: its header is not a table of tensors"),
    (made({"a": [1]}), "the header's entry for 'a' is not dtype, shape and two offsets"),
    (made({"a": {"dtype": "F32", "shape": [2]}}), "the header's entry for 'a' is not"),
    (made({"a": {**ENTRY, "shape": [-2]}}, EIGHT), "the header's entry for 'a' is not"),
    (made({"a": {**ENTRY, "shape": [2.0]}}, EIGHT), "the header's entry for 'a' is not"),
    (made({"a": {**ENTRY, "dtype": "F8_E4M3"}}, EIGHT), "'a' has dtype 'F8_E4M3', which NumPy does not have"),
    (made({"a": {**ENTRY, "dtype": "F64"}}, EIGHT),
     r"'a' of dtype F64 and shape \[2\] needs 16 bytes from byte 0 on, .* 0 … 8"),
    (made({"a": {**ENTRY, "data_offsets": [4, 12]}}, EIGHT * 2),
     "needs 8 bytes from byte 0 on, but the header says 4 … 12"),
    (made({"a": ENTRY, "b": ENTRY}, EIGHT), "'b' .* needs 8 bytes from byte 8 on, but the header says 0 … 8"),
    (made({"a": {**ENTRY, "shape": [2 ** 62, 2 ** 62]}}, EIGHT), "needs .* bytes from byte 0 on"),
    (made({"__metadata__": {"tinygrad_bio": "{"}, "a": ENTRY}, EIGHT), "the structure in it is no JSON"),
    (made({"__metadata__": {"tinygrad_bio": '{"$tensor": "b"}'}, "a": ENTRY}, EIGHT),
     "its description does not fit its tensors"),
    (made({"__metadata__": {"tinygrad_bio": '{"$unknown": 1}'}, "a": ENTRY}, EIGHT),
     "its description does not fit its tensors"),
    (made({"__metadata__": {"tinygrad_bio": '{"$dict": 3}'}, "a": ENTRY}, EIGHT),
     "its description does not fit its tensors"),
    (b"PK\x03\x04" + EIGHT * 9, "cut off or damaged"),
], ids=lambda x: x[:30] if isinstance(x, str) else "")
def test_files_that_are_not_right(data, message, tmp_path):
    (tmp_path / "weights").write_bytes(data)
    with pytest.raises(ValueError, match=f"(?s)load: '.*weights'.* {message}"):
        tg.load(tmp_path / "weights")


def zipped(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for name, text in entries.items():
            z.writestr(name, text)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("data, message", [
    (zipped(**{"archive/data.pkl": "x", "archive/version": "3"}),
     "a PyTorch file: it holds a pickle, .* safetensors.torch import save_file"),
    (zipped(**{"word/document.xml": "x"}), "no npz file: it holds 'word/document.xml'"),
    (zipped(**{"a.npy": "x"}), "'a' cannot be read"),
    (zipped(**{"tinygrad_bio.json": "[]"}), "its tinygrad_bio.json is not what tg.save writes"),
    (zipped(**{"tinygrad_bio.json": "{"}), "the structure in it is no JSON"),
    (npz(a=np.array([{"b": 1}])), "'a' cannot be read: Object arrays cannot be loaded"),
    (npz(a=np.array(["text"])), "'a' is an array of <U4, no numbers: read the file with numpy.load"),
    (npz(a=np.arange(100))[:300], "cut off or damaged"),
    (npz(a=np.arange(100)).replace(bytes([50]) + bytes(7), bytes([51]) + bytes(7)),
     "cut off or damaged .*CRC"),
], ids=lambda x: x[:30] if isinstance(x, str) else "")
def test_zip_files_that_are_not_right(data, message, tmp_path):
    (tmp_path / "weights.npz").write_bytes(data)
    with pytest.raises(ValueError, match=f"load: '.*weights.npz'.* {message}"):
        tg.load(tmp_path / "weights.npz")


@given(cut=st.integers(0, 10_000), flip=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_damage_is_an_error_or_harmless(cut, flip, value):
    """Cut anywhere: always an error. Any byte changed: an error that says so, or other numbers."""
    file = io.BytesIO()
    tg.save({"a": tg.arange(5), "b": [tg.ones(2, 2), "text", 3]}, file)
    whole = file.getvalue()
    with pytest.raises(ValueError, match="load: "):
        tg.load(io.BytesIO(whole[:cut % len(whole)]))
    changed = bytearray(whole)
    changed[flip % len(whole)] = value
    try:
        tg.load(io.BytesIO(bytes(changed)))
    except ValueError as error:
        assert "load: " in str(error)


def test_open_files(tmp_path):
    with open(tmp_path / "x", "wb") as file:
        tg.save({"a": tg.ones(2)}, file)
    with open(tmp_path / "x", "rb") as file:
        assert tg.load(file)["a"].tolist() == [1.0, 1.0]
    (tmp_path / "text").write_text("abc")
    with open(tmp_path / "text") as file, pytest.raises(TypeError, match="open it with mode 'rb'"):
        tg.load(file)


def test_loading_never_unpickles(monkeypatch, tmp_path):
    """A file that would run a program if it were unpickled."""
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "was here"),)
    for data in (pickle.dumps(Evil()), zipped(**{"archive/data.pkl": pickle.dumps(Evil())}),
                 npz(a=np.array([Evil()], dtype=object))):
        with pytest.raises(ValueError, match="load: "):
            tg.load(io.BytesIO(data))
    assert not (tmp_path / "was here").exists()
