"""Peptide tables, folds, the IC50 scale and FASTA: `tinygrad_bio.bio.peptides`, `.fasta` and `.files`."""
import gzip
import io
import pickle
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_bio.bio import (DNA, PROTEIN, FormatError, PeptideTable, deal_folds, ic50_to_score, is_binder,
                              read_fasta, read_folds, read_peptides, score_to_ic50, write_peptides)

peptides = st.text(st.sampled_from(PROTEIN.letters), min_size=8, max_size=11)


@st.composite
def tables(draw, min_size=1):
    names = draw(st.lists(peptides, min_size=min_size, max_size=20, unique=True))
    scores = draw(st.lists(st.integers(0, 10 ** 6), min_size=len(names), max_size=len(names)))
    alleles = [draw(st.sampled_from(["A0201", "B0702"])) for _ in names] if draw(st.booleans()) else None
    return PeptideTable(names, np.array(scores) / 10 ** 6, alleles)


# ---- the scale

@settings(deadline=None)
@given(st.floats(0, 1))
def test_scale_round_trip(score):
    assert ic50_to_score(score_to_ic50(score)) == pytest.approx(score, abs=1e-12)


def test_scale_known_values():
    assert ic50_to_score(500) == pytest.approx(0.425625, abs=5e-7)
    assert ic50_to_score(50) == pytest.approx(0.638438, abs=5e-7)
    assert ic50_to_score([0.5, 100000]).tolist() == [1, 0]
    unclipped = ic50_to_score([0.5, 100000], clip=False)
    assert unclipped[0] > 1 and unclipped[1] < 0
    for wrong in (0, -5, float("nan"), [10, 0]):
        with pytest.raises(ValueError, match="positive numbers in nM"):
            ic50_to_score(wrong)


@settings(deadline=None)
@given(st.floats(1, 50000))
def test_the_label_does_not_depend_on_six_decimals(ic50):
    score = float(ic50_to_score(ic50))
    if not 499.99 < ic50 < 500.01:
        assert is_binder(score) == is_binder(round(score, 6)) == (ic50 <= 500)


def test_500_nm_is_a_binder_as_written_in_files():
    assert is_binder(ic50_to_score(500)) and is_binder(0.425625) and not is_binder(0.425624)
    assert is_binder(0.638438, limit_nm=50) and not is_binder(0.6384, limit_nm=50)


# ---- tables

@settings(deadline=None)
@given(tables())
def test_write_then_read_gives_the_same_table(table):
    text = io.StringIO()
    write_peptides(text, table)
    back = read_peptides(io.StringIO(text.getvalue()))
    assert (back.peptides, back.alleles) == (table.peptides, table.alleles)
    np.testing.assert_array_equal(back.scores, table.scores)


@settings(deadline=None)
@given(tables(), st.data())
def test_indexing_picks_rows(table, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))))
    rows = np.flatnonzero(mask)
    for picked in (table[mask], table[rows], table[list(rows)]):
        assert picked.keys() == [table.keys()[row] for row in rows]
        np.testing.assert_array_equal(picked.scores, table.scores[rows])
    assert table[::-1][::-1].keys() == table.keys()
    assert table[-1].peptides == table.peptides[-1:]


def test_a_table_checks_its_columns():
    with pytest.raises(ValueError, match=r"1 peptides, scores of shape \(2,\)"):
        PeptideTable(["AAAAAAAAA"], [0.1, 0.2])
    with pytest.raises(ValueError, match="alleles 2, expected"):
        PeptideTable(["AAAAAAAAA"], [0.1], ["A0201", "A0201"])
    with pytest.raises(ValueError, match="alleles in all or in none"):
        PeptideTable.join([PeptideTable(["AAAAAAAAA"], [0.1]), PeptideTable(["CCCCCCCCC"], [0.1], ["A0201"])])
    with pytest.raises(ValueError, match="at least one table"):
        PeptideTable.join([])


GOOD = "GILGFVFTM 0.9 A0201\nALAKAAAAM 0.3 A0201\n"


@pytest.mark.parametrize("text", [
    GOOD, GOOD + "\n  \n\n", GOOD.replace(" ", "\t"), GOOD.replace("\n", "\r\n"),
    GOOD.lower().replace("a0201", "A0201"), GOOD.rstrip("\n"), "\ufeff" + GOOD])
def test_harmless_differences_are_read(text, tmp_path):
    path = tmp_path / "table.dat"
    path.write_bytes(text.encode())
    with gzip.open(tmp_path / "table.dat.gz", "wb") as file:
        file.write(text.encode())
    for each in (path, str(path), tmp_path / "table.dat.gz"):
        table = read_peptides(each)
        assert table.keys() == [("GILGFVFTM", "A0201"), ("ALAKAAAAM", "A0201")]
        assert table.scores.tolist() == [0.9, 0.3]


@pytest.mark.parametrize("text, line, found, expected", [
    (GOOD + "KLNEPVLLL\n", 3, "1 columns in 'KLNEPVLLL'", "3 as in line 1: PEPTIDE score [ALLELE]"),
    ("KLNEPVLLL\n" + GOOD, 1, "1 columns in 'KLNEPVLLL'", "2 or 3: PEPTIDE score [ALLELE]"),
    (GOOD + "KLNEPVLLL 0.5\n", 3, "2 columns in 'KLNEPVLLL 0.5'", "3 as in line 1: PEPTIDE score [ALLELE]"),
    (GOOD + "KLNEPVLLL 0.5 A0201 x\n", 3, "4 columns in 'KLNEPVLLL 0.5 A0201 x'", None),
    (GOOD + "KLNEPVLLL 0,5 A0201\n", 3, "'0,5'", "a number, such as 0.53"),
    (GOOD + "KLNEPVLLL nan A0201\n", 3, "'nan'", "a score in [0, 1]. For IC50 in nM: unit='nM'"),
    (GOOD + "KLNEPVLLL 34.5 A0201\n", 3, "'34.5'", "a score in [0, 1]. For IC50 in nM: unit='nM'"),
    (GOOD + "KLNEPVLLL -0.1 A0201\n", 3, "'-0.1'", None),
    (GOOD + "KLNE-VLLL 0.5 A0201\n", 3, "'-' in 'KLNE-VLLL'", None),
    ("0.5 KLNEPVLLL\n", 1, "'0' in '0.5'", None),
    ("peptide score allele\n" + GOOD, 1, "'score'", "a number, such as 0.53"),
    ("GILGFVFTM 0.9 A0201\n\n\nALAKAAAAM 0.3 A0201\n", 2, "an empty line between others", None),
    (GOOD + "GILGFVFTM 0.8 A0201\n", 3, "GILGFVFTM A0201 again (first in line 1)", None),
    (GOOD + "gilgfvftm 0.8 A0201\n", 3, "GILGFVFTM A0201 again (first in line 1)", None),
    ("", None, "no lines", "lines such as 'ALAKAAAAM 0.53 A0201'"),
    ("\n\n", None, "no lines", None),
])
def test_a_malformed_line_is_reported(text, line, found, expected, tmp_path):
    path = tmp_path / "c000"
    path.write_text(text)
    with pytest.raises(FormatError) as error:
        read_peptides(path)
    assert (error.value.path, error.value.line, error.value.found) == (str(path), line, found)
    if expected is not None:
        assert error.value.expected == expected
    where = str(path) if line is None else f"{path}, line {line}"
    assert str(error.value) == f"{where}: found {found}, expected {error.value.expected}"


def test_a_peptide_may_be_measured_for_two_alleles_and_repeats_kept_on_demand():
    text = "GILGFVFTM 0.9 A0201\nGILGFVFTM 0.1 B0702\n"
    assert len(read_peptides(io.StringIO(text))) == 2
    repeated = text + "GILGFVFTM 0.8 A0201\n"
    assert read_peptides(io.StringIO(repeated), duplicates="keep").scores.tolist() == [0.9, 0.1, 0.8]


def test_ic50_files_are_converted():
    table = read_peptides(io.StringIO("GILGFVFTM 1\nALAKAAAAM 500\nKLNEPVLLL 80000\n"), unit="nM")
    np.testing.assert_allclose(table.scores, [1, ic50_to_score(500), 0])
    for value in ("0", "-3", "nan", "inf"):
        with pytest.raises(FormatError, match=f"line 1: found '{value}', expected a positive IC50 in nM"):
            read_peptides(io.StringIO(f"GILGFVFTM {value}\n"), unit="nM")
    with pytest.raises(ValueError, match="unit='IC50'"):
        read_peptides(io.StringIO("GILGFVFTM 1\n"), unit="IC50")


def test_damaged_files_are_reported(tmp_path):
    latin = tmp_path / "latin"
    latin.write_bytes(b"GILGFVFTM 0.9 A0201\nALAKAAAAM 0.3 \xe4\n")
    with pytest.raises(FormatError, match="latin: found bytes that are no text.*UTF-8"):
        read_peptides(latin)
    no_gzip = tmp_path / "table.gz"
    no_gzip.write_text(GOOD)
    with pytest.raises(FormatError, match="table.gz: found damaged gzip data or none"):
        read_peptides(no_gzip)
    no_gzip.write_bytes(gzip.compress(GOOD.encode())[:-12])
    with pytest.raises(FormatError, match="table.gz: found damaged gzip data"):
        read_peptides(no_gzip)
    with pytest.raises(FileNotFoundError):
        read_peptides(tmp_path / "nothing")


def test_format_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(FormatError("c000", 7, "'x'", "a number")))
    assert (error.path, error.line, str(error)) == ("c000", 7, "c000, line 7: found 'x', expected a number")


# ---- folds

@settings(deadline=None)
@given(tables(min_size=5), st.integers(2, 5))
def test_dealt_folds_part_the_table_evenly(table, n):
    folds = deal_folds(table, n)
    assert sorted(map(str, PeptideTable.join(folds).keys())) == sorted(map(str, table.keys()))
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    # Dealing out sorted cards: the k-th best of any part is never better than the k-th best of part 0, and
    # never worse than the (k + 1)-th.
    for part in folds[1:]:
        assert (part.scores <= folds[0].scores[:len(part)]).all()
        assert (part.scores[:len(folds[0]) - 1] >= folds[0].scores[1:]).all()


def write_folds(folder, folds):
    for k, fold in enumerate(folds):
        write_peptides(folder / f"c{k:03d}", fold)


def small_table(n=20):
    names = ["AAAAAAA" + a + b for a in PROTEIN.letters for b in PROTEIN.letters][:n]
    return PeptideTable(names, np.linspace(0, 1, n).round(6), ["A0201"] * n)


def test_folds_are_read_in_order(tmp_path):
    folds = deal_folds(small_table())
    write_folds(tmp_path, folds)
    (tmp_path / "f000").write_text("training parts are not read")
    back = read_folds(tmp_path)
    assert [fold.keys() for fold in back] == [fold.keys() for fold in folds]


def test_missing_surplus_and_leaking_folds_are_refused(tmp_path):
    folds = deal_folds(small_table())
    write_folds(tmp_path, folds[:3])
    with pytest.raises(FormatError, match="found no c003, c004, expected n=5 test parts, c000 ... c004"):
        read_folds(tmp_path)
    write_folds(tmp_path, folds + [folds[0]])
    with pytest.raises(FormatError, match="found also c005"):
        read_folds(tmp_path)
    (tmp_path / "c005").unlink()
    write_peptides(tmp_path / "c004", PeptideTable.join([folds[4], folds[1][:1]]))
    leak = rf"c004, line {len(folds[4]) + 1}: found {folds[1].peptides[0]}, which is in c001 too"
    with pytest.raises(FormatError, match=leak):
        read_folds(tmp_path)


def test_dealing_refuses_repeats_and_too_many_parts():
    table = small_table(4)
    with pytest.raises(ValueError, match="repeated peptide"):
        deal_folds(PeptideTable.join([table, table]))
    for n in (1, 5):
        with pytest.raises(ValueError, match=f"n={n} for 4 peptides"):
            deal_folds(table, n)


def test_course_folds(shared_data):
    folder = shared_data / "mhc1_smm" / "A0201"
    folds, whole = read_folds(folder), read_peptides(folder / "A0201.dat")
    assert [len(fold) for fold in folds] == [618, 618, 618, 618, 617] and len(whole) == 3089
    assert set(PeptideTable.join(folds).keys()) == set(whole.keys())
    # Our dealing gives the course's parts back, but for the order of equal scores.
    for ours, theirs in zip(deal_folds(whole), folds):
        np.testing.assert_array_equal(ours.scores, np.sort(theirs.scores)[::-1])


# ---- FASTA

FASTA = ">P01308 insulin, human\nMALWM\nRLLPL\n\n>empty_lines_and_blanks\n\nGIVEQ CCTSI\n>lower\nacgtn-*\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["three.fasta", "three.fasta.gz"])
def test_fasta_is_read(tmp_path, name, ending):
    path = tmp_path / name
    data = FASTA.replace("\n", ending).encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert [tuple(record) for record in read_fasta(path)] == [
        ("P01308", "insulin, human", "MALWMRLLPL"), ("empty_lines_and_blanks", "", "GIVEQCCTSI"),
        ("lower", "", "acgtn-*")]


def test_without_biopython_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "Bio.SeqIO.FastaIO", None)  # makes its import fail
    with pytest.raises(ImportError, match=r'pip install "tinygrad_bio\[bio\]"'):
        read_fasta(io.StringIO(FASTA))


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("abcXYZ019_|.", min_size=1, max_size=8),
                          st.text("abc 1=,", max_size=12).map(str.strip),
                          st.text(PROTEIN.symbols, min_size=1, max_size=50)), min_size=1, max_size=6),
       st.integers(1, 20))
def test_fasta_round_trip_at_any_width(records, width):
    text = ""
    for name, description, sequence in records:
        text += f">{name} {description}\n"
        text += "".join(sequence[start:start + width] + "\n" for start in range(0, len(sequence), width))
    assert [tuple(record) for record in read_fasta(io.StringIO(text), PROTEIN)] == records


@pytest.mark.parametrize("text, alphabet, line, found", [
    ("", None, None, "no record"),
    ("\n\n", None, None, "no record"),
    ("MALWM\n>P01308\nMALWM\n", None, 1, "'MALWM'"),
    ("\n; comment\n>P01308\nMALWM\n", None, 2, "';comment'"),
    (">\nMALWM\n", None, 1, "'>'"),
    ("> P01308\nMALWM\n", None, 1, "'> P01308'"),
    (">P01308\n>P01309\nMALWM\n", None, 1, "'>P01308' without a sequence"),
    (">P01308\nMALWM\n>P01309\n\n", None, 3, "'>P01309' without a sequence"),
    (">P01308\nMALWM\nMA?WM\n", None, 3, "'?' as letter 3 of the line"),
    (">P01308\nMALWM\nMAÄWM\n", None, 3, "'Ä' as letter 3 of the line"),
    (">P01308\nMALWM*\n", PROTEIN, 2, "'*' as letter 6 of the line"),
    (">x\nACGT\nACGUE\n", DNA, 3, "'U' as letter 4 of the line"),
])
def test_malformed_fasta_is_reported(text, alphabet, line, found, tmp_path):
    path = tmp_path / "x.fasta"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as error:
        read_fasta(path, alphabet)
    assert (error.value.path, error.value.line, error.value.found) == (str(path), line, found)


def test_fasta_files_of_the_course(shared_data):
    golgi = read_fasta(shared_data / "subloc_multiloc" / "Golgi.fasta", PROTEIN)
    assert len(golgi) == 150 and golgi[0][:2] == ("P31755", "SA 16 30")
    family = read_fasta(shared_data / "msa_pf00014" / "PF00014_mgap6.fasta.gz", PROTEIN.plus("-"))
    assert len(family) == 13600 and {len(record.sequence) for record in family} == {53}
