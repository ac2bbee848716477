"""Looking at what was computed: pictures of the graph, accounts of the backward pass, curves.

=====================  =================================================================================
:func:`graph`          the recorded operations as a picture; layers fold into one box
:func:`save`           writes that picture; says what to install if the program ``dot`` is missing
:func:`explain`        the backward pass in words and numbers, operation by operation
:func:`learning_curves`, :func:`scatter`, :func:`bars`    figures of training and of results
=====================  =================================================================================

>>> import tinygrad_bio as tg
>>> from tinygrad_bio import viz
>>> w = tg.tensor([1., 2.], requires_grad=True)
>>> loss = (w * w).sum()
>>> picture = viz.graph(loss, params={"w": w})          # a notebook shows it
>>> print(picture.source.splitlines()[0])
digraph {

This package looks at all the others, and none of them looks at it.
"""
from .explain import explain
from .graph import graph
from .plots import bars, learning_curves, scatter
from .render import save

__all__ = ["graph", "save", "explain", "learning_curves", "scatter", "bars"]
