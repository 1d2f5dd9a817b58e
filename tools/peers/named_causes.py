"""Which cause `nnet-oracle compare --json` gives each tensor, and whether a factor named is one."""

import collections
import re

import numpy as np

FACTORS = {"sign flipped": -1, "doubled": 2, "halved": 0.5}
REMARK = "nothing was computed: every element is "  # of one tensor's numbers, and true of them


def by_tensor(report):
    """Mismatching tensor → the causes it is said to have, each perhaps several "or" each other."""
    found = {row["expected"]: [c for c in row.get("causes") or [] if not c.startswith(REMARK)]
             for row in report["tensors"] if row["verdict"] == "mismatch"}
    for finding in report["findings"]:
        cause = finding.get("cause") or "undetermined"
        if cause == "undetermined" or any(cause in causes for causes in found.values()):
            continue
        told = {n for words in re.findall(r"\(explains ([^)]*)\)", finding.get("explanation") or "")
                for n in words.split(", ")}
        for name in told & set(found) or found:
            found[name].append(cause)
    return {n: [c for c in causes if c != "undetermined"] for n, causes in found.items()}


def by_cause(report):
    """Cause → the tensors that are said to have it."""
    found = collections.defaultdict(list)
    for name, causes in by_tensor(report).items():
        for cause in causes:
            found[cause].append(name)
    return found


def is_factor(cause):
    return re.match("sign flipped|doubled|halved|scaled|divided|multiplied", cause)


def factor_holds(cause, pairs, share):
    """Whether one factor, the one that is named, leads from right to wrong in every tensor.

    `pairs`: (tensor, wrong, right); `share(actual, expected, tensor)`: how far apart, in tolerances.
    """
    with np.errstate(all="ignore"):
        factor = np.median(np.concatenate(
            [np.ravel(wrong[right != 0] / right[right != 0]) for _, wrong, right in pairs]))
    if not np.isfinite(factor) or factor == 0 or abs(FACTORS.get(cause, factor) / factor - 1) > 1e-3:
        return False
    return all(share(wrong / factor, right, name) <= 2 for name, wrong, right in pairs)
