"""From DOT text to a picture: by the program ``dot`` if it is installed, else an explanation."""
import os
import pathlib
import subprocess
import warnings

import graphviz

INSTALL = """\
The program 'dot' of Graphviz, which draws the picture, was not found. (The Python package graphviz only
writes its input.) To install it:
    Debian, Ubuntu   sudo apt install graphviz
    macOS            brew install graphviz
    Windows          winget install graphviz      (then open a new terminal)
    conda            conda install graphviz
Without it, paste the DOT text into an online viewer, such as https://dreampuf.github.io/GraphvizOnline"""

PICTURES = (".svg", ".png", ".pdf")
TEXTS = (".dot", ".gv")
FAILURES = (graphviz.ExecutableNotFound, subprocess.CalledProcessError, OSError)    # missing, failed, broken


class Picture(graphviz.Digraph):
    """A ``graphviz.Digraph`` that notebooks show; if ``dot`` is missing, they show why, and the DOT text."""

    def _repr_mimebundle_(self, include=None, exclude=None, **keywords):
        try:
            return super()._repr_mimebundle_(include=include, exclude=exclude, **keywords)
        except FAILURES as error:
            return {"text/plain": f"{_reason(error)}\n\n{self.source}"}


def save(picture, path):
    """Write a graph as a picture; without the program ``dot``, write its DOT text and say what to install.

    Parameters
    ----------
    picture : what :func:`graph` returned, or any ``graphviz.Digraph``
    path : file name that ends in .svg, .png or .pdf (or .dot, .gv for the text)

    Returns
    -------
    pathlib.Path : the file that was written. It appears under its name only when it is complete.

    >>> import tempfile, tinygrad_bio as tg
    >>> from tinygrad_bio import viz
    >>> a = tg.tensor(3., requires_grad=True)
    >>> viz.save(viz.graph(a + a, params={"a": a}), tempfile.mkdtemp() + "/sum.dot").name
    'sum.dot'
    """
    path = pathlib.Path(path)
    kind = path.suffix.lower()
    if kind not in PICTURES + TEXTS:
        raise ValueError(f"save: expected a file name that ends in {', '.join(PICTURES + TEXTS)}, "
                         f"but got {str(path)!r}")
    if not isinstance(picture, graphviz.Digraph):
        raise TypeError(f"save: expected a graph to draw, but got a {type(picture).__name__}: write "
                        f"save(graph(loss), {str(path)!r})")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind in TEXTS:
        return write_whole(path, picture.source.encode())
    drawn = picture.copy()
    if kind == ".png":
        drawn.graph_attr["dpi"] = "160"
    try:
        content = drawn.pipe(format=kind[1:])
    except FAILURES as error:
        text = write_whole(path.with_suffix(".dot"), picture.source.encode())
        warnings.warn(f"{path} was not drawn; the graph is in {text}, as DOT text.\n{_reason(error)}",
                      stacklevel=2)
        return text
    return write_whole(path, content)


def _reason(error):
    if isinstance(error, graphviz.ExecutableNotFound):
        return INSTALL
    said = getattr(error, "stderr", None) or str(error)
    said = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"The program 'dot' could not draw it. It said: {said.strip()}"


def write_whole(path, content):
    """Write a file under another name first: nobody ever finds half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
