# SPDX-License-Identifier: Apache-2.0
"""Medians, spreads and how numbers are written."""
import statistics


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def spread(values):
    """(max - min) / median, as a part of 1."""
    values = [value for value in values if value is not None]
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else None


def number(value):
    """Three significant digits at least, thousands apart."""
    if value is None:
        return ""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def ratio(value, of):
    return value / of if value is not None and of else None


def times(value):
    return "" if value is None else f"{number(value)}x"


def percent(value):
    return "" if value is None else f"{value * 100:.0f} %"
