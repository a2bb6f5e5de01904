"""Where the segments of one number of segments come from: columns of nodes, and bands between them."""
from figures import count

WIDTH, HEIGHT, TOP, LEFT, RIGHT = 720, 380, 34, 30, 70
NODE, GAP = 18, 12
MOST_COLUMNS = 12
COLOURED = 8  # segments that a colour each can tell apart


def columns_of(sizes, links):
    """The numbers of segments that hang together, in their order; [[(k, segment), ...], ...] from the top, so that few bands cross."""
    keys = sorted({k for k, _ in sizes})
    made = [sorted((node for node in sizes if node[0] == keys[0]), key=lambda node: node[1])]
    for key in keys[1:]:
        place = {node: i for i, node in enumerate(made[-1])}
        weights = {}
        for one, other, customers in links:
            if other[0] == key and one in place:
                weights.setdefault(other, []).append((place[one], customers))
        middle = {node: sum(at * n for at, n in pairs) / sum(n for _, n in pairs) for node, pairs in weights.items()}
        made.append(sorted((node for node in sizes if node[0] == key), key=lambda node: (middle.get(node, len(place)), node[1])))
    return made


def window(keys, chosen):
    """At most so many neighbours among `keys`, with the chosen one."""
    if len(keys) <= MOST_COLUMNS:
        return keys
    first = min(max(0, keys.index(chosen) - MOST_COLUMNS // 2) if chosen in keys else 0, len(keys) - MOST_COLUMNS)
    return keys[first:first + MOST_COLUMNS]


def band(x, left, right, width):
    """Between two columns, `width` high at both ends."""
    (from_x, to_x), middle = x, (x[0] + x[1]) / 2
    return (f"M{from_x} {left:.1f}C{middle} {left:.1f} {middle} {right:.1f} {to_x} {right:.1f}V{right + width:.1f}"
            f"C{middle} {right + width:.1f} {middle} {left + width:.1f} {from_x} {left + width:.1f}Z")


def picture(sizes, links, chosen):
    """`sizes` {(k, segment): customers}, `links` [((k, segment), (next k, segment), customers)]. None where there is one column."""
    keys = window(sorted({k for k, _ in sizes}), chosen)
    sizes = {node: n for node, n in sizes.items() if node[0] in keys}
    links = [link for link in links if link[0] in sizes and link[1] in sizes]
    if len(keys) < 2 or not links:
        return None
    columns = columns_of(sizes, links)
    total = max(sum(sizes[node] for node in column) for column in columns)
    longest = max(len(column) for column in columns)
    height = max(HEIGHT, TOP + 24 * longest)
    scale = (height - TOP - 6 - GAP * (longest - 1)) / total
    step = (WIDTH - LEFT - RIGHT - NODE) / (len(columns) - 1)
    coloured = len([node for node in sizes if node[0] == chosen]) <= COLOURED
    nodes, place = [], {}
    for i, column in enumerate(columns):
        x, y = round(LEFT + step * i, 1), float(TOP)
        for node in column:
            high = scale * sizes[node]
            place[node] = (x, y)
            nodes.append({"k": node[0], "segment": node[1], "customers": count(sizes[node]), "x": x, "y": round(y, 1), "height": round(high, 1),
                          "middle": round(y + high / 2, 1), "colour": node[1] if node[0] == chosen and coloured else None})
            y += high + GAP
    order = {node: i for column in columns for i, node in enumerate(column)}
    left, right, bands = {}, {}, {}
    for link in sorted(links, key=lambda one: (order[one[0]], order[one[1]])):
        left[link[:2]] = place[link[0]][1] + scale * bands.get(link[0], 0)
        bands[link[0]] = bands.get(link[0], 0) + link[2]
    bands = {}
    for link in sorted(links, key=lambda one: (order[one[1]], order[one[0]])):
        right[link[:2]] = place[link[1]][1] + scale * bands.get(link[1], 0)
        bands[link[1]] = bands.get(link[1], 0) + link[2]
    drawn = []
    for one, other, customers in links:
        near = one if one[0] == chosen else other if other[0] == chosen else None
        drawn.append({"path": band((place[one][0] + NODE, place[other][0]), left[one, other], right[one, other], scale * customers),
                      "colour": near[1] if near and coloured else None, "customers": count(customers)})
    return {"width": WIDTH, "height": round(height), "node": NODE, "nodes": nodes, "bands": drawn, "sizes_shown": len(keys) <= 8, "coloured": coloured,
            "columns": [{"x": round(LEFT + step * i + NODE / 2, 1), "k": key, "chosen": key == chosen} for i, key in enumerate(keys)]}
