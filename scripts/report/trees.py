"""Which groups were joined, and what each step cost: the top of the tree that an algorithm like Ward's leaves in /dendrogram."""
import math

import charts
from figures import count, three, withheld

MOST_MERGES = 29
WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 720, 20, 290, 34, 20, 44
COLOURED = 8


class Tree:
    """Nodes are numbered as scipy's: m groups, and m + i is what merge i has made."""

    def __init__(self, found):
        self.found, self.m = found, len(found["segment"])
        self.merges = len(found["increase"])
        self.first = self.merges - min(self.merges, MOST_MERGES)  # of the merges that are drawn
        self.known = dict(enumerate(found["leaf_customers"] + found["customers"]))

    def children(self, i):
        return self.found["left"][i], self.found["right"][i]

    def is_leaf(self, node):
        return node < self.m + self.first

    def height(self, node):
        return 0.0 if self.is_leaf(node) else math.sqrt(max(0.0, self.found["increase"][node - self.m]))

    def segments(self):
        """The segment that all groups below a node are in; None where they are in several."""
        own = dict(enumerate(self.found["segment"]))
        for i in range(self.merges):
            one, other = (own[child] for child in self.children(i))
            own[self.m + i] = one if one == other else None
        return own

    def leaves(self):
        """From the top of the picture, the larger part of each merge first."""
        order, stack = [], [self.m + self.merges - 1]
        while stack:
            node = stack.pop()
            if self.is_leaf(node):
                order.append(node)
            else:
                stack += sorted(self.children(node - self.m), key=lambda child: self.known.get(child, 0))
        return order


def hidden_leaves(leaves, own, known, least):
    """Those whose customers aren't told: the small ones, and another one of the same segment, whose size is told elsewhere."""
    hidden = set()
    for segment in {own[leaf] for leaf in leaves}:
        here = [leaf for leaf in leaves if own[leaf] == segment]
        hidden |= {here[i] for i in withheld([known.get(leaf) for leaf in here], least)}
    return hidden


def cut(tree, chosen):
    """Between the merge that leads to the chosen number and the next one."""
    below, above = tree.merges - chosen, tree.merges - chosen + 1
    low = math.sqrt(max(0.0, tree.found["increase"][below])) if below >= tree.first else 0.0
    high = math.sqrt(max(0.0, tree.found["increase"][above])) if above < tree.merges else 1.05 * low
    return (low + high) / 2


def picture(tree, own, hidden, names, chosen):
    leaves = tree.leaves()
    top = tree.height(tree.m + tree.merges - 1) or 1.0
    across = charts.Scale(0.0, 1.08 * top, WIDTH - RIGHT, LEFT)
    coloured = len(set(tree.found["segment"])) <= COLOURED
    place = {leaf: TOP + ROW * (i + 0.5) for i, leaf in enumerate(leaves)}
    shade = lambda node: own[node] if coloured else None
    branches = []
    for i in range(tree.first, tree.merges):
        one, other = tree.children(i)
        node, x = tree.m + i, across(tree.height(tree.m + i))
        place[node] = (place[one] + place[other]) / 2
        for child in (one, other):
            branches.append({"path": f"M{x} {place[node]:.1f}V{place[child]:.1f}H{across(tree.height(child))}", "colour": shade(child)})
    bottom = TOP + ROW * len(leaves)
    told = [{"y": place[leaf], "segment": own[leaf], "name": names.get(own[leaf], "") if before is None or own[before] != own[leaf] else "", "colour": shade(leaf),
             "kind": "withheld" if leaf in hidden else "group", "customers": "–" if leaf in hidden else count(tree.known.get(leaf))} for before, leaf in zip([None] + leaves, leaves)]
    return {"width": WIDTH, "height": bottom + BOTTOM, "top": TOP, "bottom": bottom, "left": LEFT, "right": WIDTH - RIGHT, "branches": branches, "leaves": told,
            "ticks": [{"x": across(value), "text": text} for value, text in charts.ticks(0.0, top)],
            "root": f"M{across(tree.height(tree.m + tree.merges - 1))} {place[tree.m + tree.merges - 1]:.1f}h-10", "cut": across(cut(tree, chosen)), "chosen": chosen}


def of(found, names, least):
    """None where there is no tree, or nothing was joined."""
    if found is None or not found["increase"]:
        return None
    tree = Tree(found)
    own = tree.segments()
    chosen = len(set(found["segment"]))
    leaves = tree.leaves()
    hidden = hidden_leaves(leaves, own, tree.known, least)
    rises = sum(found["increase"])
    rows = [{"k": tree.merges - i, "increase": three(found["increase"][i]), "share": f"{100 * found['increase'][i] / rises:.1f} %" if rises else "–",
             "customers": "–" if hidden else count(found["customers"][i]), "chosen": tree.merges - i == chosen}
            for i in reversed(range(tree.first, tree.merges))]
    return {"picture": picture(tree, own, hidden, names, chosen), "rows": rows, "chosen": chosen, "groups": count(tree.m), "leaves": len(leaves),
            "customers": count(found["customers"][-1]), "withheld": len(hidden), "least": least, "mixed": any(own[leaf] is None for leaf in leaves)}
