"""k-mers as the words of a language model: `KmerTokenizer`, and masking that does not leak (`mask_tokens`).

With overlapping 3-mers the word CGT is written out by its neighbours: ACG before it and GTA after it. A model
that is asked for CGT and sees them learns to copy, not biology. So whoever hides a word must hide all words
that share a letter with it.
"""
from typing import NamedTuple

import numpy as np

from .alphabet import DNA
from .encoding import kmer_names, kmers

#: the special tokens, in the order of their codes 0 to 4: padding, unknown k-mer, start, end, hidden
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class KmerTokenizer:
    """Sequences as words of k letters, and back.

    Parameters
    ----------
    k : letters per word; 1 is a token per residue, as in protein language models.
    alphabet : which letters there are; the words are all `len(alphabet)`ᵏ of them. A word with any other
        letter is ``[UNK]``.
    overlapping : a word at each letter, or one every k letters (letters left over at the end are dropped).

    Codes: the five `SPECIAL` tokens, then the k-mers in alphabetical order; ``len(tokenizer)`` is V.

    >>> tokenizer = KmerTokenizer(3)
    >>> codes = tokenizer.encode("ACGTA")
    >>> codes, tokenizer.tokens(codes), tokenizer.decode(codes)
    (array([ 2, 11, 32, 49,  3]), ['[CLS]', 'ACG', 'CGT', 'GTA', '[SEP]'], 'ACGTA')
    """

    def __init__(self, k, alphabet=DNA, overlapping=True):
        if k < 1 or len(alphabet) ** k > 1_000_000:
            raise ValueError(f"KmerTokenizer: got k={k}, expected at least 1 and at most a million words")
        self.k, self.alphabet, self.overlapping = k, alphabet, overlapping
        #: every word in the order of the codes
        self.vocabulary = [*SPECIAL, *kmer_names(k, alphabet)]
        self._code = {word: code for code, word in enumerate(self.vocabulary)}
        self.pad, self.unknown, self.start, self.end, self.mask = range(len(SPECIAL))

    def __len__(self):
        return len(self.vocabulary)

    def __repr__(self):
        way = "overlapping" if self.overlapping else "side by side"
        return f"<KmerTokenizer: {len(self)} words, {self.k}-mers of {self.alphabet.name}, {way}>"

    def encode(self, sequence, special=True):
        """The codes of one sequence, (T,) int64; with `special` between ``[CLS]`` and ``[SEP]``."""
        words = kmers(sequence.upper(), self.k, 1 if self.overlapping else self.k)
        codes = [self._code.get(word, self.unknown) for word in words]
        if any(code == self.unknown for code in codes):  # an unknown letter of the alphabet is fine, any other is not
            self.alphabet.encode(sequence)
        return np.array([self.start, *codes, self.end] if special else codes, dtype=np.int64)

    def batch(self, sequences, length=None, special=True):
        """Codes of N sequences, (N, T) int64, padded on the right; T is the longest, or `length` (longer ones
        are an error).

        >>> KmerTokenizer(2, overlapping=False).batch(["ACGT", "AC"])
        array([[ 2,  6, 16,  3],
               [ 2,  6,  3,  0]])
        """
        rows = [self.encode(sequence, special) for sequence in sequences]
        longest = max(map(len, rows), default=0)
        if length is not None and longest > length:
            raise ValueError(f"KmerTokenizer.batch: got a sequence of {longest} tokens, expected at most "
                             f"length={length}. "
                             "Shorten the sequences")
        codes = np.full((len(rows), longest if length is None else length), self.pad, dtype=np.int64)
        for row, one in zip(codes, rows):
            row[:len(one)] = one
        return codes

    def tokens(self, codes):
        """The words of some codes: a list of T strings."""
        return [self.vocabulary[code] for code in codes]

    def decode(self, codes):
        """The sequence of some codes; special tokens are left out, unknown and hidden words give the unknown
        letter."""
        blank = (self.alphabet.unknown or "?") * self.k
        words = [self.vocabulary[code] if code >= len(SPECIAL) else blank
                 for code in codes if code not in (self.pad, self.start, self.end)]
        if not self.overlapping or not words:
            return "".join(words)
        # Each letter is said by up to k words; the first that knows it is believed.
        letters = [""] * (len(words) + self.k - 1)
        for place, word in enumerate(words):
            for offset, letter in enumerate(word):
                if not letters[place + offset] or letters[place + offset] == blank[0]:
                    letters[place + offset] = letter
        return "".join(letters)


class Masked(NamedTuple):
    """What a masked language model is trained on: `inputs` (N, T) with hidden words, `targets` (N, T): the
    hidden word's code, or −100, which ``cross_entropy`` ignores.

    >>> Masked(np.array([[4]]), np.array([[7]])).targets
    array([[7]])
    """

    inputs: np.ndarray
    targets: np.ndarray


def mask_tokens(codes, tokenizer, rate=0.15, *, seed, span=1, random=0.0, keep=0.0):
    """Hide words for a language model to guess, without leaks: `Masked`.

    Spans of `span` words are chosen until a share `rate` of the letters is hidden. Every word that holds a
    hidden letter becomes ``[MASK]``, and a word is a target only if *all* its letters are hidden: then no
    visible word says anything about it. Padding and other special tokens are never chosen; every sequence
    gets at least one span.

    Parameters
    ----------
    codes : (N, T), from ``tokenizer.batch``.
    seed : an integer, or a ``numpy.random.Generator`` to draw another masking for each epoch.
    span : words per span: a number, or (fewest, most). SpanBERT hides several neighbours, so that the answer
        is not next door.
    random, keep : shares of the targets that show a random word, or the word itself, instead of ``[MASK]``
        (BERT: 0.1 each). Only for words that do not overlap, since with overlap this would give the answer
        away.

    Sources: Devlin et al. 2019 (BERT), Joshi et al. 2020 (SpanBERT), Ji et al. 2021 (DNABERT, k neighbours
    hidden).

    >>> tokenizer = KmerTokenizer(3)
    >>> inputs, targets = mask_tokens(tokenizer.batch(["ACGTACGTAC"]), tokenizer, seed=0)
    >>> tokenizer.tokens(inputs[0])[3:8], (targets >= 0).sum()
    (['[MASK]', '[MASK]', '[MASK]', 'CGT', 'GTA'], np.int64(1))
    """
    codes, (fewest, most) = np.asarray(codes), (span, span) if np.isscalar(span) else span
    if codes.ndim != 2 or not 0 < rate < 1 or not 1 <= fewest <= most or min(random, keep) < 0 or random + keep > 1:
        raise ValueError(f"mask_tokens: got codes of shape {codes.shape}, rate={rate}, span={span}, random={random}, "
                         f"keep={keep}, expected (N, T), a rate in (0, 1), spans of at least 1, and shares up to 1 together")
    reach = tokenizer.k if tokenizer.overlapping else 1  # word t holds letters (or blocks) t to t + reach − 1
    if reach > 1 and (random or keep):
        raise ValueError(f"mask_tokens: got random={random}, keep={keep} with overlapping "
                         f"{tokenizer.k}-mers, expected 0: "
                         "neighbours would show the answer")
    rng = np.random.default_rng(seed)
    inputs, targets = codes.copy(), np.full_like(codes, -100)
    for row, answer, original in zip(inputs, targets, codes):
        words = np.flatnonzero((original >= len(SPECIAL)) | (original == tokenizer.unknown))
        if not len(words):
            continue
        hidden = _hide(rng, len(words), reach, rate, fewest, most)  # (letters,)
        windows = np.lib.stride_tricks.sliding_window_view(hidden, reach)  # (words, reach)
        row[words[windows.any(axis=1)]] = tokenizer.mask
        chosen = words[windows.all(axis=1)]
        chosen = chosen[original[chosen] != tokenizer.unknown]  # nobody can guess a word that has no code
        answer[chosen] = original[chosen]
        lot = rng.random(len(chosen))
        row[chosen[lot < keep]] = original[chosen[lot < keep]]
        other = chosen[(lot >= keep) & (lot < keep + random)]
        row[other] = rng.integers(len(SPECIAL), len(tokenizer), size=len(other))
    return Masked(inputs, targets)


def _hide(rng, words, reach, rate, fewest, most):
    """Which of the words + reach − 1 letters to hide: bool."""
    letters = words + reach - 1
    hidden = np.zeros(letters, dtype=bool)
    for start in rng.permutation(words):
        size = min(int(rng.integers(fewest, most + 1)), words - start) + reach - 1  # letters of this span
        if hidden.any() and hidden.sum() + size > max(rate * letters, 1):
            # One span too many would hide too much; let chance decide, so that `rate` holds on average.
            if rng.random() < (rate * letters - hidden.sum()) / size:
                hidden[start:start + size] = True
            break
        hidden[start:start + size] = True
    return hidden
