# SPDX-License-Identifier: Apache-2.0
"""Writes results: report.md with its tables, SVG plots, results.json with every sample."""
import json
import os
import shlex

from lib import bars, svg
from lib.scenarios import SCENARIOS
from lib.stats import median, number, percent, ratio, spread, times

LOAD_COLUMNS = [("user_us", "user us/request", True), ("system_us", "sys us/request", False),
                ("rps", "requests/s", True), ("mib_per_s", "MiB/s", False), ("p50_ms", "p50 ms", False),
                ("p99_ms", "p99 ms", False), ("rss_mb", "RSS MB", False)]
SINGLE_COLUMNS = {
    "start": [("start_ms", "ms to the first response", True), ("start_cpu_ms", "CPU ms until then", True)],
    "cold": [("cold_ms", "cold worker ms (both)", True), ("load_ms", "ms per worker at start", False),
             ("first_ms", "first request ms", False), ("warm_ms", "second request ms", False),
             ("rss_mb", "RSS MB of 50", True)],
    "memory": [("start_mb", "MB after start", True), ("loaded_mb", "MB after load", True),
               ("idle_mb", "MB per 1,000 idle connections", True)],
}
SINGLE_TITLES = {"start": "start to first response (hello world)", "cold": "a cold worker, of 50 in a process",
                 "memory": "memory (hello world)"}
PLOTS = [
    ("user-cpu", "User CPU per request, of sedge's", "lower is better", "user_us"),
    ("cpu", "User and system CPU per request, of sedge's", "lower is better", "cpu_us"),
    ("throughput", "Requests per second, of sedge's", "higher is better", "rps"),
]
SINGLE_PLOTS = [("start", "start_ms", "start"), ("cold", "cold_ms", "cold worker"),
                ("memory", "start_mb", "memory after start"), ("memory", "loaded_mb", "memory after load"),
                ("memory", "idle_mb", "idle connections")]


class Report:
    def __init__(self, results, peers, header, partial):
        self.results = results
        self.partial = partial  # bars of what nobody asked to be measured are left out
        self.peers = peers
        self.header = header  # lines of Markdown

    def table(self, scenario, columns):
        cells = ["server"]
        for _, title, compared in columns:
            cells += [title, "of sedge's"] if compared else [title]
        lines = [f"| {' | '.join([*cells, 'spread'])} |", "|" + "---|" * (len(cells) + 1)]
        for peer in self.peers:
            if (scenario, peer.name) not in self.results.samples:
                continue
            cells = [peer.name]
            for metric, _, compared in columns:
                value = median(self.results.of(scenario, peer.name, metric))
                cells.append(number(value))
                if compared:
                    cells.append(times(ratio(value, median(self.results.of(scenario, "sedge", metric)))))
            cells.append(percent(spread(self.results.of(scenario, peer.name, columns[0][0]))))
            lines.append(f"| {' | '.join(cells)} |")
        reasons = [f"- {peer.name}: {self.results.reasons[scenario, peer.name]}" for peer in self.peers
                   if (scenario, peer.name) in self.results.reasons]
        return lines + ([""] + reasons if reasons else [])

    def sections(self):
        measured = {scenario for scenario, _ in [*self.results.samples, *self.results.reasons]}
        for scenario in SCENARIOS:
            if scenario.name in measured:
                yield f"{scenario.name}: {scenario.title}", scenario.name, LOAD_COLUMNS
        for name, columns in SINGLE_COLUMNS.items():
            if name in measured:
                yield f"{name}: {SINGLE_TITLES[name]}", name, columns

    def configuration(self):
        lines = ["## Configuration", "", "Defaults of every server, all limits and checks on, but for this:", ""]
        for (setup, peer), (command, files) in self.results.launches.items():
            lines.append(f"- {setup}, {peer}: `{shlex.join(command)}`")
            for name, text in files.items():
                content = [f"  {line}" for line in text.splitlines()]
                lines += ["", f"  <details><summary>{name}</summary>", ""]
                lines += ["  ```", *content, "  ```", "  </details>", ""]
        lines += ["", "The load:", ""]
        lines += [f"- {scenario}: `{shlex.join(command)}`" for scenario, command in self.results.loads.items()]
        return lines

    def markdown(self, plots):
        lines = ["# Benchmark", "", *self.header, "", "## Bars", "", "| bar | measured | |", "|---|---|---|"]
        for verdict in bars.Bars(self.results).all():
            if verdict.kept is not None or not self.partial:
                lines.append(f"| {verdict.bar} | {verdict.measured} | {verdict.word()} |")
        lines += ["", *(f"![{title}]({name}.svg)" for name, title in plots)]
        for title, scenario, columns in self.sections():
            lines += ["", f"## {title}", "", *self.table(scenario, columns)]
        return "\n".join([*lines, "", *self.configuration(), ""])

    def bar(self, scenario, peer, metric):
        values = [value for value in self.results.of(scenario, peer, metric) if value is not None]
        base = median(self.results.of(scenario, "sedge", metric))
        if not values or not base:
            return None
        value = median(values)
        label = f"{times(value / base)} ({number(value)})"
        return svg.Bar(peer, value / base, min(values) / base, max(values) / base, label)

    def plots(self):
        names = [peer.name for peer in self.peers]

        def group(scenario, metric):
            return [bar for name in names if (bar := self.bar(scenario, name, metric))]

        for name, title, note, metric in PLOTS:
            groups = [(scenario.name, group(scenario.name, metric)) for scenario in SCENARIOS]
            yield name, title, svg.chart(title, f"medians; lines: lowest and highest round; {note}", groups, names)
        groups = [(title, group(scenario, metric)) for scenario, metric, title in SINGLE_PLOTS]
        title = "Start and memory, of sedge's"
        note = "medians; lines: lowest and highest round; lower is better"
        yield "start-and-memory", title, svg.chart(title, note, groups, names)

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        plots = []
        for name, title, text in self.plots():
            if text:
                plots.append((name, title))
                with open(os.path.join(folder, f"{name}.svg"), "w", encoding="utf-8") as file:
                    file.write(text)
        with open(os.path.join(folder, "report.md"), "w", encoding="utf-8") as file:
            file.write(self.markdown(plots))
        samples = [{"scenario": scenario, "peer": peer, "samples": metrics}
                   for (scenario, peer), metrics in self.results.samples.items()]
        reasons = [{"scenario": scenario, "peer": peer, "reason": reason}
                   for (scenario, peer), reason in self.results.reasons.items()]
        with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
            json.dump({"header": self.header, "results": samples, "not_measured": reasons}, file, indent=1)
