"""Alphabets, padding, one-hot, BLOSUM and k-mers: `tinygrad_bio.bio.alphabet` and `.encoding`."""
import pickle
import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_bio.bio import (DNA, PROTEIN, RNA, Alphabet, blosum, blosum_rows, kmer_counts, kmer_names,
                              kmers, one_hot, pad)

ALPHABETS = [PROTEIN, DNA, RNA, PROTEIN.plus("-*")]
each_alphabet = pytest.mark.parametrize("alphabet", ALPHABETS, ids=lambda alphabet: alphabet.name)
peptide = st.text(st.sampled_from(PROTEIN.letters), max_size=15)


# ---- alphabets

@each_alphabet
@settings(deadline=None)
@given(data=st.data())
def test_decode_undoes_encode_for_strings_and_batches(alphabet, data):
    length = data.draw(st.integers(0, 12))
    strings = data.draw(st.lists(st.text(st.sampled_from(alphabet.symbols), min_size=length, max_size=length),
                                 min_size=1, max_size=5))
    codes = alphabet.encode(strings)
    assert codes.shape == (len(strings), length) and codes.dtype == np.int64
    assert alphabet.decode(codes) == strings
    assert alphabet.decode(alphabet.encode(strings[0])) == strings[0]
    np.testing.assert_array_equal(alphabet.encode([string.lower() for string in strings]), codes)


def test_standard_letters_come_first_in_blosum_order():
    assert PROTEIN.letters == "ARNDCQEGHILKMFPSTWYV" and len(PROTEIN) == 20
    np.testing.assert_array_equal(PROTEIN.encode(PROTEIN.symbols), np.arange(26))
    assert PROTEIN.symbols[20] == "X" and DNA.symbols[4] == RNA.symbols[4] == "N"


@each_alphabet
@settings(deadline=None)
@given(data=st.data())
def test_a_wrong_letter_is_reported_with_its_place(alphabet, data):
    strings = data.draw(st.lists(st.text(st.sampled_from(alphabet.symbols), min_size=6, max_size=6),
                                 min_size=1, max_size=4))
    letter = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda letter: letter not in alphabet))
    row, column = data.draw(st.integers(0, len(strings) - 1)), data.draw(st.integers(0, 5))
    broken = strings[row][:column] + letter + strings[row][column + 1:]
    strings[row] = broken
    with pytest.raises(ValueError) as error:
        alphabet.encode(strings)
    assert f"sequence {row + 1}, position {column + 1}: found {letter!r}" in str(error.value)
    with pytest.raises(ValueError, match=f"^position {column + 1}: found"):
        alphabet.encode(broken)


@pytest.mark.parametrize("letter", ["ſ", "ß", "é", "𝐀", "?"])  # upper-cased, ſ is S and ß is SS
def test_letters_that_only_look_like_ours_are_refused(letter):
    with pytest.raises(ValueError, match=f"position 2: found '{re.escape(letter)}', expected"):
        PROTEIN.encode(f"A{letter}C")
    binary = Alphabet("HP", unknown="?")
    if letter != "?":  # not to be mistaken for the "?" that stands in for letters outside ASCII
        with pytest.raises(ValueError, match=f"position 1: found '{letter}'"):
            binary.encode(f"{letter}H")


def test_hints_say_what_to_do():
    with pytest.raises(ValueError, match="letter of DNA.*RNA has it"):
        DNA.encode("ACGU")
    with pytest.raises(ValueError, match=r"gap or a stop.*alphabet.plus\('-'\)"):
        PROTEIN.encode("MK-L")
    with pytest.raises(ValueError, match=r"sequence 2 has length 3, sequence 1 has 2.*pad\(sequences\)"):
        PROTEIN.encode(["AA", "AAA"])
    with pytest.raises(TypeError, match="sequence 1: got int"):
        PROTEIN.encode([5])
    with pytest.raises(ValueError, match="empty list"):
        PROTEIN.encode([])


@pytest.mark.parametrize("letters, keywords, message", [
    ("ACa", {}, "upper-case"), ("AC G", {}, "printable"), ("ACÄ", {}, "ASCII"), ("ACA", {}, "A twice"),
    ("ACG", {"unknown": "A"}, "A twice"), ("AC", {"ambiguous": {"M": "AG"}}, "M stands for 'AG'"),
    ("AC", {"ambiguous": {"M": ""}}, "M stands for ''"),
])
def test_a_contradictory_alphabet_is_refused(letters, keywords, message):
    with pytest.raises(ValueError, match=message):
        Alphabet(letters, **keywords)


@pytest.mark.parametrize("codes, message", [([26], "code 26, expected 0 to 25"), ([-1], "code -1"),
                                            ([0.5], "float64"), (3, "shape")])
def test_decode_refuses_what_is_no_code(codes, message):
    with pytest.raises(ValueError, match=message):
        PROTEIN.decode(codes)


def test_alphabets_survive_pickling():
    assert pickle.loads(pickle.dumps(DNA)).encode("ACGTN").tolist() == [0, 1, 2, 3, 4]


# ---- one-hot

@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from(PROTEIN.letters), min_size=9, max_size=9), min_size=1, max_size=6))
def test_one_hot_of_standard_letters_is_one_at_the_code(peptides):
    x = one_hot(peptides)
    assert x.shape == (len(peptides), 9, 20) and x.dtype == np.float32
    np.testing.assert_array_equal(x.argmax(axis=2), PROTEIN.encode(peptides))
    assert (x.max(axis=2) == 1).all() and (x.sum(axis=2) == 1).all()


@pytest.mark.parametrize("alphabet, letter, expected", [
    (PROTEIN, "X", {}), (PROTEIN, "B", {"N": .5, "D": .5}), (PROTEIN, "Z", {"Q": .5, "E": .5}),
    (PROTEIN, "J", {"I": .5, "L": .5}), (PROTEIN, "U", {"C": 1}), (PROTEIN, "O", {"K": 1}),
    (DNA, "N", {}), (DNA, "R", {"A": .5, "G": .5}), (DNA, "Y", {"C": .5, "T": .5}),
    (DNA, "S", {"C": .5, "G": .5}), (DNA, "W", {"A": .5, "T": .5}), (DNA, "K", {"G": .5, "T": .5}),
    (DNA, "M", {"A": .5, "C": .5}),
    (DNA, "B", dict.fromkeys("CGT", 1 / 3)), (DNA, "D", dict.fromkeys("AGT", 1 / 3)),
    (DNA, "H", dict.fromkeys("ACT", 1 / 3)), (DNA, "V", dict.fromkeys("ACG", 1 / 3)),
    (RNA, "K", {"G": .5, "U": .5}), (PROTEIN.plus("-"), "-", {"-": 1}),
])
def test_ambiguous_letters_are_shared_out(alphabet, letter, expected):
    row = one_hot(letter, alphabet)[0]
    found = {each: share for each, share in zip(alphabet.letters, row) if share}
    assert found == pytest.approx(expected, rel=1e-6)


# ---- BLOSUM

BLOSUM50_TOP = [[5, -2, -1, -2, -1, -1, -1, 0, -2, -1, -2, -1, -1, -3, -1, 1, 0, -3, -2, 0],   # A
                [-2, 7, -1, -2, -4, 1, 0, -3, 0, -4, -3, 3, -2, -3, -3, -1, -1, -3, -1, -3]]  # R
BLOSUM62_TOP = [[4, -1, -2, -2, 0, -1, -1, 0, -2, -1, -1, -1, -1, -2, -1, 1, 0, -3, -2, 0],
                [-1, 5, 0, -2, -3, 1, 0, -2, 0, -3, -2, 2, -1, -3, -2, -1, -1, -3, -2, -3]]


@pytest.mark.parametrize("matrix, top", [("BLOSUM50", BLOSUM50_TOP), ("BLOSUM62", BLOSUM62_TOP)])
def test_blosum_rows_are_the_published_ones(matrix, top):
    rows = blosum_rows(matrix)
    np.testing.assert_array_equal(rows[:2], top)
    np.testing.assert_array_equal(rows[:20], rows[:20].T)
    assert rows.shape == (26, 20) and rows.dtype == np.float32


def test_course_matrices_are_ours(shared_data):
    course50 = np.loadtxt(shared_data / "mhc1_smm" / "Matrices" / "BLOSUM50")  # rows: alphabet, B, Z, X, *
    ours = blosum_rows("BLOSUM50")[PROTEIN.encode(PROTEIN.letters + "BZX")]
    np.testing.assert_array_equal(ours, course50[:23])
    lines = [line for line in open(shared_data / "mhc1_smm" / "Matrices" / "BLOSUM62") if line[0] not in "# "]
    for line in lines[:23]:
        letter, *values = line.split()
        np.testing.assert_array_equal(blosum_rows("BLOSUM62")[PROTEIN.encode(letter)[0]],
                                      [int(value) for value in values[:20]])


def test_blosum_scale_and_unknown():
    raw = blosum(["GILGFVFTM", "XBZJUOXXX"], scale=1)
    assert raw.shape == (2, 9, 20) and raw.dtype == np.float32
    np.testing.assert_allclose(blosum(["GILGFVFTM", "XBZJUOXXX"], scale=1 / 5), raw / 5, rtol=1e-6)
    rows = blosum_rows("BLOSUM62")
    residues = {letter: row for letter, row in zip("XBZJUO", raw[1])}
    assert not residues["X"].any()
    np.testing.assert_array_equal(residues["J"], (rows[PROTEIN.letters.index("I")] + rows[10]) / 2)
    np.testing.assert_array_equal(residues["U"], rows[PROTEIN.letters.index("C")])
    np.testing.assert_array_equal(residues["O"], rows[PROTEIN.letters.index("K")])
    assert residues["B"][:4].tolist() == [-2, -1, 3, 4]  # the matrix' own row, not the mean of N and D
    assert blosum("X", scale=1, unknown="matrix")[0, :5].tolist() == [0, -1, -1, -1, -2]
    assert blosum("X", scale=1, unknown="zero").sum() == 0  # the table in the cache was not changed


def test_blosum_asks_for_what_it_needs():
    with pytest.raises(TypeError, match="scale"):
        blosum(["AAA"])
    with pytest.raises(ValueError, match="matrix='BLOSSUM62'.*BLOSUM50.*BLOSUM62"):
        blosum(["AAA"], "BLOSSUM62", scale=1)
    with pytest.raises(ValueError, match="unknown='mean'"):
        blosum(["AAA"], scale=1, unknown="mean")
    with pytest.raises(ValueError, match="read-only"):
        blosum_rows()[0] = 0


def test_without_biopython_the_extra_is_named(monkeypatch):
    blosum_rows.cache_clear()
    monkeypatch.setitem(sys.modules, "Bio.Align", None)  # makes its import fail
    with pytest.raises(ImportError, match=r'pip install "tinygrad_bio\[bio\]"'):
        blosum(["AAA"], scale=1)


# ---- padding

@settings(deadline=None)
@given(st.lists(peptide, min_size=1, max_size=6), st.integers(0, 5),
       st.sampled_from(["right", "left", "centre"]))
def test_padding_adds_only_padding(peptides, extra, mode):
    length = max(map(len, peptides)) + extra
    for peptide, padded in zip(peptides, pad(peptides, length, mode)):
        assert len(padded) == length and padded.strip("X") == peptide
        left = len(padded) - len(padded.lstrip("X")) if peptide else 0
        missing = length - len(peptide)
        if peptide:
            assert left == {"right": 0, "left": missing, "centre": missing // 2}[mode]


@settings(deadline=None)
@given(st.text(st.sampled_from(PROTEIN.letters), max_size=20), st.integers(0, 6), st.integers(0, 6),
       st.integers(0, 8))
def test_middle_padding_keeps_both_ends(peptide, start, end, extra):
    if len(peptide) < start + end:
        with pytest.raises(ValueError, match=f"sequence 1.*at least {start + end}"):
            pad([peptide], len(peptide) + extra, "middle", edges=(start, end))
        return
    [padded] = pad([peptide], len(peptide) + extra, "middle", edges=(start, end))
    assert len(padded) == len(peptide) + extra
    assert padded.replace("X", "") == peptide
    assert padded[:start] == peptide[:start] and padded[len(padded) - end:] == peptide[len(peptide) - end:]
    block = padded[start:len(padded) - end]
    if len(peptide) > start + end:  # an odd padding letter is in the left block
        assert block.startswith("X" * ((extra + 1) // 2)) and block.endswith("X" * (extra // 2))


@pytest.mark.parametrize("peptide, expected", [
    ("AAAACDDDD", "AAAAXXXCXXXDDDD"), ("AAAADDDD", "AAAAXXXXXXXDDDD"), ("AAAACCDDDD", "AAAAXXXCCXXDDDD"),
    ("AAAACCCCCCCDDDD", "AAAACCCCCCCDDDD")])
def test_middle_padding_is_that_of_mhcflurry(peptide, expected):
    assert pad([peptide], 15, "middle") == [expected]


def test_padding_errors_name_the_sequence():
    with pytest.raises(ValueError, match="sequence 2, KLNEPVLLLA, has length 10, expected at most length=9"):
        pad(["GILGFVFTM", "KLNEPVLLLA"], 9)
    with pytest.raises(ValueError, match="mode='both', expected one of 'right', 'left', 'centre', 'middle'"):
        pad(["A"], 9, "both")
    with pytest.raises(ValueError, match="single letter"):
        pad(["A"], 9, letter="XX")
    with pytest.raises(ValueError, match="at least 0"):
        pad(["AAAA"], 9, "middle", edges=(4, -4))
    with pytest.raises(TypeError, match="got one string"):
        pad("GILGFVFTM", 10)
    assert pad(["A"], 3, "center") == ["XAX"]


@pytest.mark.parametrize("encode", [one_hot, lambda peptides: blosum(peptides, scale=0.1)])
def test_padding_is_zero_in_every_encoding(encode):
    x = encode(pad(["GILGFVFTM", "ALAKAAAAMKA"]))
    assert not x[0, 9:].any() and x[1, 9:].any()


# ---- k-mers

@settings(deadline=None)
@given(st.text(st.sampled_from("ACGT"), max_size=30), st.integers(1, 4), st.integers(1, 4))
def test_kmers_are_the_windows(sequence, k, stride):
    windows = kmers(sequence, k, stride)
    assert len(windows) == max(0, (len(sequence) - k) // stride + 1)
    assert all(window == sequence[i * stride:i * stride + k] for i, window in enumerate(windows))


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("ACGTNR"), max_size=20), min_size=1, max_size=4), st.integers(1, 3))
def test_kmer_counts_count(sequences, k):
    counts, names = kmer_counts(sequences, k), kmer_names(k)
    assert counts.shape == (len(sequences), 4 ** k) and counts.dtype == np.float32
    for row, sequence in zip(counts, sequences):
        windows = kmers(sequence, k)
        assert row.tolist() == [windows.count(name) for name in names]


def test_kmer_errors():
    with pytest.raises(ValueError, match="at least 1"):
        kmers("ACGT", 0)
    with pytest.raises(ValueError, match="at least 1"):
        kmers("ACGT", 2, stride=0)
    with pytest.raises(ValueError, match="at least 1"):
        kmer_counts(["ACGT"], 0)
    with pytest.raises(TypeError, match="got one string"):
        kmer_counts("ACGT", 2)
    with pytest.raises(ValueError, match="found 'U'"):
        kmer_counts(["ACGU"], 2)
