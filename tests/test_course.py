"""The manners of the example scripts: options, tables, and files that are missing or malformed."""
import json
import sys

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import bio, course


def options(folder, *words, **keywords):
    return course.options("A lecture.", name="script", arguments=["--out", str(folder / "out"), *words], **keywords)


def test_epochs_are_few_when_quick_and_as_asked_when_asked(tmp_path):
    def epochs(*words):
        return options(tmp_path, *words, epochs=30, quick_epochs=2).epochs
    assert (epochs(), epochs("--quick"), epochs("--epochs", "7"), epochs("--quick", "--epochs", "7")) == (30, 2, 7, 7)


def test_seeds_all_sources(tmp_path):
    def draw(seed):
        options(tmp_path, "--seed", str(seed))
        return tg.rand(2).tolist(), np.random.rand(2).tolist()
    assert draw(3) == draw(3) != draw(4)


@pytest.mark.parametrize("words, said", [
    (["--data", "nowhere"], "there is no such file or folder (expected: a FASTA file)"),
    (["--epochs", "0"], "expected a whole number of at least 1, got '0'"),
    (["--device", "cuda"], "no CuPy with a graphics card"),
    (["--fold"], "unknown option: --fold"),
])
def test_wrong_options_are_said_in_a_sentence(tmp_path, capsys, words, said):
    with pytest.raises(SystemExit) as stop:
        options(tmp_path, *words, epochs=3, data="a FASTA file")
    assert stop.value.code == 2 and said in capsys.readouterr().err


def test_more_options(tmp_path):
    chosen = options(tmp_path, "--sizes", "4", "8", lr=(0.1, "rate"), sizes=((1, 2), "sizes"))
    assert chosen.lr == 0.1 and chosen.sizes == [4, 8] and chosen.data is None


def test_switches_and_text(tmp_path):
    more = dict(sample=(False, "half of it, 50 %"), family=(None, "name"), epochs=3)
    assert (options(tmp_path, **more).sample, options(tmp_path, **more).family) == (False, None)
    assert (options(tmp_path, "--sample", **more).sample, options(tmp_path, "--family", "PF00014", **more).family) == (True, "PF00014")
    with pytest.raises(SystemExit):
        options(tmp_path, "--samp", **more)                                 # no guessing what is meant
    with pytest.raises(SystemExit) as stop:
        options(tmp_path, "--help", **more)
    assert stop.value.code == 0


def test_a_notebook_has_words_of_its_own(tmp_path, monkeypatch):
    class Shell:
        kernel = None

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "IPython", type("IPython", (), {"get_ipython": staticmethod(Shell)}))
    monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py", "-f", "kernel.json", "--f=kernel.json"])
    space = {"course": course}
    exec("chosen = course.options('Idea.', epochs=3, filters=(4, 'filters'))", space)
    assert (space["chosen"].filters, str(space["chosen"].out)) == (4, "results/notebook")
    monkeypatch.setitem(sys.modules, "IPython", type("IPython", (), {"get_ipython": staticmethod(lambda: None)}))
    with pytest.raises(SystemExit):                                         # IPython is imported, but no notebook runs
        course.options("Idea.", name="script")


def test_results_are_named_after_the_script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert course.options("Idea.", arguments=[]).out.name == "test_course"


def test_malformed_files_end_the_script_with_a_sentence(tmp_path):
    (tmp_path / "a.fasta").write_text("MKV\n>a\n")
    with pytest.raises(SystemExit, match="cannot use the data: .*a.fasta.*line 1"):
        with course.reading():
            bio.read_fasta(tmp_path / "a.fasta")


def test_a_table_is_printed_and_written(tmp_path, capsys):
    chosen = options(tmp_path)
    table = course.Table(chosen, "r")
    table.add("A0201", np.float32(0.5), bio.Interval(.5, .4, .6) if hasattr(bio, "Interval") else (.4, .6), ("ridge", 0.25), (0.75, "us"), 2)
    table.show()
    assert "| A0201 | 0.500 [0.400, 0.600] | ridge 0.250 | 0.750 (us) | 2 s  | 0    |" in capsys.readouterr().out
    row, = json.loads((chosen.out / "table.json").read_text())
    assert row["ours"] == 0.5 and (row["low"], row["high"]) == (0.4, 0.6) and row["baseline_name"] == "ridge" and row["script"] == "script"
    assert (chosen.out / "table.md").read_text().count("\n") == 3
    with pytest.raises(ValueError, match="'higher' or 'lower'"):
        course.Table(chosen, "r", better="more")


def test_progress_hands_on(tmp_path):
    assert list(course.progress(range(3))) == [0, 1, 2]


def test_rows_may_have_metrics_of_their_own(tmp_path):
    table = course.Table(options(tmp_path), "accuracy (%)", digits=1)
    table.add("MUTAG", 88.25, seconds=1)
    table.add("MUTAG", 0.5, metric="MCC", digits=3, seconds=1)
    assert [line.split("|")[2:4] for line in table.lines()[2:]] == [[" accuracy (%) ", " 88.2        "], [" MCC          ", " 0.500       "]]
    assert [row["metric"] for row in table.rows] == ["accuracy (%)", "MCC"]
