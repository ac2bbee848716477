"""FASTA, the sequence file of biology: ``>name description``, and below it the sequence on any lines."""
from string import ascii_letters, digits
from typing import NamedTuple

from .files import FormatError, name_of, numbered_lines

_ANY = set(ascii_letters + digits + "-*.")  # what a sequence line may hold when no alphabet is given


class FastaRecord(NamedTuple):
    """One sequence of a FASTA file: `name` is the header's first word, `description` the rest of it.

    >>> FastaRecord("P01308", "insulin", "MALWMRLLPL").name
    'P01308'
    """

    name: str
    description: str
    sequence: str


def read_fasta(source, alphabet=None):
    """Read all records of a FASTA file.

    Parameters
    ----------
    source : a path (``.gz`` too) or an open text file.
    alphabet : if given, any other letter is an error. Without it letters, ``-``, ``.``, ``*`` and digits
        pass (files of labels in FASTA form hold digits).

    Returns
    -------
    list of FastaRecord, in the file's order. Sequences keep their case; blanks inside them are dropped.

    Raises
    ------
    FormatError : an empty file, text before the first ``>``, a header without name or without sequence,
        a wrong letter. Names the file and the line.

    >>> import io
    >>> read_fasta(io.StringIO(">P01308 insulin\\nMALWM\\nRLLPL\\n"))
    [FastaRecord(name='P01308', description='insulin', sequence='MALWMRLLPL')]
    """
    try:
        from Bio.SeqIO.FastaIO import SimpleFastaParser
    except ImportError as error:
        raise ImportError('FASTA files are parsed by Biopython: pip install "tinygrad_bio[bio]"') from error
    records = []
    # Biopython's parser is lenient (it skips text before the first header, and takes headers without
    # a sequence), so each line is checked on its way to it.
    for title, sequence in SimpleFastaParser(_checked_lines(source, alphabet)):
        name, *description = title.split(maxsplit=1)
        records.append(FastaRecord(name, "".join(description), sequence))
    return records


def _checked_lines(source, alphabet):
    path = name_of(source)
    header, letters = None, 0  # (number, text) of the latest header line; how many letters came below it
    for number, line in numbered_lines(source):
        if line.startswith(">"):
            _check_record(path, header, letters)
            if not line[1:].strip() or line[1].isspace():
                raise FormatError(path, number, repr(line), "a name directly after '>'")
            header, letters = (number, line), 0
        else:
            line = "".join(line.split())
            if line and header is None:
                raise FormatError(path, number, repr(line[:40]),
                                  "a header such as '>P01308 insulin' before any sequence")
            _check_letters(path, number, line, alphabet)
            letters += len(line)
        yield line + "\n"
    if header is None:
        raise FormatError(path, None, "no record", "at least one, starting with '>'")
    _check_record(path, header, letters)


def _check_record(path, header, letters):
    if header is not None and not letters:
        number, line = header
        raise FormatError(path, number, f"{line!r} without a sequence", "letters below each header")


def _check_letters(path, number, line, alphabet):
    # A line has few different letters, so the usual line costs a few comparisons.
    allowed = _ANY if alphabet is None else alphabet
    wrong = [letter for letter in set(line) if letter not in allowed]
    if wrong:
        first = min(wrong, key=line.index)
        expected = ("letters, digits, '-', '*' or '.'" if alphabet is None
                    else f"a letter of {alphabet.name}: {alphabet.symbols}")
        raise FormatError(path, number, f"{first!r} as letter {line.index(first) + 1} of the line", expected)
