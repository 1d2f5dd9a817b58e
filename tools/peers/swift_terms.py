"""Sums and products as nnet-oracle prints them, and single edits of them by its words."""

import re

from equation_trees import replaced
from mistakes import walk

QUANTITY = r"[A-Za-z]\w*(?:\.\w+)?(?:\[[^\]]*\])?"
FUNCTIONS = ("sigmoid", "tanh", "relu", "hard_sigmoid", "identity")
TAPS = r"taps(ᵀ|-of)?\((\w+)?"


class Unreadable(Exception):
    """An edit that this reader does not understand."""


def parts(text, separator):
    """`text` cut at a separator outside brackets."""
    found, depth, start, k = [], 0, 0, 0
    while k < len(text):
        depth += (text[k] in "([") - (text[k] in ")]")
        if depth == 0 and text.startswith(separator, k):
            found.append(text[start:k])
            k = start = k + len(separator)
        else:
            k += 1
    return found + [text[start:]]


def terms(text):
    """(function or "", [[sign, term], …]) of a right side."""
    text = text.removesuffix("  (before the first frame)").removeprefix("Σ ")
    function = ""
    for name in FUNCTIONS:
        if text.startswith(name + "(") and text.endswith(")") and len(parts(text, ") ")) == 1:
            function, text = name, text[len(name) + 1:-1]
    found = []
    for k, plus in enumerate(parts(text, " + ")):
        first, *minus = parts(plus, " - ")
        sign = -1 if first.startswith("-") else 1
        found.append([sign, first.lstrip("-")])
        found += [[-1, term] for term in minus]
    return function, found


def joined(function, found):
    text = " ".join(("+ " if sign > 0 else "- ") + term for sign, term in found) or "+ 0"
    text = text[2:] if text.startswith("+ ") else "0 " + text
    return f"{function}({text})" if function else text


def exchange(term, old, new):
    """The first reading of `old` outside slopes exchanged for `new`."""
    pattern = rf"(?<![\w.]){re.escape(old)}(?![A-Za-z0-9_.\[])"  # ᵀ may follow
    factors = parts(term, " * ")
    for k, factor in enumerate(factors):
        if re.search(r"\*\(1-|²\)|>0\]", factor):
            continue
        changed, count = re.subn(pattern, new if factor != old or "-" not in new else f"({new})",
                                 factor, count=1)
        if count:
            return " * ".join(factors[:k] + [changed] + factors[k + 1:])
    raise Unreadable(f"{old} in {term}")


BLEND = r"blend\(([^,]*), ([^,]*), ([^)]*)\)"


def opened_blend(sign, term):
    """The two products that a blend is short for."""
    match = re.fullmatch(BLEND + "(.*)", term)
    if not match:
        return [[sign, term]]
    f, a, b, rest = match.groups()
    return [[sign, f"{f} * {a}{rest}"], [sign, f"(1 - {f}) * {b}{rest}"]]


def part_edit(sign, term, words):
    """One part of the difference in a term left out, twice, or with the wrong sign."""
    for inner in re.finditer(rf"\((1|{QUANTITY}) - ({QUANTITY})\)", term):
        for k, name in enumerate(inner.groups()):
            signs = [sign, -sign]
            both = [[s, term.replace(inner[0], n)] for s, n in zip(signs, inner.groups())]
            if words == f"without {name}":
                return [both[1 - k]]
            if words == f"{name} twice":
                return both + [both[k]]
            if words == f"{name} with the wrong sign":
                both[k][0] *= -1
                return both
    raise Unreadable(f"{words} in {term}")


def every_words(kind, term):
    """The edit of one term that is one of an edit in every block."""
    if kind == "left out":
        return f"without {term}"
    match = re.fullmatch(r"(\w+)(\S*) for \1(\S*)", kind)
    if not match:
        return f"{term} {kind}"
    name = match[1]
    if name == "derivative":
        name = (re.search(r"ᵀ @ (\w+)", term) or re.search(r"(\w+)", term))[1]
    return f"{name}{match[2]} for {name}{match[3]} in {term}"


def later_edit(e, target, name, words):
    for path, x in list(walk(e)):
        if words == "transposed":
            if x[0] == "outer" and name is None:
                e = replaced(e, path, ("turned outer", *x[1:]))
            elif x[0] == "mat":
                turned = x[2][0] == "T"
                w = x[2][1] if turned else x[2]
                if w[1] == name:
                    new = ("blockT", w)
                    e = replaced(e, path, ("mat", x[1], ("T", new) if turned else new))
            continue
        if x[0] not in ("taps", "untaps", "tap sums"):
            continue
        own = x[1] if x[0] != "tap sums" else target[1:]
        if name is None or own == name:
            at = 1 if x[0] == "tap sums" else 2
            e = replaced(e, path, x[:at] + (reach_edit(x[at], words),) + x[at + 1:])
    return e


def reach_edit(reach, words):
    if match := re.fullmatch(r"the positions (\w+)", words):
        return reach._replace(position=match[1])
    changes = {"each filter row one frame too near": {"near": 0}, "one term too many": {"extra": 1},
               "one term too few": {"extra": -1}, "positions ignored": {"position": None},
               "the other direction": {"sign": -reach.sign},
               "filter rows one too low": {"first": reach.first - 1}}
    if words not in changes:
        raise Unreadable(words)
    return reach._replace(**changes[words])
