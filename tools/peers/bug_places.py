"""Where a program errs by itself, in the words and the order of a golden folder's case.json."""

import re

import numpy as np


class Places:
    """`errors`: of each tensor of the Kaldi view, what the program itself added to it."""

    def __init__(self, case, errors):
        self.case, self.errors, self.order = case, errors, []
        d = case.d
        self.T, self.N = d.dimensions["T"], d.dimensions.get("N", 1)
        if d.kernel.endswith("fsmn"):
            self.N = 1
        self.tensors, self.labels = {}, case.labels
        for tensor in sorted(d.json["tensors"], key=lambda t: t["evaluationIndex"]):
            for file in tensor["files"]:
                if file["view"] == "kaldi" and file["name"] in errors:
                    self.tensors[file["name"]] = tensor
        for name, tensor in self.tensors.items():
            self.order += sorted(self.of_tensor(name, tensor), key=lambda p: p[:2])

    def of_tensor(self, name, tensor):
        """(step, place of the block, tensor, words, frame, rows, columns) of each part of a tensor."""
        rows, columns = np.atleast_2d(self.errors[name]).shape
        frames = rows // self.N
        timed = name in ("out", "in_diff") or name.endswith("propagate_buf")
        if not timed:
            yield 0, 0, name, name, None, slice(0, rows), slice(0, columns)
            return
        padding = 1 if frames == self.T + 2 else 0
        late = name == "in_diff" or "backpropagate" in name
        if name.startswith("b_"):
            late = not late
        blocks = tensor["blocks"] or [{"name": name, "columns": [0, columns]}]
        for t in range(self.T):
            own = slice((t + padding) * self.N, (t + padding + 1) * self.N)
            for k, block in enumerate(blocks):
                start, width = block["columns"]
                yield (-t if late else t), k, name, block["name"], t, own, slice(start, start + width)

    def error(self, place, array=None):
        m = np.atleast_2d(self.errors[place[2]] if array is None else array[place[2]])
        return m[place[5], place[6]]

    def is_sure(self, place):
        """Whether any local check must see the error."""
        return (self.error(place) > 10 * self.error(place, self.case.tolerances)).any()

    def first(self):
        """The first part that is wrong by itself: its equation and in words."""
        for place in self.order:
            if self.is_sure(place):
                return (f"{self.quantity(place)}: {place[3]}"
                        + (f", t={place[4]}" if place[4] is not None else ""))
        return "nothing larger than ten times the tolerance"

    def quantity(self, place):
        """The name of its equation as `nnet-oracle list` has it."""
        name = place[2]
        if name not in self.labels:
            return self.tensors[name]["name"]
        own = self.labels[name][place[6].start]
        return next((swift for swift, peer in self.case.names.text.rename.items()
                     if peer == own and swift != "dy"), own)

    def judged(self, words):
        """What a report's first wrong equation is worth."""
        if not words:
            return "absent"
        match = re.match(r"(.*?), (?:t=(-?\d+)|row \d+)", words)
        named = match and [p for p in self.order if p[3] == match[1]
                           and (p[4] is None or str(p[4]) == match[2])]
        if not named:
            return "wrong"
        if not (self.error(named[0]) > 0).any():
            return "wrong"
        before = self.order[:self.order.index(named[0])]
        return "right, but not the first" if any(map(self.is_sure, before)) else "right"
