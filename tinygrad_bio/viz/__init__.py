"""Looking at what was computed: pictures of the graph, accounts of the backward pass, curves.

=====================  =================================================================================
:func:`graph`          the recorded operations as a picture; layers fold into one box
:func:`save`           writes that picture; says what to install if the program ``dot`` is missing
:func:`explain`        the backward pass in words and numbers, operation by operation
:func:`summary`        layer by layer: shapes, parameters, multiplications, steps that wait for one another
:func:`learning_curves`, :func:`scatter`, :func:`bars`, :func:`lines`, :func:`roc`    figures of training and of results
:func:`logo`, :func:`filters`                            sequence logos of motifs and of what filters learned
:func:`heatmap`, :func:`attention`, :func:`contacts`, :func:`mutagenesis`, :func:`images`    fields of numbers
:func:`points`, :func:`boundary`, :func:`surface`, :func:`saliency`, :func:`gradient_norms`  where and how much
:func:`network`, :func:`layout`   graphs of nodes and edges: molecules, papers
:func:`panels`         several small figures in one
=====================  =================================================================================

>>> import tinygrad_bio as tg
>>> from tinygrad_bio import viz
>>> w = tg.tensor([1., 2.], requires_grad=True)
>>> loss = (w * w).sum()
>>> picture = viz.graph(loss, params={"w": w})          # a notebook shows it
>>> print(picture.source.splitlines()[0])
digraph {

This package looks at all the others, and none of them looks at it but ``train``, whose histories draw themselves.
"""
from .canvas import panels
from .explain import explain
from .graph import graph
from .logo import filters, information, logo
from .maps import attention, contacts, heatmap, images, mutagenesis
from .networks import layout, network
from .plots import bars, learning_curves, scatter
from .points import boundary, gradient_norms, lines, points, roc, saliency, surface
from .render import save
from .summary import summary

__all__ = ["graph", "save", "explain", "summary", "learning_curves", "scatter", "bars", "panels", "logo", "filters", "information",
           "heatmap", "attention", "contacts", "mutagenesis", "images", "points", "boundary", "lines", "roc", "saliency",
           "surface", "gradient_norms", "network", "layout"]
