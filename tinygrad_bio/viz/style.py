"""One look for every picture: colours that colour-blind readers can tell apart, fonts, line widths.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008). No picture says anything by colour
alone: the kinds of boxes differ in their outline, too, curves in their dashes, bars in their hatching.
"""
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, GREY, LIGHT = "#222222", "#5F6368", "#F4F4F2"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)

# ---------------------------------------------------------------------------------------- graphs (DOT)

FONT = "Helvetica,Arial,sans-serif"
GRAPH = {"fontname": FONT, "fontsize": "11", "fontcolor": GREY, "bgcolor": "white", "nodesep": "0.25",
         "ranksep": "0.45", "pad": "0.15"}
NODE = {"fontname": FONT, "fontsize": "11", "fontcolor": INK, "color": GREY, "shape": "box",
        "style": "rounded,filled", "fillcolor": "white", "margin": "0.12,0.06", "height": "0.3"}
EDGE = {"fontname": FONT, "fontsize": "9", "fontcolor": GREY, "color": GREY, "arrowsize": "0.7"}

# The outline tells the kinds of boxes apart without colour. An operation looks like NODE.
LEAF = {"style": "filled", "fillcolor": "#DCECF7", "color": BLUE}                       # square corners
RESULT = {"fillcolor": "#FBE5D6", "color": VERMILLION, "penwidth": "2"}                 # a thick line
FOLDED = {"peripheries": "2", "fillcolor": "#DDF1EA", "color": GREEN}                   # a double line
CONSTANT = {"style": "rounded,dashed", "fontcolor": GREY, "fontsize": "9", "height": "0.2"}
MESSAGE = {"shape": "note", "style": "filled", "fillcolor": "#FDF6D8", "color": ORANGE,
           "margin": "0.25,0.2"}
CLUSTER = {"style": "rounded,filled", "fillcolor": LIGHT, "color": "#B8B8B4", "labeljust": "l",
           "margin": "10"}

# ------------------------------------------------------------------------------------------ matplotlib

FIGURE = {
    "figure.figsize": (4.8, 3.4), "figure.dpi": 110, "savefig.dpi": 200,
    "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "#E4E4E0", "grid.linewidth": 0.8,
    "lines.linewidth": 1.8, "xtick.color": GREY, "ytick.color": GREY,
    "legend.edgecolor": "none", "legend.framealpha": 0.9,
    "pdf.fonttype": 42, "svg.hashsalt": "tinygrad_bio",     # text stays text; equal figures, equal files
}
