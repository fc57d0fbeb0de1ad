# SPDX-License-Identifier: Apache-2.0
"""A bar chart as SVG: groups of horizontal bars on a logarithmic axis, each with its spread."""
import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

COLOURS = ["#0b6e4f", "#c8553d", "#e09f3e", "#335c81", "#7d5ba6", "#5c9e31", "#6b7280", "#9ca3af", "#374151"]
LEFT, RIGHT, TOP, BAR, GAP, AXIS = 210, 110, 64, 13, 12, 28
WIDTH = 900


@dataclass
class Bar:
    series: str
    value: float
    low: float
    high: float
    label: str


def _ticks(low, high):
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [10.0**power * step for power in powers for step in (1, 2, 5)]
    inside = [tick for tick in ticks if low <= tick <= high]
    # Where there are many, the powers of ten are enough.
    return inside if len(inside) <= 10 else [tick for tick in inside if math.log10(tick) % 1 == 0]


def _text(x, y, content, anchor="start", size=11, weight="normal"):
    style = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(content)}</text>'


def _line(x1, y1, x2, y2, colour="#000"):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _box(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def chart(title, note, groups, series):
    """`groups`: [(name, [Bar])]; `series`: all names, whose place decides the colour. A line marks 1. No bars: ""."""
    bars = [bar for _, group in groups for bar in group if bar.value > 0]
    if not bars:
        return ""
    low = min(1.0, min(bar.low or bar.value for bar in bars)) / 1.3
    high = max(1.0, max(bar.high for bar in bars)) * 1.3
    plot = WIDTH - LEFT - RIGHT

    def x(value):
        return LEFT + plot * math.log(max(value, low) / low) / math.log(high / low)

    def colour_of(name):
        return COLOURS[series.index(name) % len(COLOURS)]

    groups = [(name, [bar for bar in group if bar.value > 0]) for name, group in groups]
    groups = [(name, group) for name, group in groups if group]
    height = TOP + sum(len(group) * BAR + GAP for _, group in groups) + AXIS
    bottom = height - AXIS
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
           'font-family="sans-serif" fill="#222">', _box(0, 0, WIDTH, height, "#fff"),
           _text(10, 20, title, size=15, weight="bold"), _text(10, 37, note, size=11)]
    at = 10
    for name in [name for name in series if any(bar.series == name for bar in bars)]:
        out.append(_box(at, 45, 10, 10, colour_of(name)))
        out.append(_text(at + 14, 54, name))
        at += 26 + 7 * len(name)
    for tick in _ticks(low, high):
        out.append(_line(x(tick), TOP, x(tick), bottom, "#222" if abs(tick - 1) < 1e-9 else "#ddd"))
        out.append(_text(x(tick), bottom + 15, f"{tick:g}x", "middle"))
    y = TOP + GAP / 2
    for name, group in groups:
        out.append(_text(LEFT - 8, y + len(group) * BAR / 2 + 4, name, "end", weight="bold"))
        for bar in group:
            left, right = sorted((x(1), x(bar.value)))
            middle = y + BAR / 2
            out.append(_box(left, y + 1, max(1.0, right - left), BAR - 2, colour_of(bar.series)))
            out.append(_line(x(bar.low), middle, x(bar.high), middle))
            out += [_line(x(end), middle - 3, x(end), middle + 3) for end in (bar.low, bar.high)]
            out.append(_text(max(x(bar.high), right) + 5, middle + 4, bar.label, size=10))
            y += BAR
        y += GAP
    out.append("</svg>")
    return "\n".join(out) + "\n"
