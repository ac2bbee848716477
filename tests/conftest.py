"""What all tests share: the devices they run on, and how hard Hypothesis tries."""
import os
from pathlib import Path

import hypothesis
import pytest

from fakecupy import fake_cupy

hypothesis.settings.register_profile("dev", max_examples=30, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=30, deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("intense", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))


def _card():
    """Whether CuPy itself is installed and finds a graphics card."""
    try:
        import cupy
        return bool(cupy.cuda.is_available())
    except Exception:                           # a broken installation counts as none; the header says so
        return False


CARD = _card()


def pytest_report_header():
    card = ", cuda" if CARD else "; no CuPy with a graphics card, so nothing runs on one"
    return (f"devices: cpu, stand-in for CuPy{card}; "
            f"Hypothesis profile: {hypothesis.settings.get_current_profile_name()}")


@pytest.fixture(params=["cpu", "stand-in"] + ["cuda"] * CARD)
def device(request):
    """Where to put tensors: "cpu", or "cuda", which leads to the stand-in for CuPy or to a real card."""
    if request.param == "stand-in":
        with fake_cupy():
            yield "cuda"
    else:
        yield request.param


@pytest.fixture(params=["stand-in"] + ["cuda"] * CARD)
def cuda(request):
    """Like `device`, without the processor: to compare with it."""
    if request.param == "stand-in":
        with fake_cupy():
            yield "cuda"
    else:
        yield request.param


@pytest.fixture
def shared_data():
    """The folder with real data beside the checkout; where there is none, the test is left out and says so."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: the published data files are not beside this checkout")
    return folder
