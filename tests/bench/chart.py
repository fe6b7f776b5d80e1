"""Draws the benchmark's results: a group of bars a kernel, one bar a rival, on a logarithmic scale."""

import math
import statistics
from html import escape

COLOURS = ["#3465a4", "#cc7a29", "#5a9e3e", "#8f5fa8", "#b03a3a", "#777777"]
LEFT, RIGHT, TOP, BAR, GAP = 150, 60, 56, 9, 7


def ratios(times: dict[str, list[float]], ours: str, rival: str) -> list[float]:
    """The rival's time over ours, round by round."""
    return [theirs / own for theirs, own in zip(times[rival], times[ours])]


def text(x: float, y: float, words: str, anchor: str = "start", size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'


def chart(results: dict[str, dict[str, list[float]]], engines: list[str]) -> str:
    """An SVG. `results`: seconds of each round by kernel and engine; the first engine is ours. Without rivals, bars are
    our own seconds."""
    ours, rivals = engines[0], engines[1:]
    groups = []
    for kernel, times in results.items():
        if rivals:
            bars = [(i, statistics.median(found), min(found), max(found)) for i, rival in enumerate(rivals)
                    if rival in times and (found := ratios(times, ours, rival))]
        else:
            bars = [(0, statistics.median(times[ours]), min(times[ours]), max(times[ours]))]
        groups.append((kernel, bars))
    values = [value for _, bars in groups for _, _, low, high in bars for value in (low, high)] or [1]
    low, high = min(values) / 1.1, max(values) * 1.1
    if rivals:
        low = min(low, 0.9)
    width = 900
    height = TOP + sum(max(1, len(bars)) * BAR + GAP for _, bars in groups) + 24

    def at(value: float) -> float:
        return LEFT + (width - LEFT - RIGHT) * math.log(value / low) / math.log(high / low)

    title = f"CPU time of rivals, {ours} = 1 (right of the line: {ours} is faster)" if rivals else f"CPU seconds of {ours}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">',
           '<rect width="100%" height="100%" fill="white"/>', text(LEFT, 18, title, size=13)]
    for i, name in enumerate(rivals):
        out.append(f'<rect x="{LEFT + i * 130}" y="28" width="10" height="10" fill="{COLOURS[i % len(COLOURS)]}"/>')
        out.append(text(LEFT + i * 130 + 14, 37, name))
    step = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
    for value in step:
        if low <= value <= high:
            strong = rivals and value == 1
            out.append(f'<line x1="{at(value):.1f}" x2="{at(value):.1f}" y1="{TOP - 6}" y2="{height - 20}" '
                       f'stroke="{"black" if strong else "#dddddd"}"/>')
            out.append(text(at(value), height - 6, f"{value:g}", "middle"))
    y = TOP
    for kernel, bars in groups:
        rows = max(1, len(bars))
        out.append(text(LEFT - 8, y + rows * BAR / 2 + 4, kernel, "end"))
        zero = at(1) if rivals else LEFT
        for i, middle, least, most in bars:
            x, end = sorted((zero, at(middle)))
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{end - x:.1f}" height="{BAR - 1}" '
                       f'fill="{COLOURS[i % len(COLOURS)]}"/>')
            out.append(f'<line x1="{at(least):.1f}" x2="{at(most):.1f}" y1="{y + BAR / 2:.1f}" y2="{y + BAR / 2:.1f}" '
                       'stroke="black"/>')
            out.append(text(at(most) + 4, y + BAR - 1, f"{middle:.2f}", size=9))
            y += BAR
        y += GAP + (BAR if not bars else 0)
    out.append("</svg>")
    return "\n".join(out) + "\n"
