"""Tests the chart scripts in a headless Chromium."""

import json

from browser import Browser


def check(check, address):
    """Tests the scripts that reports and the viewer both use.

    check -- called with a name, the result, and a detail; address -- a server with the viewer.
    """
    with Browser() as page:
        page.open(f"{address}/runs")
        charts = Charts(page)
        check.each("charts", [
            charts.smooth_a_line_to_itself, charts.smooth_noise_away, charts.leave_short_series_alone, charts.bound_long_series,
            charts.mark_round_numbers, charts.write_numbers_as_reports_do, charts.show_one_step_as_a_value,
            charts.draw_nothing_of_nothing, charts.bound_long_legends, charts.compare_runs, charts.stack_phases, charts.mark_alarms,
            charts.mark_stages, charts.mark_peaks_beyond_the_axis,
        ])


class Charts:
    def __init__(self, page):
        self.page = page

    def value(self, script, expression):
        """The value of an expression over a script's exports, `it`."""
        return self.page.run(f"import('/assets/{script}').then(it => {expression})")

    def smoothed(self, values):
        """The smoothed points of an expression for values."""
        return self.value("smoothing.js", f"(values => it.smoothed([...values.keys()], values, 0.05))({values})")

    def drawn(self, content, expression):
        """The value of an expression over the `chart` of some content."""
        content = {"title": "Title", "note": "", "unit": "number", "smoothing": 0.05, **content}
        return self.value("chart.js", f"(chart => {expression})(it.chart({json.dumps(content)}))")

    def smooth_a_line_to_itself(self):
        points = self.smoothed("Array.from({ length: 200 }, (_, step) => 0.3 + 0.01 * step)")
        assert len(points) == 200 and all(abs(point["smooth"] - point["raw"]) < 1e-9 for point in points), points

    def smooth_noise_away(self):
        points = self.smoothed("Array.from({ length: 300 }, (_, step) => step % 2 ? -1 : 1)")
        assert all(abs(point["smooth"]) < 0.05 for point in points[20:280]), points

    def leave_short_series_alone(self):
        assert [point["smooth"] for point in self.smoothed("[1, 5, 2]")] == [1, 5, 2]
        assert self.smoothed("[]") == []

    def bound_long_series(self):
        points = self.smoothed("Array.from({ length: 100000 }, (_, step) => step)")
        assert 200 <= len(points) <= 400, len(points)
        assert points[-1]["step"] == 99_999 and abs(points[-1]["smooth"] - 99_999) < 1, points[-1]

    def mark_round_numbers(self):
        for axis, ticks in {
            "covering(0, 3.7)": [0, 1, 2, 3, 4], "covering(10, 11)": [10, 10.25, 10.5, 10.75, 11],
            "covering(-1, 1)": [-1, -0.5, 0, 0.5, 1], "covering(5, 5)": [0, 2, 4, 6],
            "covering(-5, -5)": [-6, -4, -2, 0], "covering(0, 0)": [0, 1], "covering(-3e-17, 2e-12)": [0, 1],
            "covering(-1e-12, 0.004)": [0, 0.001, 0.002, 0.003, 0.004], "covering(5, 5.000000000000002)": [0, 2, 4, 6],
            "fraction(1e-12)": [0, 0.005, 0.01, 0.015, 0.02], "fraction(0.5)": [0, 0.2, 0.4, 0.6],
            "fraction(1)": [0, 0.25, 0.5, 0.75, 1], "steps(1, 400)": [100, 200, 300, 400], "steps(1, 12)": [5, 10],
            "steps(7, 7)": [7],
        }.items():
            marked = self.value("axis.js", f"it.Axis.{axis}.ticks")
            assert marked == ticks, f"{axis}: {marked}"

    def write_numbers_as_reports_do(self):
        for call, text in {
            "bytes(512)": "512 B", "bytes(999400)": "999 kB", "bytes(999949)": "1.0 MB", "bytes(1.9e9)": "1.9 GB",
            "bytes(38e6)": "38.0 MB", "shortCount(840)": "840", "shortCount(25600)": "25.6k", "shortCount(999.6)": "1.0k",
            "number(0)": "0", "number(12345)": "12.3k", "number(432.1)": "432", "number(4.321)": "4.32", "number(0.4321)": "0.432",
            "number(0.00012)": "1.2e−4", "number(1e-6)": "1e−6", "number(-0.5)": "−0.500", "count(25600)": "25,600",
            "percent(0.7131, 1)": "71.3 %", "percent(null)": "–", "decimal(-0.001)": "0.00", "seconds(0.42)": "0.42 s",
            "seconds(7.3)": "7.3 s", "seconds(42)": "42 s", "seconds(11100)": "3 h 05 min", "words('tool/error_rate')": "Tool error rate",
        }.items():
            written = self.value("format.js", f"it.{call}")
            assert written == text, f"{call}: {written}"

    def show_one_step_as_a_value(self):
        line = {"name": "a", "tone": 1, "dash": 0, "steps": [3], "values": [2]}
        shown = self.drawn({"lines": [line]}, "[chart.querySelectorAll('svg').length, chart.querySelector('.figure').textContent]")
        assert shown == [0, "2.000step 3"], shown
        other = {**line, "name": "b", "tone": 2, "values": [1]}
        shown = self.drawn({"lines": [line, other]}, "[...chart.querySelectorAll('.values li')].map(item => item.textContent)")
        assert shown == ["a2.000", "b1.000"], shown
        longer = {**line, "name": "b", "steps": [1, 3], "values": [1, 2]}
        assert self.drawn({"lines": [line, longer]}, "chart.querySelectorAll('circle').length") == 2

    def bound_long_legends(self):
        lines = [{"name": str(number), "tone": 1, "dash": 0, "steps": [1, 2], "values": [1, 2]} for number in range(20)]
        order = self.drawn({"lines": lines}, "[...chart.children].map(child => child.className.baseVal ?? child.className)")
        assert order.index("long-legend") > 1, order
        looks = self.value("chart.js", "[0, 7, 8, 17].map(it.lineLook)")
        assert looks == [{"tone": 1, "dash": 0}, {"tone": 8, "dash": 0}, {"tone": 1, "dash": 1}, {"tone": 2, "dash": 2}], looks

    def compare_runs(self):
        """One colour for each run, a chart for each kind; the first run has the colour that it has alone."""
        runs = [{"name": name, "steps": [1, 2], "columns": {
            "reward/total": [0, 1], "accuracy/shape": [0, 1], "accuracy/all": [1, 0],
            "evaluation/scenes/without_tools/all": [None, 0.5]}} for name in ("one", "other")]
        drawn = self.value("learning_curves.js", """(runs => it.learningCurves(runs, { smoothing: 0 }).flatMap(theme => theme.figures)
            .map(figure => [figure.querySelector('h3').textContent, [...figure.querySelectorAll('h4')].map(title => title.textContent),
              [...figure.querySelectorAll('svg')].map(drawing =>
                [...drawing.querySelectorAll('g:has(.smooth)')].map(line => line.getAttribute('class')).join(' '))]))(%s)""" % json.dumps(runs))
        assert drawn == [["Reward", [], ["s1 s2"]], ["Accuracy by kind", ["Shape", "All"], ["s1 s2", "s1 s2"]],
                         ["Held-out scenes without tools: accuracy", [], []]], drawn

    def draw_nothing_of_nothing(self):
        assert self.drawn({"lines": [{"name": "a", "tone": 1, "dash": 0, "steps": [], "values": []}]}, "chart === null")

    def stack_phases(self):
        lines = [{"name": name, "tone": tone, "dash": 0, "steps": [1, 2], "values": values}
                 for tone, (name, values) in enumerate([("a", [1, 2]), ("b", [3, 1])], 1)]
        paths = self.drawn(
            {"lines": lines, "unit": "seconds", "stacked": True},
            "[...chart.querySelectorAll('.area')].map(area => area.getAttribute('d').split(/[MLZ]/).filter(Boolean))")
        # The upper area ends where the lower one begins: there and back.
        assert paths[1][2:] == paths[0][1::-1], paths

    def mark_alarms(self):
        lines = [{"name": "a", "tone": 1, "dash": 0, "steps": [1, 9], "values": [1, 2]}]
        alarms = [{"step": step, "action": "warn", "message": "<b>few</b>"} for step in (5, 10)]
        shown = self.drawn({"lines": lines, "alarms": alarms},
                           "[...chart.querySelectorAll('.alarm')].map(alarm => [alarm.textContent, alarm.querySelector('b')])")
        assert shown == [["Step 5: <b>few</b>", None]], shown

    def mark_stages(self):
        calls = [0.3 + 0.01 * step for step in range(70)] + [1.0] * 60 + [0.7] * 70

        def stages(accuracy):
            run = {"steps": list(range(1, 201)), "columns": {"tool/calls": calls, "accuracy/all": accuracy}}
            return [(mark["step"], mark["message"].split()[0]) for mark in self.value("learning_curves.js", f"it.stages({json.dumps(run)})")]
        # The mean of ten steps reaches 0.8 at step 56, and falls below 0.9 of its highest at step 134.
        assert stages([0.9] * 200) == [(56, "Frequent"), (134, "Selective")], stages([0.9] * 200)
        assert stages([0.9] * 130 + [0.5] * 70) == [(56, "Frequent")], "less use that costs accuracy is not selective"
        assert self.value("learning_curves.js", "it.stages({ steps: [1, 2], columns: {} })") == []

    def mark_peaks_beyond_the_axis(self):
        values = [1] * 300
        values[100] = values[101] = 50
        values[200] = 80
        line = {"name": "a", "tone": 1, "dash": 0, "steps": list(range(1, 301)), "values": values}
        shown = self.drawn({"lines": [line]}, """[
            [...chart.querySelectorAll('.peak title')].map(title => title.textContent), chart.querySelector('p.note').textContent,
            Math.min(...chart.querySelector('.every').getAttribute('d').match(/ [-\\d.]+/g).map(Number))]""")
        assert [title.split(":")[0] for title in shown[0]] == ["Step 101", "Step 201"], shown
        assert "2 peaks beyond the axis: ▲ 80" in shown[1], shown
        assert shown[2] == 14, "a path leaves the plot"
