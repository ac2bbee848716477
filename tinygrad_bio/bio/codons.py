"""The genetic code."""
from itertools import product

# NCBI's table 1, bases in the order TCAG
_AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"

#: codon -> amino acid, ``*`` for a stop: the standard genetic code
CODONS = {"".join(bases): letter for bases, letter in zip(product("TCAG", repeat=3), _AMINO_ACIDS)}

_SHARED = {}  # codons with N whose third base does not matter, such as GGN, are filled in by `_read`


def translate(dna, frame=0, to_stop=False):
    """DNA (or RNA) to protein by the standard code; `frame` 0, 1 or 2 says where the first codon begins.

    An incomplete codon at the end is left out. A codon with an ambiguous base gives X, unless all it can mean
    is one amino acid (GGN is G). With `to_stop` the protein ends before the first stop, else stops are ``*``.

    >>> translate("ATGGCNTAAG"), translate("AUGGCNUAAG", to_stop=True)
    ('MA*', 'MA')
    """
    if frame not in (0, 1, 2):
        raise ValueError(f"translate: got frame={frame}, expected 0, 1 or 2")
    dna = dna.upper().replace("U", "T")
    protein = "".join(_read(dna[start:start + 3], start) for start in range(frame, len(dna) - 2, 3))
    return protein.split("*")[0] if to_stop else protein


def _read(codon, start):
    if codon in CODONS:
        return CODONS[codon]
    if codon not in _SHARED:
        from .alphabet import DNA
        for place, letter in enumerate(codon):
            if letter not in DNA:
                raise ValueError(f"translate: position {start + place + 1}: found {letter!r}, expected a "
                                 f"letter of DNA")
        choices = [DNA.letters if letter == "N" else DNA.ambiguous.get(letter, letter) for letter in codon]
        meanings = {CODONS["".join(bases)] for bases in product(*choices)}
        _SHARED[codon] = meanings.pop() if len(meanings) == 1 else "X"
    return _SHARED[codon]


def reverse_complement(dna):
    """The other strand, read in its own direction. Ambiguous letters are complemented too.

    >>> reverse_complement("AACGN")
    'NCGTT'
    """
    return dna.translate(_COMPLEMENT)[::-1]


_COMPLEMENT = str.maketrans("ACGTURYSWKMBDHVNacgturyswkmbdhvn", "TGCAAYRSWMKVHDBNtgcaayrswmkvhdbn")
