"""What the mistakes that nnet-oracle names compute, as a reader understands their words.

`nnet-oracle list CASE` prints a layer's equations, `list CASE --mistakes` every name with the edit it
stands for, such as `dc: without dc[t+1] * f[t+1]`. Here the edit is made in the printed text, and the
text run by equations_peer.py: nothing of the oracle's engine, derivation or prediction is used.
"""

import re
import subprocess

import numpy as np

from equation_trees import parse, replaced
from equations_peer import Circular, Run
from mistakes import walk
from peer_layers import LAYERS, Equations, Program
from swift_terms import (BLEND, QUANTITY, TAPS, Unreadable, every_words, exchange, joined, later_edit,
                         opened_blend, part_edit, parts, terms)


def listed(oracle, case):
    """(equations as printed, name → edit) of a case."""
    def run(*words):
        return subprocess.run([oracle, "list", case, *words], capture_output=True, text=True,
                              check=True).stdout.splitlines()

    lines = run()
    at = lines.index("Equations:") + 1
    text = dict(line.strip().split(" = ", 1) for line in lines[at:lines.index("", at)])
    header, *rows = run("--mistakes")
    first, second = header.index("edit"), header.index("what is wrong")
    return text, {row[:first].strip(): row[first:second].strip() for row in rows}


class Text:
    """A layer's printed equations, and programs of them with edits."""

    def __init__(self, kernel, text):
        self.kernel, self.text = kernel, text
        self.vectors = {name[1:] for name, right in text.items() if name[0] == "d" and "Σ" in right}
        self.forward = [name for name in text if not name.startswith("d")]
        own = LAYERS[kernel]
        self.rename = {"dy": own.upstream}
        for name, right in text.items():
            if "." in name and re.fullmatch(r"da_\w+", right):
                self.rename[right] = name
        for name in text:
            if name.startswith("da_") and name not in self.rename and "d" + name[3:] not in text:
                self.rename[name] = "d" + name[3:]
        self.rename |= {"dhr": "ds"} if "dhr" in text else {}

    # Edits of the text: target → right side; edits of trees come afterwards.

    def edited(self, key):
        text, later = dict(self.text), []
        for one in key.split("; "):
            self.edit(text, later, one)
        return text, later

    def edit(self, text, later, key):
        if match := re.fullmatch(r"every (\w+) as (\w+)", key):
            for name in self.forward:
                function, found = terms(text[name])
                if function == match[1]:
                    text[name] = joined(match[2], found)
            return
        target, words = key.split(": ", 1)
        if target.startswith(("every product", "every block", "every bias")):
            self.every_edit(text, later, key)
            return
        if target == "every filter":
            later.append((self.forward, None, words))
            return
        if match := re.fullmatch(rf"(.*) in {TAPS}.*", words):
            if " for " not in words:
                later.append(([target], match[3], match[1]))
                return
        if match := re.fullmatch(r"(?:(\w+) )?transposed", words):
            later.append(([target], match[1], "transposed"))
            return
        function, found = terms(text[target])
        if match := re.fullmatch(r"(\w+) as (\w+)", words):
            function = match[2]
        else:
            found = self.term_edit(found, words.replace("Σ ", ""))
        text[target] = joined(function, found)

    def term_edit(self, found, words):
        texts = [term for _, term in found]

        def changed(k, *new):
            return found[:k] + list(new) + found[k + 1:]

        if match := re.fullmatch(r"(.*) and 1 - \1 exchanged", words):
            for k, (sign, term) in enumerate(found):
                if inner := re.fullmatch(BLEND, term):
                    return changed(k, [sign, "blend({0}, {2}, {1})".format(*inner.groups())])
        if (match := re.fullmatch(r"without (.*)", words)) and match[1] in texts:
            return changed(texts.index(match[1]))
        if (match := re.fullmatch(r"(.*) twice", words)) and match[1] in texts:
            k = texts.index(match[1])
            return changed(k, found[k], found[k])
        if (match := re.fullmatch(r"(.*) with the wrong sign", words)) and match[1] in texts:
            k = texts.index(match[1])
            return changed(k, [-found[k][0], match[1]])
        if match := re.fullmatch(r"(.*) in (.*)", words):
            if match[2] in texts and " for " not in match[1]:
                k = texts.index(match[2])
                return changed(k, *part_edit(found[k][0], match[2], match[1]))
        if (match := re.fullmatch(r"(.*) left out of (.*)", words)) and match[2] in texts:
            k = texts.index(match[2])
            factors = parts(match[2], " * ")
            factors.remove(match[1])
            return changed(k, [found[k][0], " * ".join(factors) or "1"])
        if (match := re.fullmatch(r"(.*) for (.*) in (.*)", words)) and match[3] in texts:
            k = texts.index(match[3])
            return changed(k, [found[k][0], exchange(match[3], match[2], match[1])])
        if match := re.fullmatch(r"(.*) for (.*)", words):
            for k, (sign, term) in enumerate(found):
                if match[2] in parts(term, " * "):
                    return changed(k, [sign, term.replace(match[2], match[1])])
        opened = [new for sign, term in found for new in opened_blend(sign, term)]
        if len(opened) > len(found):
            return self.term_edit(opened, words)
        raise Unreadable(words)

    def every_edit(self, text, later, key):
        """One edit of every product with a weight, or of every block of its gradient."""
        match = re.fullmatch(r"every (product with|block of|bias) ?d?(\w*)(ᵀ?): (.*)", key)
        weight, kind = match[2], match[4]
        product = rf"@ {weight}\.[A-Za-z0-9_]+{match[3]}(?![A-Za-z0-9_ᵀ])"
        if kind == "transposed":
            for target, right in self.text.items():
                if match[1] == "block of" and re.match(rf"d{weight}\.", target):
                    later.append(([target], None, kind))
                elif match[1] == "product with" and re.search(product, right):
                    later.append(([target], weight, kind))
            return
        for target, right in self.text.items():
            function, found = terms(text[target])
            for _, term in list(found):
                if match[1] == "block of":
                    fits = target.startswith(f"d{weight}.")
                elif match[1] == "bias":
                    fits = target in self.forward and term in self.vectors
                else:
                    fits = re.search(product, term)
                if fits:
                    found = self.term_edit(found, every_words(kind, term))
            text[target] = joined(function, found)

    # Trees

    def translated(self, right):
        """Printed text in the language of peer_layers.py."""
        right = re.sub(rf"\(1-({QUANTITY})²\)", r"slope_tanh(\1)", right)
        right = re.sub(rf"({QUANTITY})\*\(1-\1\)", r"slope_sigmoid(\1)", right)
        right = re.sub(rf"\[({QUANTITY})>0\]", r"slope_relu(\1)", right)
        right = re.sub(BLEND, r"(\1 * \2 + (1 - \1) * \3)", right)

        def taps(match):
            side = "ahead" if match[4].startswith("f") else "behind"
            first = 1 if match[4] == "bposition" else 0
            quantity = match[3]
            return f"{'un' if match[1] else ''}{side}({match[2]}, {first}, {match[4]}, {quantity})"

        right = re.sub(r"taps(ᵀ?)\((\w+)(?:\[1:\])?, ([^,]*), (\w+)\)", taps, right)
        right = right.replace("windowᵀ(", "spread(").replace("ᵀ", ".T")
        right = re.sub(r"\[(t[-+]\d),(k[-+]\d)\]", r"[\1][\2]", right)
        right = right.replace("dy.fr", "dout.f").replace("dy.br", "dout.b")
        return re.sub(r"(?<![\w.])[A-Za-z]\w*", lambda m: self.rename.get(m[0], m[0]), right)

    def tree(self, target, right):
        function, found = terms(right)
        if not function and len(found) == 1 and found[0][0] > 0:
            return parse(self.translated(found[0][1]))
        inner = ("sum", tuple((sign, parse(self.translated(term))) for sign, term in found)
                 or ((1, ("num", 0)),))
        if function:
            return ("fn", function, inner[1][0][1] if len(found) == 1 and found[0][0] > 0 else inner)
        return inner

    def sum_tree(self, target, right):
        """A gradient's terms, each as the sums of peer_layers.py."""
        result = []
        for sign, term in terms(right)[1]:
            if match := re.fullmatch(r"(.*)ᵀ @ (.*)", term):
                text = f"outer({match[1]}, {match[2]})"
            elif match := re.fullmatch(r"taps-of\((.*), (\w+)\) \* (.*)", term):
                side = "ahead" if match[2].startswith("f") else "behind"
                first = 1 if match[2] == "bposition" else 0
                text = f"{side}_sums({first}, {match[2]}, {match[1]}, {match[3]})"
            elif match := re.fullmatch(r"\w+\[(\d)\]", target):
                text = f"filter_row({match[1]}, {term})"
            else:
                text = f"rows({term})"
            result.append((sign, parse(self.translated(text))))
        return ("sum", tuple(result))

    def trees(self, text):
        found = Equations({}, {}, {}, {})
        for target, right in text.items():
            name = self.rename.get(target, target)
            if re.fullmatch(r"da_\w+", right) and self.rename.get(right) == target:
                continue  # another name for the same block
            if name.startswith("y.") or target == "dy":
                continue
            if "Σ" in self.text[target]:
                found.gradients[target] = self.sum_tree(target, right)
            elif "before the first frame" in self.text[target]:
                found.starts[target] = self.tree(target, right)
            elif target in self.forward:
                found.forward[name] = self.tree(target, right)
            else:
                found.backward[name] = self.tree(target, right)
        if "dhr" in self.text:  # the path through h to c is a quantity of its own
            found.forward["s"] = parse("c")
            h = found.forward["h"]
            for path, x in list(walk(h)):
                if x[:2] == ("ref", "c"):
                    h = replaced(h, path, ("ref", "s", *x[2:]))
            found.forward["h"] = h
        return found

    def equations(self, key):
        text, later = self.edited(key) if key else (self.text, [])
        found = self.trees(text)
        for targets, name, words in later:
            for target in targets:
                for part in found:
                    own = self.rename.get(target, target)
                    if own in part:
                        part[own] = later_edit(part[own], own, name, words)
        return found


class TextProgram(Program):
    """A program of printed equations: gradients may be given by blocks of columns and by rows."""

    # Columns of Kaldi's buffers where the printed quantities are others than peer_layers.py's.
    BUFFERS = {"gru-after": {"": (["*", "q", "h"], ["*", "dq", "dh"])}}

    def __init__(self, d, right, equations, by_chain_rule, dtype=np.float64, given=None, only=None):
        own = LAYERS[d.kernel]
        self.d, self.equations, self.chain, self.mistake = d, equations, by_chain_rule, None
        self.layer = own._replace(
            forward=right.forward, backward=right.backward, internals={},
            buffers=self.BUFFERS.get(d.kernel, own.buffers))
        trees = dict(equations.forward) | ({} if by_chain_rule else equations.backward)
        self.given = given if given is not None else d.inputs()
        arguments = (self.given, d.order, d.dimensions.get("F"), d.dimensions.get("S"), dtype)
        plain = Run(self.layer, right.forward | right.backward, *arguments)
        widths = {name: plain.value(name, 0).shape[1] for name in plain.equations}
        self.run = Run(self.layer, trees, *arguments, widths)
        if by_chain_rule:
            self.run.reversed_mode()
        self.sums, own_sums = equations.gradients, {}
        if not by_chain_rule:
            for target, e in self.sums.items():
                name, _, block = re.sub(r"\[\d\]", "", target)[1:].partition(".")
                whole = own_sums.setdefault("d" + name, np.zeros_like(self.run.given[name]))
                place = self.run.columns(name, block, whole) if block else whole
                frame = (only or {}).get("d" + name)
                place += self.block_sum(name, block, e, frame)
            self.equations = equations._replace(gradients={})
        self.own_sums = own_sums

    def block_sum(self, name, block, e, frame):
        whole = self.run.given[name]
        if not block:
            return self.run.gradient(name, e, frame)
        self.run.given[name] = self.run.columns(name, block, whole)
        try:
            return self.run.gradient(name, e, frame)
        finally:
            self.run.given[name] = whole

    def results(self):
        return super().results() | self.own_sums


class Names:
    """The oracle's names for a case's mistakes, and what each computes."""

    def __init__(self, oracle, d):
        text, self.keys = listed(oracle, d.json["case"])
        self.d, self.text = d, Text(d.kernel, text)
        self.right = self.text.equations("")

    def results(self, name, dtype=np.float64):
        """All results of the named mistake; Circular or Unreadable if there are none."""
        key = self.keys.get(name, "") if name else ""
        given = self.d.inputs()
        if name and key in ("", "-"):
            return self.of_tensors(name, dtype, given)
        if match := re.fullmatch(r"(\w+) and (\w+) exchanged", key):
            one, other = match.groups()
            results = TextProgram(self.d, self.right, self.right, False, dtype,
                                  given | {one: given[other], other: given[one]}).results()
            return results | {"d" + one: results["d" + other], "d" + other: results["d" + one]}
        in_forward = key.split(": ")[0] in self.text.forward or (
            key.startswith("every ") and "ᵀ: " not in key and not key.startswith("every block"))
        forward_only = key.endswith(", forward only")
        equations = self.text.equations(key.removesuffix(", forward only"))
        with np.errstate(all="ignore"):
            return TextProgram(self.d, self.right, equations, bool(key) and in_forward
                               and not forward_only, dtype, given).results()

    def of_tensors(self, name, dtype, given):
        """Mistakes of scale, sign and frames in one gradient, or in those of all parameters."""
        own = LAYERS[self.d.kernel]
        every = {"d" + n for n in given} - {"d" + own.input, "d" + own.upstream}
        every -= {"d" + s for s in own.states.values()}
        if name == "sequence-reversed":
            return self.reversed_run(dtype, given)
        if name == "backward-not-computed":
            right = self.results("", dtype)
            return {k: [m * 0 for m in v] if k.endswith("backpropagate") else
                    v * 0 if k.startswith("d") else v for k, v in right.items()}
        if name == "forget-bias-plus-one":
            return self.forget_bias(dtype, given)
        if name == "initial-state-ignored":
            starts = LAYERS[self.d.kernel].states.values()
            results = TextProgram(self.d, self.right, self.right, False, dtype,
                                  given | {s: given[s] * 0 for s in starts}).results()
            return results | {"d" + s: results["d" + s] * 0 for s in starts}
        only = {"last-frame-gradient-only": -1, "gradient-overwritten": 0}.get(name)
        if only is not None:
            return TextProgram(self.d, self.right, self.right, False, dtype, given,
                               dict.fromkeys(every, only)).results()
        if match := re.fullmatch(r"(d\w+)-of-the-(first|last)-frame-alone", name):
            return TextProgram(self.d, self.right, self.right, False, dtype, given,
                               {match[1]: -1 if match[2] == "last" else 0}).results()
        match = re.fullmatch(r"(gradient|d\w+)-(mean-over-streams|mean-over-frames|mean-over-all|"
                             r"doubled|negated|summed-again-over-\w+)", name)
        if not match:
            raise Unreadable(name)
        results = self.results("", dtype)
        N, T = (self.d.dimensions.get(k, 1) for k in "NT")
        sizes = {"streams": N, "frames": T, "all": N * T}
        kind, _, size = match[2].rpartition("-over-")
        factor = ({"doubled": 2, "negated": -1}.get(match[2])
                  or (1 / sizes[size] if kind == "mean" else sizes[size]))
        for target in every & set(results) if match[1] == "gradient" else [match[1]]:
            results[target] = results[target] * factor
        return results

    def forget_bias(self, dtype, given):
        """1 added to the bias that the forget gate reads, or to its part of one for all gates."""
        blocks = LAYERS[self.d.kernel].blocks
        name = next(k for k in ("b", "bf", "fb") if k in given)
        bias = np.array(given[name], dtype)
        if name in blocks:
            order = self.d.order or blocks[name]
            width = bias.size // len(order)
            bias[order.index("f") * width:][:width] += 1
        else:
            bias += 1
        return TextProgram(self.d, self.right, self.right, False, dtype,
                           given | {name: bias}).results()

    def reversed_run(self, dtype, given):
        """Frames run from the last to the first, by what goes in and what comes out."""
        own = LAYERS[self.d.kernel]
        turned = {k: v[:, ::-1] if k in (own.input, own.upstream) else v for k, v in given.items()}
        results = TextProgram(self.d, self.right, self.right, False, dtype, turned).results()
        for name in (own.upstream[1:], "d" + own.input):
            results[name] = results[name][:, ::-1]
        return {k: v[::-1] if k.endswith("propagate") else v for k, v in results.items()}

    def is_of(self, name, mistake):
        """Whether the name speaks of the equation that the mistake is in, in the same passes."""
        key = self.keys.get(name, "-")
        target = key.partition(": ")[0] if key != "-" else name.partition("-")[0]
        target = self.text.rename.get(target, target)
        return (target == mistake.target
                and key.endswith(", forward only") == bool(mistake.forward_only))
