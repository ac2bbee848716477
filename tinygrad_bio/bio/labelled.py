"""Sequences with class labels, in the forms in which people publish them.

One FASTA file per class (`read_fasta_per_class`), one FASTA beside a list of classes
(`read_fasta_and_classes`), the class in the header (`read_tagged_fasta`), and UCI's lines of comma-separated
text (`read_uci`). All return `LabelledSequences`.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .alphabet import DNA, PROTEIN
from .fasta import read_fasta
from .files import FormatError, find_file, name_of, numbered_lines
from .tables import Table, read_rows


@dataclass(frozen=True, eq=False, repr=False)
class LabelledSequences(Table):
    """N sequences, each of one class.

    sequences : N strings, upper case, of any lengths.
    labels : (N,) int64, the class of each: an index into `classes`.
    classes : the names of the classes, K strings.
    names : N strings, what the file calls the sequences.
    notes : N strings, the rest of each header; None where the format has none.
    split : (N,) strings such as ``train``, ``test``; None where the file names no split.

    >>> data = LabelledSequences(["ACGT", "GGCC"], np.array([1, 0]), ["no", "yes"], ["a", "b"])
    >>> data
    <LabelledSequences: 2 sequences, no 1, yes 1>
    >>> data[data.labels == 1].sequences
    ['ACGT']
    """

    sequences: list
    labels: np.ndarray
    classes: list
    names: list
    notes: list | None = None
    split: np.ndarray | None = None

    shared = ("classes",)

    def __repr__(self):
        counts = zip(self.classes, np.bincount(self.labels, minlength=len(self.classes)))
        return f"<LabelledSequences: {len(self)} sequences, " + ", ".join(f"{name} {n}" for name, n in counts) + ">"

    @staticmethod
    def join(tables):
        """One table from several with the same classes.

        >>> one = LabelledSequences(["ACGT"], np.array([1]), ["no", "yes"], ["a"])
        >>> LabelledSequences.join([one, one])
        <LabelledSequences: 2 sequences, no 0, yes 2>
        """
        first, *others = tables
        if any(table.classes != first.classes or table.columns() != first.columns() for table in others):
            raise ValueError("LabelledSequences.join: expected the same classes and columns in all tables")
        merged = {name: [value for table in tables for value in getattr(table, name)] for name in first.columns()}
        for name in ("labels", "split"):
            if name in merged:
                merged[name] = np.array(merged[name])
        return LabelledSequences(classes=first.classes, **merged)


def _from_records(records, labels, classes, split=None):
    return LabelledSequences([record.sequence.upper() for record in records], np.array(labels, dtype=np.int64),
                             list(classes), [record.name for record in records],
                             [record.description for record in records], split)


def read_fasta_per_class(folder, files=None, alphabet=None):
    """One FASTA file per class: ``nuclear.fasta``, ``Golgi.fasta``, ...

    Parameters
    ----------
    folder : the folder that holds them.
    files : a dictionary class -> file name; None takes every ``*.fasta`` (and ``.fa``, ``.gz``), sorted by
        name, with the name as the class.
    alphabet : refuse other letters, see `read_fasta`.

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ("nuclear", "Golgi"):
    ...     _ = pathlib.Path(folder.name, name + ".fasta").write_text(">P1 SP 14\\nMALWM\\n")
    >>> read_fasta_per_class(folder.name)
    <LabelledSequences: 2 sequences, Golgi 1, nuclear 1>
    >>> folder.cleanup()
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder, expected one with a FASTA file for each class")
    if files is None:
        found = sorted(path for ending in ("fasta", "fa", "fasta.gz", "fa.gz") for path in folder.glob(f"*.{ending}"))
        files = {path.name.split(".")[0]: path.name for path in found}
    if len(files) < 2:
        raise FormatError(str(folder), None, f"{len(files)} FASTA files", "one for each of two or more classes")
    records, labels = [], []
    for label, name in enumerate(files.values()):
        new = read_fasta(find_file(folder, name, what="the FASTA file of a class"), alphabet)
        records += new
        labels += [label] * len(new)
    return _from_records(records, labels, files)


def read_enhancers(folder, drop_leaks=True):
    """The iEnhancer benchmark: ``(training, independent)``, two `LabelledSequences` with the classes non,
    enhancer.

    In the published files 100 of the 200 independent enhancers are training enhancers too, letter for letter.
    With `drop_leaks` they are left out of the independent set, which else flatters every method.
    (Liu et al. 2016, Bioinformatics 32:362.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for n, name in enumerate(["enhancer.cv", "non.cv", "enhancer.ind", "non.ind"]):
    ...     _ = pathlib.Path(folder.name, name + ".txt").write_text(f">chr{n}\\nACG{'AC'[n % 2]}\\n")
    >>> [len(part) for part in read_enhancers(folder.name)]  # both of the second part are in the first
    [2, 0]
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder / "layer1" if (folder / "layer1").is_dir() else folder
    training, independent = (
        read_fasta_per_class(folder, {"non": f"non.{part}.txt", "enhancer": f"enhancer.{part}.txt"}, DNA)
        for part in ("cv", "ind"))
    if drop_leaks:
        seen = set(training.sequences)
        independent = independent[np.array([sequence not in seen for sequence in independent.sequences], dtype=bool)]
    return training, independent


def read_fasta_and_classes(folder, classes=("0", "1"), alphabet=PROTEIN):
    """A folder with ``seqs.fasta`` and ``classes.txt``, which has one class number (0, 1) per sequence, in
    their order.

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = pathlib.Path(folder.name, "seqs.fasta").write_text(">Seq_1\\nCTRPG\\n>Seq_2\\nCTRPN\\n")
    >>> _ = pathlib.Path(folder.name, "classes.txt").write_text("1\\n0\\n")
    >>> read_fasta_and_classes(folder.name, classes=("R5", "X4"))
    <LabelledSequences: 2 sequences, R5 1, X4 1>
    >>> folder.cleanup()
    """
    records = read_fasta(find_file(folder, "seqs.fasta", "*.fasta", what="the sequences"), alphabet)
    path, labels = find_file(Path(folder) if Path(folder).is_dir() else Path(folder).parent, "classes.txt",
                             what="the classes of the sequences"), []
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        if not line.strip().isdecimal() or int(line) >= len(classes):
            raise FormatError(path, number, repr(line[:40]), f"a class from 0 to {len(classes) - 1}")
        labels.append(int(line))
    if len(labels) != len(records):
        raise FormatError(path, None, f"{len(labels)} classes", f"{len(records)}, one for each sequence")
    return _from_records(records, labels, classes)


def header_tags(description):
    """The ``KEY=value`` pairs of a FASTA header.

    >>> header_tags("TARGET=Cytoplasm SET=train VALIDATION=False")
    {'TARGET': 'Cytoplasm', 'SET': 'train', 'VALIDATION': 'False'}
    """
    return dict(word.split("=", 1) for word in description.split() if "=" in word)


def split_of(tags, path=None, name=""):
    """``train``, ``validation`` or ``test``: what the tags SET and VALIDATION of FLIP say together.

    >>> split_of({"SET": "train", "VALIDATION": "True"})
    'validation'
    """
    part = tags.get("SET")
    if part not in ("train", "test"):
        raise FormatError(path, None, f"SET={part} in the header of {name!r}", "SET=train or SET=test")
    return "validation" if tags.get("VALIDATION") == "True" else part


def read_tagged_fasta(source, key="TARGET", alphabet=None):
    """Classes in the headers: ``>P01308 TARGET=Extracellular SET=train VALIDATION=False`` (FLIP's form).

    >>> import io
    >>> data = read_tagged_fasta(io.StringIO(">P1 TARGET=Golgi SET=train\\nMALWM\\n>P2 TARGET=ER SET=test\\nMKW\\n"))
    >>> data, data.split
    (<LabelledSequences: 2 sequences, ER 1, Golgi 1>, array(['train', 'test'], dtype='<U5'))
    """
    source = find_file(source, "*.fasta", what="a FASTA file with classes in the headers")
    path, records = name_of(source), read_fasta(source, alphabet)
    tags = [header_tags(record.description) for record in records]
    for record, found in zip(records, tags):
        if key not in found:
            raise FormatError(path, None, f"the header {record.name} {record.description!r}", f"a tag {key}=...")
    classes = sorted({found[key] for found in tags})
    split = None
    if any("SET" in found for found in tags):
        split = np.array([split_of(found, path, record.name) for record, found in zip(records, tags)])
    return _from_records(records, [classes.index(found[key]) for found in tags], classes, split)


def read_uci(source, alphabet=DNA):
    """Lines of ``class, name, sequence``, as UCI has its promoters and splice junctions. Lower case becomes
    upper.

    >>> import io
    >>> data = read_uci(io.StringIO("+,S10,\\t\\ttactagc\\n-,867,\\t\\tatatgaa\\n"))
    >>> data, data.sequences
    (<LabelledSequences: 2 sequences, + 1, - 1>, ['TACTAGC', 'ATATGAA'])
    """
    source = find_file(source, "*.data", what="a UCI table")
    path, rows = name_of(source), []
    for number, line in numbered_lines(source):
        if not line.strip():
            continue
        row = [field.strip() for field in line.split(",")]
        if len(row) != 3 or not all(row):
            raise FormatError(path, number, repr(line[:60]), "three fields: class,name,sequence")
        wrong = [letter for letter in row[2] if letter not in alphabet]
        if wrong:
            raise FormatError(path, number, f"{wrong[0]!r} in the sequence", f"letters of {alphabet.symbols}")
        rows.append(row)
    if not rows:
        raise FormatError(path, None, "no lines", "lines of class,name,sequence")
    labels, names, sequences = zip(*rows)
    classes = sorted(set(labels))
    return LabelledSequences([sequence.upper() for sequence in sequences],
                             np.array([classes.index(label) for label in labels]), classes, list(names))


def read_peptide_classes(source):
    """Peptides in classes, tab-separated: the columns peptide, label_chr, label_num and data_type (train,
    test).

    Labels are the file's numbers. (The A*02:01 set of the RStudio tutorial: predictions, not measurements.)

    >>> import io
    >>> read_peptide_classes(io.StringIO("peptide\\tlabel_chr\\tlabel_num\\tdata_type\\nLLTDAQRIV\\tWB\\t0\\ttrain\\n"))
    <LabelledSequences: 1 sequences, WB 1>
    """
    source = find_file(source, "*.tsv", what="a table of peptides and classes")
    path, name_for, rows = name_of(source), {}, []
    for line, row in read_rows(source, ["peptide", "label_chr", "label_num", "data_type"], "\t"):
        peptide, name, number, part = row
        if not peptide or any(letter not in PROTEIN for letter in peptide):
            raise FormatError(path, line, f"{peptide!r} as peptide", f"letters {PROTEIN.symbols}")
        if not number.isdecimal() or name_for.setdefault(int(number), name) != name:
            raise FormatError(path, line, f"{number!r} for {name!r}", "one number, from 0, for each class")
        rows.append((peptide, int(number), part))
    if sorted(name_for) != list(range(len(name_for))):
        raise FormatError(path, None, f"the class numbers {sorted(name_for)}", "0, 1, ... without a gap")
    peptides, labels, split = zip(*rows)
    return LabelledSequences(list(peptides), np.array(labels), [name_for[k] for k in sorted(name_for)],
                             list(peptides), None, np.array(split))


def targeting_peptide(note):
    """What a MultiLoc header says about the targeting peptide: ``(kind, first, last)``, residues from 1, or
    None.

    Kinds: SP signal peptide, SA signal anchor, mTP mitochondrial, cTP chloroplast transit peptide.

    >>> targeting_peptide("SP 14"), targeting_peptide("SA 16 30"), targeting_peptide("")
    (('SP', 1, 14), ('SA', 16, 30), None)
    """
    words = note.split()
    if not words:
        return None
    numbers_fit = len(words) in (2, 3) and all(map(str.isdecimal, words[1:]))
    if words[0] not in ("SP", "SA", "mTP", "cTP") or not numbers_fit:
        raise ValueError(f"targeting_peptide: got {note!r}, expected a note such as 'SP 14' or 'SA 16 30'")
    numbers = [int(word) for word in words[1:]]
    return (words[0], *([1] + numbers)[-2:])
