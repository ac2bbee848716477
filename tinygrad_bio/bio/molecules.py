"""Small molecules: the ESOL table of solubilities, and SMILES as graphs (by RDKit)."""
from dataclasses import dataclass

import numpy as np

from .files import find_file, name_of
from .graphs import Graph
from .tables import Table, read_rows, to_number


@dataclass(frozen=True, eq=False, repr=False)
class Molecules(Table):
    """N molecules with a measured property.

    names : N strings.
    smiles : N strings, the molecules as text.
    targets : (N,) float64 (ESOL: log10 of the solubility in water, in mol/L).
    published : (N,) float64, what the published linear model predicts.
    descriptors : (N, D) float64, simple counts, and descriptor_names, D strings.

    >>> Molecules(["ethanol"], ["CCO"], np.array([1.1]), np.array([0.02]), np.array([[46.07]]), ["weight"])
    <Molecules: 1 rows of names, smiles, targets, published, descriptors>
    """

    names: list
    smiles: list
    targets: np.ndarray
    published: np.ndarray
    descriptors: np.ndarray
    descriptor_names: list

    shared = ("descriptor_names",)


_DESCRIPTORS = ["Minimum Degree", "Molecular Weight", "Number of H-Bond Donors", "Number of Rings",
                "Number of Rotatable Bonds", "Polar Surface Area"]
_COLUMNS = ["Compound ID", "smiles", "measured log solubility in mols per litre",
            "ESOL predicted log solubility in mols per litre", *_DESCRIPTORS]


def read_esol(source):
    """Delaney's solubilities as DeepChem publishes them, a CSV file. (Delaney 2004, J Chem Inf Comput Sci
    44:1000.)

    >>> import io
    >>> header = ",".join(['Compound ID', 'smiles', 'measured log solubility in mols per litre',
    ...     'ESOL predicted log solubility in mols per litre', 'Minimum Degree', 'Molecular Weight',
    ...     'Number of H-Bond Donors', 'Number of Rings', 'Number of Rotatable Bonds', 'Polar Surface Area'])
    >>> read_esol(io.StringIO(header + "\\nethanol,CCO,1.1,0.02,1,46.07,1,0,0,20.2\\n")).targets
    array([1.1])
    """
    source = find_file(source, "delaney*.csv", "*.csv", what="the ESOL table")
    path, names, smiles, numbers = name_of(source), [], [], []
    for line, (name, text, *values) in read_rows(source, _COLUMNS):
        names.append(name)
        smiles.append(text.strip())
        numbers.append([to_number(value, path, line, column) for value, column in zip(values, _COLUMNS[2:])])
    numbers = np.array(numbers)  # (N, 2 + D)
    return Molecules(names, smiles, numbers[:, 0], numbers[:, 1], numbers[:, 2:], list(_DESCRIPTORS))


#: atoms that `smiles_to_graph` knows by name; all others are the last category
ELEMENTS = ("C", "N", "O", "F", "P", "S", "Cl", "Br", "I", "other")


def smiles_to_graph(smiles):
    """A molecule as a `Graph`: atoms are nodes, each bond two directed edges. Needs RDKit.

    node_labels : the element, an index into `ELEMENTS`.
    node_attributes : (n, 14) float32: bonds to heavy atoms, 0 to 4 (one-hot); hydrogens, 0 to 4 (one-hot);
        charge; aromatic; in a ring; valence electrons in bonds.
    edge_labels : 0 single, 1 double, 2 triple, 3 aromatic.

    Raises ImportError without RDKit, and ValueError for text that is no molecule.

    >>> from importlib.util import find_spec
    >>> ethanol = smiles_to_graph("CCO") if find_spec("rdkit") else None
    """
    try:
        from rdkit import Chem
    except ImportError as error:
        raise ImportError('SMILES are read by RDKit: pip install "tinygrad_bio[chem]"') from error
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        raise ValueError(f"smiles_to_graph: got {smiles!r}, expected a molecule such as 'CCO' (RDKit cannot "
                         f"read this one)")
    elements, attributes = [], []
    for atom in molecule.GetAtoms():
        symbol = atom.GetSymbol()
        elements.append(ELEMENTS.index(symbol if symbol in ELEMENTS else "other"))
        valence = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        attributes.append([*_one_of_five(atom.GetDegree()), *_one_of_five(atom.GetTotalNumHs()),
                           atom.GetFormalCharge(), atom.GetIsAromatic(), atom.IsInRing(), valence])
    kinds = {Chem.BondType.SINGLE: 0, Chem.BondType.DOUBLE: 1, Chem.BondType.TRIPLE: 2, Chem.BondType.AROMATIC: 3}
    edges, labels = [], []
    for bond in molecule.GetBonds():
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        edges += [(a, b), (b, a)]
        labels += [kinds.get(bond.GetBondType(), 0)] * 2
    return Graph(np.array(edges, dtype=np.int64).reshape(-1, 2).T, len(elements), np.array(elements),
                 np.array(attributes, dtype=np.float32), np.array(labels, dtype=np.int64))


def _one_of_five(number):
    return [float(min(number, 4) == k) for k in range(5)]
