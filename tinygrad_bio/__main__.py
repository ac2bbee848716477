"""``python -m tinygrad_bio``: what is installed and what works on this machine, to read first when something does not."""
import importlib
import platform
import shutil
import sys


def report():
    """A line for each thing that matters: its name, what was found, and what to do if nothing was."""
    yield "Python", platform.python_version(), sys.executable
    for name, extra in [("tinygrad_bio", ""), ("numpy", ""), ("scipy", ""), ("graphviz", ""), ("Bio", "bio"),
                        ("matplotlib", "examples"), ("sklearn", "examples"), ("tqdm", "examples"), ("cupy", "cuda12"),
                        ("hypothesis", "test"), ("torch", "parity")]:
        try:
            module = importlib.import_module(name)
            yield name, getattr(module, "__version__", "installed"), ""
        except ImportError:
            yield name, "not installed", f"pip install 'tinygrad_bio[{extra}]'" if extra else "pip install tinygrad_bio"
    dot = shutil.which("dot")
    yield "dot", dot or "not found", "" if dot else "apt install graphviz, or brew install graphviz: only pictures of graphs need it"
    from tinygrad_bio import cuda
    names = ", ".join(cuda.get_device_name(i) for i in range(cuda.device_count()))
    yield "graphics cards", names or "none", "" if names else "everything runs on the processor"


if __name__ == "__main__":
    for what, found, remark in report():
        print(f"{what:15} {found:15} {remark}")
