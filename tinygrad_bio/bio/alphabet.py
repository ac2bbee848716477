"""Alphabets: which letters a sequence may hold, and what each stands for.

A network reads numbers. An `Alphabet` gives every letter its number (`encode`), and says which
*standard* letters it stands for: ``B`` in a protein is "N or D", ``R`` in DNA is "A or G". The table
of those shares (`Alphabet.shares`) is all that one-hot encoding needs (see ``encoding.py``).
"""
import numpy as np


class Alphabet:
    """The letters of a kind of sequence.

    Parameters
    ----------
    letters : the standard letters, one column each in a one-hot encoding.
    unknown : the letter for "any of them", also the usual padding; None for an alphabet without one.
    ambiguous : a dictionary: for each further letter the standard letters it may stand for.
    name : what error messages call it.

    Lower case is read as upper case (genomes mark repeats by lower case); `decode` answers in upper case.
    Gaps and stop signs are no letters. Where they should count, ask for them: ``PROTEIN.plus("-")``.

    >>> binary = Alphabet("HP", unknown="?", name="hydrophobic-polar")
    >>> binary.encode("HPPH?")
    array([0, 1, 1, 0, 2])
    """

    def __init__(self, letters, unknown=None, ambiguous=(), name="custom"):
        self.letters, self.unknown, self.ambiguous, self.name = letters, unknown, dict(ambiguous), name
        #: every letter in the order of the codes: the standard ones, the unknown one, the ambiguous ones
        self.symbols = letters + (unknown or "") + "".join(self.ambiguous)
        self._check()
        self._codes = np.full(256, -1, dtype=np.int64)  # byte value -> code, -1 for "no letter of mine"
        for code, letter in enumerate(self.symbols):
            self._codes[ord(letter.lower())] = self._codes[ord(letter)] = code

    def _check(self):
        where, symbols = f"alphabet {self.name!r}", self.symbols
        for letter in symbols:
            if not "!" <= letter <= "~" or letter != letter.upper():
                raise ValueError(f"{where}: found {letter!r}, expected printable upper-case ASCII letters")
        if len(set(symbols)) != len(symbols):
            twice = sorted({letter for letter in symbols if symbols.count(letter) > 1})
            raise ValueError(f"{where}: found {', '.join(twice)} twice, expected every letter once")
        for letter, stands_for in self.ambiguous.items():
            if not stands_for or not set(stands_for) <= set(self.letters):
                raise ValueError(f"{where}: {letter} stands for {stands_for!r}, "
                                 f"expected some of the standard letters {self.letters}")

    def __len__(self):
        """The number of standard letters, a one-hot's width. (An embedding needs ``len(symbols)`` rows.)"""
        return len(self.letters)

    def __repr__(self):
        return f"<Alphabet {self.name}: {self.letters}, also {self.symbols[len(self):] or 'nothing'}>"

    def __contains__(self, letter):
        return len(letter) == 1 and letter.isascii() and bool(self._codes[ord(letter)] >= 0)

    def encode(self, sequences):
        """Numbers for letters: a string gives int64 codes (L,), a list of N equally long strings (N, L).

        Codes follow `symbols`: standard letters first, so ``len(alphabet)`` is the unknown letter's code.

        >>> DNA.encode(["ACGT", "acgn"])
        array([[0, 1, 2, 3],
               [0, 1, 2, 4]])
        >>> DNA.encode(["ACGT", "AUGC"])
        Traceback (most recent call last):
        ValueError: sequence 2, position 2: found 'U', expected a letter of DNA: ACGTNRYSWKMBDHV. RNA has it.
        """
        single = isinstance(sequences, str)
        strings = [sequences] if single else list(sequences)
        self._check_strings(strings)
        # One look-up for the whole batch: text -> bytes -> codes. "replace" makes every letter outside ASCII
        # one byte, so that positions stay right; `_complain` shows the letter as it was written.
        text = "".join(strings)
        codes = self._codes[np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)]
        if (codes < 0).any() or not text.isascii():
            self._complain(strings, single)
        return codes if single else codes.reshape(len(strings), len(strings[0]))

    def decode(self, codes):
        """Letters for numbers, the inverse of `encode`: (L,) gives a string, (N, L) a list of N strings.

        >>> PROTEIN.decode(PROTEIN.encode("GILGFVFTM"))
        'GILGFVFTM'
        """
        codes = np.asarray(codes)
        if codes.ndim not in (1, 2) or (codes.size and codes.dtype.kind not in "iu"):
            raise ValueError(f"decode: got {codes.dtype} of shape {codes.shape}, "
                             "expected integer codes of shape (L,) or (N, L)")
        wrong = (codes < 0) | (codes >= len(self.symbols))
        if wrong.any():
            raise ValueError(f"decode: got code {codes[wrong][0]}, "
                             f"expected 0 to {len(self.symbols) - 1} ({self.name})")
        if codes.ndim == 2:
            return [self.decode(row) for row in codes]
        return "".join(self.symbols[code] for code in codes)

    def shares(self):
        """The share of each standard letter in each symbol, (symbols, letters) float32: one-hot's table.

        A standard letter is itself, an ambiguous one is shared out evenly, and the unknown one is 0
        everywhere, so that padding adds nothing to a sum.

        >>> PROTEIN.shares()[PROTEIN.encode("B")[0]][:5]  # B = N or D; the columns are A R N D C
        array([0. , 0. , 0.5, 0.5, 0. ], dtype=float32)
        """
        table = np.zeros((len(self.symbols), len(self.letters)), dtype=np.float32)
        for row, symbol in zip(table, self.symbols):
            stands_for = "" if symbol == self.unknown else self.ambiguous.get(symbol, symbol)
            for letter in stands_for:
                row[self.letters.index(letter)] = 1 / len(stands_for)
        return table

    def plus(self, letters):
        """This alphabet with further standard letters at the end, each with its own code and column.

        >>> PROTEIN.plus("-").encode("M-K")  # a gap in an alignment is letter 20
        array([12, 20, 11])
        """
        return Alphabet(self.letters + letters, self.unknown, self.ambiguous, f"{self.name} plus {letters}")

    def _check_strings(self, strings):
        if not strings:
            raise ValueError("encode: got an empty list, expected at least one sequence")
        for number, string in enumerate(strings, start=1):
            if not isinstance(string, str):
                raise TypeError(f"sequence {number}: got {type(string).__name__}, "
                                f"expected a string of {self.name} letters")
            if len(string) != len(strings[0]):
                raise ValueError(f"sequence {number} has length {len(string)}, sequence 1 has "
                                 f"{len(strings[0])}: expected one length. Use pad(sequences) first")

    def _complain(self, strings, single):
        """Find the first letter that is none of ours and say where it stands."""
        number, position, letter = next((number, position, letter)
                                        for number, string in enumerate(strings, start=1)
                                        for position, letter in enumerate(string, start=1)
                                        if letter not in self)
        where = f"position {position}" if single else f"sequence {number}, position {position}"
        others = [other.name for other in (DNA, RNA, PROTEIN) if letter in other]
        hint = f". {others[0]} has it." if others else ""
        if letter in "-.*":
            hint = f". A gap or a stop? Remove it, or give it a code: alphabet.plus({letter!r})."
        raise ValueError(f"{where}: found {letter!r}, expected a letter of {self.name}: {self.symbols}{hint}")


#: The twenty amino acids in the order of the BLOSUM matrices. B, Z and J are pairs that some methods cannot
#: tell apart; U (selenocysteine) and O (pyrrolysine) count as the amino acids they are made from.
PROTEIN = Alphabet("ARNDCQEGHILKMFPSTWYV", "X", {"B": "ND", "Z": "QE", "J": "IL", "U": "C", "O": "K"},
                   name="PROTEIN")

_IUPAC = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
          "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG"}

#: The four bases of DNA, with the IUPAC letters for "one of these" (R: A or G, the purines; N: any).
DNA = Alphabet("ACGT", "N", _IUPAC, name="DNA")

#: The same with U for T.
RNA = Alphabet("ACGU", "N", {letter: bases.replace("T", "U") for letter, bases in _IUPAC.items()}, name="RNA")
