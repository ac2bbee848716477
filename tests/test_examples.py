"""Every example runs to its end in ``--quick``, writes its table and pictures, and refuses files that are no data.

``python -m pytest -q tests/test_examples.py -k e4 -s`` runs one, and says how long it took.
"""
import contextlib
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
ROW = {"script", "command", "data", "name", "metric", "better", "digits", "ours", "low", "high", "baseline_name", "baseline", "published", "source",
       "seconds", "seed", "quick"}


def start(script, folder, *words):
    """The script, started in an empty folder of its own, so that what it writes elsewhere than into --out is seen."""
    (folder / "here").mkdir(exist_ok=True)
    surroundings = os.environ | {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen([sys.executable, script, *map(str, words)], cwd=folder / "here", env=surroundings, text=True,
                            encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(process, seconds=120):
    """(exit code, what it printed, what it complained about)."""
    try:
        said, complained = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        said, complained = process.communicate()
        pytest.fail(f"not at its end after {seconds} s:\n{said[-2000:]}\n{complained[-2000:]}")
    return process.returncode, said, complained


def check_refused(process, out):
    """It ended with a sentence, not with a traceback, and before it drew or trained anything."""
    code, said, complained = end(process)
    assert code in (1, 2) and complained.strip(), (code, said[-500:])
    assert "Traceback" not in complained, complained[-2000:]
    assert len(complained.strip().splitlines()[-1]) < 500, complained
    assert not out.exists() or not list(out.iterdir()), "something was written although the data are no data"
    return code, complained


def test_there_are_examples():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_quick(script, tmp_path):
    out, junk = tmp_path / "out", tmp_path / "junk.txt"
    junk.write_bytes(b"these are, no; data\n\t1 2\n\x00\xff\n")
    malformed = start(script, tmp_path, "--quick", "--data", junk, "--out", tmp_path / "refused")      # beside the other: two cores
    begun = time.perf_counter()
    code, said, complained = end(start(script, tmp_path, "--quick", "--out", out))
    print(f"{script.name}: {time.perf_counter() - begun:.1f} s")
    check_refused(malformed, tmp_path / "refused")
    assert code == 0, complained[-3000:]
    assert "Warning" not in complained, complained[-3000:]
    assert not list((tmp_path / "here").iterdir()), "it writes elsewhere than into --out"
    check_table(out, said)
    pictures = [file for file in out.rglob("*") if file.suffix in (".png", ".svg", ".pdf", ".gif", ".html")]
    assert pictures and all(picture.stat().st_size > 500 for picture in pictures), "no pictures, or empty ones"


def check_table(out, said):
    """The table is printed, and is there for people and for programs."""
    lines = (out / "table.md").read_text(encoding="utf-8").strip().splitlines()
    rows = json.loads((out / "table.json").read_text(encoding="utf-8"))
    assert len(lines) == len(rows) + 2 and all(line in said for line in lines)
    for row in rows:
        assert row.keys() == ROW and row["quick"] is True and row["better"] in ("higher", "lower")
        numbers = [row[name] for name in ("ours", "low", "high", "baseline", "published") if row[name] is not None]
        assert numbers and all(math.isfinite(number) for number in numbers), row
    assert any(row["baseline"] is not None for row in rows), "no baseline stands beside our numbers"


def test_missing_data_are_said_before_anything_is_done(tmp_path):
    process = start(ROOT / "examples" / "a3_peptide_mhc_ffn.py", tmp_path, "--data", tmp_path / "nowhere", "--out", tmp_path / "out")
    code, complained = check_refused(process, tmp_path / "out")
    assert code == 2 and "nowhere: there is no such file or folder (expected: folder with one folder per allele" in complained


def test_malformed_data_are_said_with_file_and_line(tmp_path):
    folder = tmp_path / "data" / "A0201"
    folder.mkdir(parents=True)
    for k in range(5):
        (folder / f"c00{k}").write_text(f"{'ACDEFGHIK'[k] * 9} 0.5\n" + ("GILGFVFTM zero\n" if k == 3 else ""))
    process = start(ROOT / "examples" / "a3_peptide_mhc_ffn.py", tmp_path, "--data", tmp_path / "data", "--alleles", "A0201",
                    "--out", tmp_path / "out")
    _, complained = check_refused(process, tmp_path / "out")
    assert "c003" in complained and "line 2" in complained, complained


@pytest.mark.parametrize("fault, caught", [
    ("print('no table')", "table.md"),
    ("raise KeyError(3)", "KeyError"),
    ("import warnings; warnings.warn('beware')", "beware"),
    ("open('elsewhere', 'w').close()", "elsewhere than into --out"),
    ("[file.unlink() for file in options.out.glob('*.png')]", "no pictures"),
    ("table.rows[0]['ours'] = float('nan'); table.show()", "nan"),
    ("", None),
])
def test_the_check_finds_faults(tmp_path, fault, caught):
    """A script with a fault planted in it does not pass; without one it does."""
    script = tmp_path / "script.py"
    sound = ("table = course.Table(options, 'r')\ntable.add('x', 1, baseline=('y', 0))\ntable.show()\n"
             "(options.out / 'a.png').write_bytes(bytes(1000))\n")
    script.write_text("from tinygrad_bio import course\noptions = course.options('Idea.')\n" + ("" if "no table" in fault else sound) + fault)
    with pytest.raises((AssertionError, FileNotFoundError), match=caught) if caught else contextlib.nullcontext():
        test_quick(script, tmp_path)


def test_the_readme_lists_every_script_with_its_lectures():
    """Made by ``python docs/make_results.py``; run it after adding a script."""
    spec = importlib.util.spec_from_file_location("make_results", ROOT / "docs" / "make_results.py")
    make_results = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_results)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert make_results.with_lectures(text) == text, "stale: python docs/make_results.py"
    assert make_results.systems("A1–A3, A6") == ["A1", "A2", "A3", "A6"]
