"""Everything in this folder compares with PyTorch 2.13. Without it the files are reported as skipped, with
the reason.
"""
import pytest

WANTED = "2.13.0"

try:
    import torch
    FOUND = torch.__version__.partition("+")[0]
    if FOUND == WANTED:
        torch.set_num_threads(1)                # small tensors: threads only cost time
except ImportError:
    FOUND = None

WHY = None if FOUND == WANTED else (
    f"comparison with PyTorch {WANTED} left out: "
    f"{'PyTorch is not installed' if FOUND is None else f'PyTorch {FOUND} was found'}; "
    f"pip install 'tinygrad_bio[parity]'")


class LeftOut(pytest.Module):
    """A test file that is not run, and says so."""

    def collect(self):
        pytest.skip(WHY, allow_module_level=True)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path, parent):
    return LeftOut.from_parent(parent, path=module_path) if WHY else None
