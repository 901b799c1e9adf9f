"""report_check.py PAGE [RESULTS] - an HTML page of `initlab report`: well nested, no link or source outside, and no element that
its own code did not write. Prints the runs of its table: id, group, how it ended, the command that trains it again."""
import html
import html.parser
import json
import math
import re
import sqlite3
import statistics
import sys

VOID = {"meta", "link", "input", "br"}
OURS = VOID | set("html head title style body main header h1 h2 h3 p nav a section div table caption thead tbody tr th td "
                  "ul li button code pre details summary span form label select option noscript script svg desc rect g "
                  "path text circle line polyline polygon".split())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.script, self.data, self.ids = [], None, "", []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag in OURS, f"<{tag}> at {self.getpos()}"
        assert not [name for name in attrs if name.startswith("on")], attrs
        assert "src" not in attrs and attrs.get("href", "#").startswith(("#", "data:,")), attrs
        if tag == "a":
            self.ids.append(attrs["href"][1:])
        if tag not in VOID:
            self.open.append(tag)
            self.script = attrs.get("id") if tag == "script" else None

    def handle_startendtag(self, tag, attrs):
        if tag in VOID:
            return
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"
        self.script = None

    def handle_data(self, data):
        if self.script == "data":
            self.data += data
        elif self.script == "rest":
            rows = Page()
            rows.feed(data)
            rows.close()
            assert not rows.open, rows.open

NAMES = ("activation_mean activation_variance saturated dead gradient_norm update_ratio distance distinct_units "
         "effective_rank").split()


def check_layers(text, results):
    """The table of layers: medians over the runs of results.sqlite, to its 4 digits, and theory where weights are drawn
    with mean 0; of 3 schemes, zeros among them, 3 runs each, 3 layers."""
    section = text[text.index('<section id="layers">'):]
    table = re.search(r"The layers as a table</summary>.*?</table>", section, re.S)[0]
    cells = [[html.unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in re.findall(r"<tr>.*?</tr>", table, re.S)]
    rows = cells[1:]
    results = sqlite3.connect(results)
    checked = theory = 0
    for init, layer, step, runs, *shown in rows:
        seen = results.execute(f"SELECT {','.join(NAMES)} FROM diagnostics JOIN runs USING (run_id) WHERE init = ? AND layer = ? "
                            "AND step = ?", (init, layer, step)).fetchall()
        assert len(seen) == int(runs) == 3, (init, layer, step, runs, len(seen))
        for column, name in enumerate(NAMES):
            numbers = [row[column] for row in seen if row[column] is not None]
            if 2 * len(numbers) < len(seen) or not numbers:
                assert shown[column] == "-", (init, layer, name, shown[column])
                continue
            want = statistics.median(numbers)  # of floats, to 4 digits
            assert math.isclose(float(shown[column]), want, rel_tol=6e-4, abs_tol=1e-30), (init, layer, name, shown[column], want)
            checked += 1
        hidden = shown[1] != "-" and int(step) == 0
        assert (shown[10] != "-") == (hidden and init != "zeros"), (init, layer, step, shown)
        theory += shown[10] != "-"
    assert len(rows) == 3 * 3 * 2 and checked > 100 and theory == 2 * 2, (len(rows), checked, theory)
    assert section.count('class="theory"') >= 4


def attributes(element):
    return dict(re.findall(r'([\w-]+)="([^"]*)"', element))


def check_keys(text, groups):
    """The legend's buttons: what a group looks like, no two alike, and with the dash that it has in the figures' own legends."""
    keys, shapes = {}, {}
    for n, svg in re.findall(r'<button type="button" aria-pressed="false" data-group="(\d+)"><span class="key">(.*?)</svg>', text, re.S):
        line, marker = re.findall("<(?:path|circle)[^>]*>", svg)
        keys[n] = attributes(line)
        shapes[n] = attributes(marker).get("d", "circle")
        assert attributes(marker)["fill"] == keys[n]["stroke"] and 'aria-hidden="true"' in svg, svg
    assert len(keys) == (min(len(groups), 100) if len(groups) > 1 else 0), (len(keys), len(groups))
    looks = {(k["stroke"], k.get("stroke-dasharray"), shapes[n]) for n, k in keys.items()}
    assert len(looks) == len(keys), "buttons that look alike"
    for n, path in re.findall(r'<g class="name" data-group="(\d+)">\n(<path[^>]*>)', text):
        if "stroke-dasharray" in keys.get(n, {}):
            assert attributes(path)["stroke-dasharray"] == keys[n]["stroke-dasharray"], (n, path, keys[n])
    return keys


def check_colours(text, groups):
    """A group has one colour in all figures, and a line or a word in those of layers."""
    legend = {n: key["stroke"] for n, key in check_keys(text, groups).items()}
    section = text[text.index('<section id="layers">'):]
    lines = re.findall(r'<g data-group="(\d+)">(.*?)</g>', section, re.S)
    for n, line in lines:
        assert not legend or set(re.findall(r'stroke="(#\w+)"', line)) <= {legend[n], "#fff"}, (n, legend, line[:200])
    for n in set(legend) - {n for n, _ in lines}:
        said = [html.unescape(d).partition("not looked at (--diag): ")[2] for d in re.findall("<desc>(.*?)</desc>", section, re.S)]
        assert not lines or any(groups[int(n)] in words or re.search(r"\d+ more", words) for words in said), (groups[int(n)], said)
    return len(lines)


text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
assert not page.open, page.open
assert all(f'id="{name}"' in text for name in page.ids), page.ids
for outside in "http:", "https:", "url(", "@import":
    assert outside not in text.replace("http://www.w3.org/2000/svg", ""), outside
data = json.loads(page.data)
coloured = check_colours(text, data["groups"])
for row in data["rows"]:
    assert len(row) == 4 + len(data["columns"]), row
    print(row[0], data["groups"][row[2]] if row[2] >= 0 else "-", data["ends"][row[3]],
          data["train"][row[0]] if data["rerun"][row[1]] is None else data["rerun"][row[1]] + row[0],
          sep="\t")
if sys.argv[2:]:
    assert coloured
    check_layers(text, sys.argv[2])
