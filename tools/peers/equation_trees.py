"""Equations as trees that can be edited: read from text, shown, and changed at a place.

Trees are nested tuples: ("sum", ((sign, tree), …)), ("mul", (tree, …)), ("mat", left, weight),
("T", weight), ("blockT", weight), ("fn", name, argument), ("ref", name, block, dt, dk),
("row", filter, index), ("num", value), ("taps", filter, Reach, quantity), and in backward text
("untaps", filter, Reach, quantity), ("spread", tree), and gradients' sums: ("outer", left, right),
("rows", tree), ("filter row", index, tree), ("tap sums", Reach, left, right).
"""

import ast
from collections import namedtuple

# Row r uses filter row `first + i` and frame r + sign·(i + near), for i < min(position[r] + extra, …).
Reach = namedtuple("Reach", "first sign position near extra", defaults=(1, 0))


def parse(text):
    return tree(ast.parse(text.strip(), mode="eval").body)


def tree(n):
    if isinstance(n, ast.BinOp):
        left, right = tree(n.left), tree(n.right)
        if isinstance(n.op, (ast.Add, ast.Sub)):
            first = left[1] if left[0] == "sum" else ((1, left),)
            return ("sum", first + ((1 if isinstance(n.op, ast.Add) else -1, right),))
        if isinstance(n.op, ast.MatMult):
            return ("mat", left, right)
        return ("mul", (left[1] if left[0] == "mul" else (left,)) + (right,))
    if isinstance(n, ast.Constant):
        return ("num", n.value)
    if isinstance(n, ast.Name):
        return ("ref", n.id, None, 0, 0)
    if isinstance(n, ast.Attribute):
        inner = tree(n.value)
        return ("T", inner) if n.attr == "T" else inner[:2] + (n.attr,) + inner[3:]
    if isinstance(n, ast.Subscript):
        inner = tree(n.value)
        if isinstance(n.slice, ast.Constant):
            return ("row", inner[1], n.slice.value)
        step = n.slice.right.value * (-1 if isinstance(n.slice.op, ast.Sub) else 1)
        dt, dk = (step, 0) if n.slice.left.id == "t" else (0, step)
        return inner[:3] + (inner[3] + dt, inner[4] + dk)
    name, arguments = n.func.id, [tree(a) for a in n.args]
    if name in ("behind", "ahead", "unbehind", "unahead"):
        weight, first, position, quantity = arguments
        reach = Reach(first[1], 1 if name.endswith("ahead") else -1, position[1])
        return ("untaps" if name.startswith("un") else "taps", weight[1], reach, quantity)
    if name in ("behind_sums", "ahead_sums"):
        first, position, left, right = arguments
        return ("tap sums", Reach(first[1], 1 if name[0] == "a" else -1, position[1]), left, right)
    if name == "filter_row":
        return ("filter row", arguments[0][1], arguments[1])
    if name in ("outer", "rows", "spread", "window"):
        return (name, *arguments)
    return ("fn", name, *arguments)


def show(e):
    kind = e[0]
    if kind == "sum":
        text = "".join((" + " if s > 0 else " - ") + show(x) for s, x in e[1])
        return "(" + (text[3:] if text.startswith(" + ") else "-" + text[3:]) + ")"
    if kind == "mul":
        return " * ".join(map(show, e[1]))
    if kind == "mat":
        return f"{show(e[1])} @ {show(e[2])}"
    if kind == "T":
        return show(e[1]) + ".T"
    if kind == "fn":
        y = show(e[2])
        slopes = {"slope_sigmoid": f"{y}*(1-{y})", "slope_tanh": f"(1-{y}*{y})",
                  "slope_relu": f"[{y}>0]"}
        return slopes.get(e[1]) or f"{e[1]}({y})"
    if kind == "ref":
        _, name, block, dt, dk = e
        places = [f"{axis}{step:+d}" for axis, step in (("t", dt), ("k", dk)) if step]
        return name + (f".{block}" if block else "") + (f"[{','.join(places)}]" if places else "")
    if kind == "row":
        return f"{e[1]}[{e[2]}]"
    if kind == "num":
        return str(e[1])
    if kind in ("taps", "untaps"):
        return f"{kind}({e[1]}, {'ahead' if e[2].sign > 0 else 'behind'}, {show(e[3])})"
    if kind == "tap sums":
        return f"sums({show(e[2])}, {show(e[3])}, {'ahead' if e[1].sign > 0 else 'behind'})"
    return f"{kind}({', '.join(show(x) if isinstance(x, tuple) else str(x) for x in e[1:])})"


def replaced(e, path, new):
    """The tree with the part at `path` (indices through the nested tuples) exchanged."""
    if not path:
        return new
    i = path[0]
    return e[:i] + (replaced(e[i], path[1:], new),) + e[i + 1:]
