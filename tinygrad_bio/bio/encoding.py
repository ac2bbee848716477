"""From sequences to arrays a network can read: padding, one-hot, BLOSUM, k-mers.

The usual way takes two steps: `pad` brings sequences to one length L, then `one_hot` or `blosum` turns
each letter into a vector of 20 numbers. N sequences become an array (N, L, 20). A feed-forward network
reads it flattened, ``x.reshape(N, L * 20)``; a convolution or an LSTM reads it as L vectors.
"""
from functools import lru_cache
from itertools import product

import numpy as np

from .alphabet import DNA, PROTEIN


def pad(sequences, length=None, mode="right", letter="X", edges=(4, 4)):
    """Bring sequences to one length by adding a letter that says "nothing here".

    Parameters
    ----------
    sequences : list of str.
    length : the length of all results; None takes the longest sequence.
    mode : where the padding goes.
        ``"right"``: to the end; position 1 stays position 1 (what an LSTM with lengths reads).
        ``"left"``: to the start; the last position stays last (the C-terminal anchor of an MHC-I ligand).
        ``"centre"``: to both sides, an odd one to the right.
        ``"middle"``: inside, where MHC-I ligands of different length bulge out: the first ``edges[0]``
        and the last ``edges[1]`` letters, with the anchors, keep their places; the letters between them
        stand between two blocks of padding, an odd one in the left block. This is MHCflurry's
        ``pad_middle`` (O'Donnell et al. 2018, Cell Systems 7:129).
    letter : the padding: ``X`` for proteins (a zero vector in `one_hot` and `blosum`), ``N`` for DNA.
    edges : for ``"middle"``, how many letters at either end keep their places.

    Raises
    ------
    ValueError : a sequence is longer than `length`, or for ``"middle"`` shorter than both edges together.

    >>> pad(["GILGFVFTM", "ALAKAAAAMK"])
    ['GILGFVFTMX', 'ALAKAAAAMK']
    >>> pad(["AAAACDDDD"], 15, "middle")
    ['AAAAXXXCXXXDDDD']
    >>> [a + b for a, b in zip(pad(["ACDE"], 6), pad(["ACDE"], 6, "left"))]  # both views, side by side
    ['ACDEXXXXACDE']
    """
    sequences = _list_of(sequences, "pad")
    mode = {"center": "centre"}.get(mode, mode)
    if mode not in _PADDING:
        raise ValueError(f"pad: got mode={mode!r}, expected one of {', '.join(map(repr, _PADDING))}")
    if len(letter) != 1 or min(edges) < 0:
        raise ValueError(f"pad: got letter={letter!r}, edges={edges}, "
                         "expected a single letter such as 'X' and two edges of at least 0")
    if length is None:
        length = max(map(len, sequences), default=0)
    shortest = sum(edges) if mode == "middle" else 0
    for number, sequence in enumerate(sequences, start=1):
        if len(sequence) > length:
            raise ValueError(f"pad: sequence {number}, {_short(sequence)}, has length {len(sequence)}, "
                             f"expected at most length={length}. Shorten such sequences or leave them out")
        if len(sequence) < shortest:
            raise ValueError(f"pad: sequence {number}, {_short(sequence)}, has length {len(sequence)}, "
                             f"expected at least {shortest} for mode='middle' with edges={tuple(edges)}")
    return [_PADDING[mode](sequence, length - len(sequence), letter, edges) for sequence in sequences]


def _pad_right(sequence, missing, letter, edges):
    return sequence + letter * missing


def _pad_left(sequence, missing, letter, edges):
    return letter * missing + sequence


def _pad_centre(sequence, missing, letter, edges):
    left = missing // 2
    return letter * left + sequence + letter * (missing - left)


def _pad_middle(sequence, missing, letter, edges):
    start, end = edges[0], len(sequence) - edges[1]
    right = missing // 2
    bulge = letter * (missing - right) + sequence[start:end] + letter * right
    return sequence[:start] + bulge + sequence[end:]


_PADDING = {"right": _pad_right, "left": _pad_left, "centre": _pad_centre, "middle": _pad_middle}


def one_hot(sequences, alphabet=PROTEIN):
    """1 in the column of the letter, else 0: N strings of length L give (N, L, 20) float32 (DNA: 4).

    The unknown letter (X, N), which is also the padding, is 0 everywhere. An ambiguous letter is shared
    out: ``B`` is ½ N + ½ D. A single string gives (L, 20).

    >>> x = one_hot(["GILGFVFTM", "KLNEPVLLL"])
    >>> x.shape, float(x.sum())
    ((2, 9, 20), 18.0)
    >>> one_hot("ARN", DNA)  # in DNA, R is A or G and N is any base
    array([[1. , 0. , 0. , 0. ],
           [0.5, 0. , 0.5, 0. ],
           [0. , 0. , 0. , 0. ]], dtype=float32)
    """
    return alphabet.shares()[alphabet.encode(sequences)]  # codes (N, L) look up rows: (N, L, 20)


def blosum(sequences, matrix="BLOSUM62", *, scale, unknown="zero"):
    """Each residue becomes its row of a substitution matrix × `scale`: N strings give (N, L, 20) float32.

    Similar amino acids have similar rows (I and V, D and E), so the network need not learn chemistry
    from a few hundred peptides.

    Parameters
    ----------
    matrix : one of Biopython's protein matrices: ``"BLOSUM62"``, ``"BLOSUM50"``, ``"PAM250"``, ...
    scale : what the matrix' integers (−5 … 15) are multiplied by: ``1`` is the raw matrix (MHCflurry),
        ``0.1`` is lasagne4bio's choice, and ``1/5`` is common too. There is no default on purpose: the right
        learning rate depends on it, so a result is not repeatable unless it is said.
    unknown : ``"zero"``: X, which is also the padding, is a row of zeros; ``"matrix"``: the matrix' row X.

    B and Z are the matrix' own rows; J is the mean of I and L; U counts as C and O as K. Columns follow
    ``PROTEIN.letters``. A single string gives (L, 20). Source: Henikoff & Henikoff 1992, PNAS 89:10915.

    >>> blosum("VIX", scale=1)[:, :5]  # columns A R N D C
    array([[ 0., -3., -3., -3., -1.],
           [-1., -3., -3., -3., -1.],
           [ 0.,  0.,  0.,  0.,  0.]], dtype=float32)
    >>> blosum(["ALAKAAAAM", "GILGFVFTM"], "BLOSUM50", scale=1/5).shape
    (2, 9, 20)
    """
    if unknown not in ("zero", "matrix"):
        raise ValueError(f"blosum: got unknown={unknown!r}, expected 'zero' or 'matrix'")
    rows = blosum_rows(matrix) * np.float32(scale)  # (26, 20)
    if unknown == "zero":
        rows[PROTEIN.symbols.index(PROTEIN.unknown)] = 0
    return rows[PROTEIN.encode(sequences)]  # codes (N, L) look up rows: (N, L, 20)


@lru_cache(maxsize=None)
def blosum_rows(matrix="BLOSUM62"):
    """The table that `blosum` looks up: a row for each of ``PROTEIN.symbols``, (26, 20) float32, read-only.

    >>> blosum_rows("BLOSUM62")[:3, :3]  # A, R, N against A, R, N
    array([[ 4., -1., -2.],
           [-1.,  5.,  0.],
           [-2.,  0.,  6.]], dtype=float32)
    """
    try:
        from Bio.Align import substitution_matrices
    except ImportError as error:
        raise ImportError('BLOSUM matrices come from Biopython: pip install "tinygrad_bio[bio]"') from error
    known = [name for name in substitution_matrices.load()
             if set(PROTEIN.letters) <= set(substitution_matrices.load(name).alphabet)]
    if matrix not in known:
        raise ValueError(f"got matrix={matrix!r}, expected a protein matrix of Biopython: {', '.join(known)}")
    table = substitution_matrices.load(matrix)
    rows = np.zeros((len(PROTEIN.symbols), len(PROTEIN)), dtype=np.float32)
    for row, symbol in zip(rows, PROTEIN.symbols):
        # A letter the matrix does not have is the mean over the letters it stands for.
        stands_for = symbol if symbol in table.alphabet else PROTEIN.ambiguous.get(symbol, PROTEIN.letters)
        row[:] = np.mean([[table[letter][column] for column in PROTEIN.letters]
                          for letter in stands_for], axis=0)
    rows.flags.writeable = False  # it is cached: nobody may change it for the next caller
    return rows


def kmers(sequence, k, stride=1):
    """The windows of k letters, one every `stride` letters; an incomplete one at the end is left out.

    >>> kmers("ACGTAC", 3)
    ['ACG', 'CGT', 'GTA', 'TAC']
    >>> kmers("ACGTACG", 3, stride=3)
    ['ACG', 'TAC']
    """
    if k < 1 or stride < 1:
        raise ValueError(f"kmers: got k={k}, stride={stride}, expected both at least 1")
    return [sequence[start:start + k] for start in range(0, len(sequence) - k + 1, stride)]


def kmer_names(k, alphabet=DNA):
    """All k-mers of the standard letters, in the order of the columns of `kmer_counts`.

    >>> kmer_names(2)[:5]
    ['AA', 'AC', 'AG', 'AT', 'CA']
    """
    return ["".join(letters) for letters in product(alphabet.letters, repeat=k)]


def kmer_counts(sequences, k, alphabet=DNA):
    """How often each k-mer occurs, overlaps included: N strings of any length give (N, 4ᵏ) float32.

    Order is lost (a "bag of words"), so this is a baseline for any network that reads sequences. A k-mer
    with an unknown or ambiguous letter is not counted.

    >>> kmer_counts(["AAAC", "ACN"], 2)[:, :4]  # columns AA AC AG AT
    array([[2., 1., 0., 0.],
           [0., 1., 0., 0.]], dtype=float32)
    """
    sequences = _list_of(sequences, "kmer_counts")
    if k < 1:
        raise ValueError(f"kmer_counts: got k={k}, expected at least 1")
    size = len(alphabet)
    counts = np.zeros((len(sequences), size ** k), dtype=np.float32)
    digits = size ** np.arange(k - 1, -1, -1)  # a k-mer is a number in base 4 whose digits are the codes
    for row, sequence in zip(counts, sequences):
        codes = alphabet.encode(sequence)  # (L,)
        if len(codes) >= k:
            windows = np.lib.stride_tricks.sliding_window_view(codes, k)  # (L − k + 1, k)
            standard = (windows < size).all(axis=1)
            row[:] = np.bincount(windows[standard] @ digits, minlength=size ** k)
    return counts


def _list_of(sequences, function):
    if isinstance(sequences, str):
        raise TypeError(f"{function}: got one string, expected a list of strings: [{_short(sequences)!r}]")
    return list(sequences)


def _short(sequence):
    return sequence if len(sequence) <= 30 else f"{sequence[:27]}..."
