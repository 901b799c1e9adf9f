#!/usr/bin/env python3
"""report.py PROGRAM [--shots DIR] - the page of `initlab report` in a real browser, Debian's chromium, by WebDriver.

Of a small sweep that has everything in it (a winner, runs that diverge, runs that are stuck), in a folder of a hostile
name: nothing on the console, no request; on a desk and on a phone, in light and dark: what answers the question is seen
without scrolling, every column sorts, searching, legend, hover, touch and keyboard work, arrow keys reach every value of
a figure, the focus is seen, contrasts hold, and a phone scrolls down and never sideways; on paper all of the ranking, and nothing cut. Of 10,000 runs: under 5 MB, and few
elements until more are asked for, which is what makes it quick; tools/bench/report_opens.py has the seconds. --shots leaves
pictures to look at. Skips with 77 where there is no browser.
"""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.path.abspath(sys.argv[1])
SHOTS = pathlib.Path(sys.argv[3]) if sys.argv[2:3] == ["--shots"] else None
# Of 10,000 runs in 1,000 groups: 2,400 in the first 200 rows of the table, 1,700 in the first 100 of the ranking, 4,300 in
# figures, the filter's 1,000 groups, and what surrounds them. All rows would be 120,000 and 17,000.
ELEMENTS = 16000
COUNT = "return ['#list', '#ranking', '.figure'].map(c => c + ' ' + document.querySelectorAll(c + ' *').length).join(', ')"
ENTER, TAB, ESCAPE, SPACE, HOME, END, SHIFT = "\ue007", "\ue004", "\ue00c", " ", "\ue011", "\ue010", "\ue008"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"
DESK, PHONE, PAPER = 1280, 360, 720
HOSTILE = "<script>alert(1)<\\script>&\"'"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """A session of chromedriver: https://www.w3.org/TR/webdriver2/"""

    def __init__(self, folder):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, cwd=folder)
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                break
        self.root = f"http://127.0.0.1:{found[1]}/session"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            f"--user-data-dir={folder}/profile", "--window-size=1100,900"]}
        reply = self.send("", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.root += "/" + reply["sessionId"]

    def send(self, path, body=None, method="POST"):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"webdriver: {path}: {error.read().decode()[:600]}")

    def close(self):
        try:
            self.send("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def open(self, path):
        self.send("/url", {"url": "file://" + urllib.parse.quote(str(path))})

    def run(self, script, *args):
        return self.send("/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command, **parameters):
        return self.send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def find(self, css):
        return self.send("/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.send(f"/element/{self.find(css)}/click")

    def type(self, css, text):
        self.send(f"/element/{self.find(css)}/value", {"text": text})

    def point(self, css, pointer, *more):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center', inline: 'center'})", css)
        self.send("/actions", {"actions": [{"type": "pointer", "id": pointer, "parameters": {"pointerType": pointer},
                                            "actions": [{"type": "pointerMove", "x": 0, "y": 0, "duration": 0,
                                                         "origin": {ELEMENT: self.find(css)}}, *more]}]})

    def hover(self, css):
        self.point(css, "mouse")

    def touch(self, css):
        self.point(css, "touch", {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def press(self, keys):
        """All of these down, then up."""
        turns = [("keyDown", key) for key in keys] + [("keyUp", key) for key in reversed(keys)]
        self.send("/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": turn, "value": key} for turn, key in turns]}]})

    def log(self, kind):
        return self.send("/se/log", {"type": kind})

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def width(self, pixels):
        self.cdp("Emulation.setDeviceMetricsOverride", width=pixels, height=800, deviceScaleFactor=1,
                 mobile=pixels < 600)

    def shot(self, name):
        if SHOTS:
            high = self.run("return document.documentElement.scrollHeight")
            wide = self.run("return innerWidth")
            picture = self.cdp("Page.captureScreenshot", captureBeyondViewport=True,
                               clip={"x": 0, "y": 0, "width": wide, "height": min(high, 5000), "scale": 1})
            (SHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


def check(condition, words):
    if not condition:
        raise SystemExit(f"report: {words}")


def initlab(folder, *args):
    environment = dict(os.environ, BLIS_NUM_THREADS="1")
    done = subprocess.run([PROGRAM, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"initlab {' '.join(args)}: {done.stderr}")


def make(folder):
    """The pages of a small sweep, and of 10,000 runs."""
    subprocess.run([sys.executable, HERE.parent / "cli/make_idx.py", folder / "set", "96"], check=True)
    common = ["--batch", "8", "--data", "set", "--devices", "cpu:1", "--quiet"]
    initlab(folder, "sweep", "run", "--layers", "in,8,out", "--init", "he_normal,normal:std=1e-4,zeros,normal:std=1e30",
            "--lr", "0.02,0.5", "--epochs", "6", "--seeds", "0..8", "--out", HOSTILE, *common)
    initlab(folder, "report", HOSTILE, "-o", "small.html")
    initlab(folder, "sweep", "run", "--layers", "in,8x2,out", "--layers", "in,8x3,out", "--activation", "relu,tanh", "--init",
            "he_normal,edge_of_chaos:q=0.25", "--lr", "0.1,0.5", "--epochs", "2", "--seeds", "0..5", "--diag", "every=epoch",
            "--out", "four", *common)
    initlab(folder, "report", "four", "-o", "four.html")
    schemes = "he_normal,glorot_uniform,zeros,orthogonal,lecun_normal,he_uniform,glorot_normal,lecun_uniform,ones,identity"
    initlab(folder, "sweep", "run", "--layers", "in,out", "--init", schemes, "--lr", "0.01..1+0.01", "--epochs", "1",
            "--seeds", "0..9", "--pack-size", "1000", "--out", "many", *common)
    initlab(folder, "report", "many", "-o", "many.html")


# ---- the page ----------------------------------------------------------------------------------

COLUMN = """const i = [...document.querySelectorAll('#list th button')].findIndex(b => b.textContent === arguments[0]);
return [...document.querySelectorAll('#list tbody tr')].map(r => r.cells[i].textContent);"""
HEAD = """const b = [...document.querySelectorAll('#list th button')].find(b => b.textContent === arguments[0]);
b.id = 'wanted'; return b.closest('th').getAttribute('aria-sort');"""

# Texts whose contrast to what lies behind them is below 4.5:1 (WCAG 2, 1.4.3); of SVG, to the page.
CONTRAST = r"""
const rgb = c => (c.match(/[\d.]+/g) || []).map(Number);
const light = c => { const l = rgb(c).slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  if (rgb(c).length && (rgb(c).length < 4 || rgb(c)[3] > 0)) return c; } return 'rgb(255, 255, 255)'; };
const wrong = [];
for (const e of document.querySelectorAll('body *')) {
  if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
  if (['SCRIPT', 'STYLE', 'title', 'desc', 'OPTION'].includes(e.tagName)) continue;
  const style = getComputedStyle(e), svg = e.namespaceURI.endsWith('svg');
  let back = behind(e);
  const before = getComputedStyle(e, '::before');
  if (!['none', '""'].includes(before.content)) { const c = light(before.color), d = light(back);
    if ((Math.max(c, d) + .05) / (Math.min(c, d) + .05) < 4.5) wrong.push(`before ${e.tagName} '${before.content}' ${before.color}`); }
  if (svg && style.paintOrder.startsWith('stroke') && style.stroke !== 'none') back = style.stroke; // its edge, as of a cell's value
  const a = light(svg ? style.fill : style.color), b = light(back);
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const size = parseFloat(style.fontSize);
  if (ratio < 4.5 || (size < 11 && !matchMedia('print').matches)) wrong.push(`${e.tagName} '${e.textContent.trim().slice(0, 40)}' ${ratio.toFixed(2)} ${size}px`);
}
return wrong;"""

# What axe's rules of these names look for.
AXE = r"""
const wrong = [], no = (css, good, words) => document.querySelectorAll(css).forEach(e => {
  if (!good(e)) wrong.push(words + ': ' + e.outerHTML.slice(0, 100)); });
no('html', e => e.lang && document.title, 'html-has-lang, document-title');
no('input, select', e => e.labels.length && e.labels[0].textContent.trim(), 'label');
no('button, a, summary', e => e.textContent.trim(), 'button-name');
no('table', e => e.caption && e.caption.textContent.trim() && e.tHead.rows.length, 'table caption');
no('th', e => e.scope && e.textContent.trim(), 'scope-attr-valid');
no('svg:not([aria-hidden])', e => e.getAttribute('role') === 'img' && e.querySelector(':scope > title').textContent &&
  e.querySelector(':scope > desc').textContent, 'svg-img-alt');
no('[role=region], [role=group], nav', e => e.getAttribute('aria-label'), 'aria-label');
no('.scroll, .figure, pre', e => e.tabIndex === 0 || e.querySelector('[tabindex="0"]') || e.closest('details'), 'scrollable-region-focusable');
no('[role=slider]', e => e.getAttribute('aria-label') && e.hasAttribute('aria-valuenow'), 'aria-input-field-name');
no('[id]', e => document.querySelectorAll('#' + CSS.escape(e.id)).length === 1, 'duplicate-id');
const level = [...document.querySelectorAll('h1, h2, h3')].map(e => Number(e.tagName[1]));
if (level[0] !== 1 || level.some((l, i) => i && l > level[i - 1] + 1)) wrong.push('heading-order: ' + level);
if (document.querySelectorAll('main').length !== 1) wrong.push('landmark-one-main');
return wrong;"""


def check_quiet(b, path, words):
    said = [e["message"] for e in b.log("browser")]
    check(not said, f"{words}: on the console: {said[:5]}")
    asked = [json.loads(e["message"])["message"] for e in b.log("performance")]
    urls = {m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"}
    outside = [u for u in urls if not u.startswith(("data:", "chrome:")) and urllib.parse.unquote(u) != f"file://{path}"]
    check(not outside, f"{words}: requests: {outside}")


def check_table(b):
    rows = 4 * 2 * 9
    check(len(b.run(COLUMN, "run")) == rows, "not all runs are shown")
    numbers = lambda name: [float(t) for t in b.run(COLUMN, name) if t != "-"]
    check(b.run(HEAD, "test_cost") is None, "sorted before it was asked for")
    b.click("#wanted")
    check(b.run(HEAD, "test_cost") == "ascending", "aria-sort after a click")
    shown = b.run(COLUMN, "test_cost")
    check(numbers("test_cost") == sorted(numbers("test_cost")), "not sorted upwards")
    check("-" in shown and shown.index("-") == rows - shown.count("-"), "what is none does not come last")
    b.type("#wanted", ENTER)
    check(b.run(HEAD, "test_cost") == "descending", "aria-sort after Enter")
    check(numbers("test_cost") == sorted(numbers("test_cost"), reverse=True), "not sorted downwards")
    check(b.run("return document.querySelectorAll('#list [aria-sort]').length") == 1, "two columns are sorted")
    b.type("#find", "HE_norm lr=0.5")
    check(len(b.run(COLUMN, "run")) == 9 and set(b.run(COLUMN, "init")) == {"he_normal"}, "find: other runs")
    check("9 of 72 runs" in b.run("return document.getElementById('count').textContent"), "find: the count")
    b.run("const f = document.getElementById('find'); f.value = ''; f.dispatchEvent(new Event('input'))")
    b.run("const e = document.getElementById('end'); e.value = '2'; e.dispatchEvent(new Event('input'))")
    check(len(b.run(COLUMN, "run")) == 18 and set(b.run(COLUMN, "ended")) == {"diverged"}, "ended: other runs")
    b.run("const e = document.getElementById('end'); e.value = ''; e.dispatchEvent(new Event('input'))")
    again = b.run(COLUMN, "trains it again")[0]
    check(again.startswith("initlab sweep rerun '<script>"), f"the rerun line is {again}")


def check_legend(b):
    b.click(".legend button[data-group='1']")
    check(b.run("return document.querySelector('.legend [aria-pressed=true]').dataset.group") == "1", "legend: pressed")
    check(len(b.run(COLUMN, "run")) == 9, "legend: the table is not of the group alone")
    alone = b.run("""return [...document.querySelectorAll('.figure.alone')].map(f =>
      [...f.querySelectorAll('[data-group]')].filter(e => getComputedStyle(e).opacity === '1').map(e => e.dataset.group))""")
    check(len(alone) == 2 and all(set(one) == {"1"} for one in alone), f"legend: what is seen in figures: {alone}")
    b.hover(".curves .name[data-group='1'] text")
    b.click(".curves .name[data-group='1'] text")
    check(b.run("return document.querySelectorAll('.legend [aria-pressed=true]').length") == 0, "legend in a figure")
    b.click(".legend button[data-group='1']")
    b.type(".legend button[data-group='1']", ENTER)
    check(b.run("return document.querySelectorAll('.legend [aria-pressed=true], .alone').length") == 0, "legend: released")
    check(len(b.run(COLUMN, "run")) == 72, "legend: all runs again")


def check_hover(b):
    for css in ".figure [data-group] path", ".figure .cell":
        b.hover(css)
        tip = b.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.textContent")
        check(re.search(r"\d", tip), f"hover: {css}: no value, '{tip}'")
    b.hover(".curves .name[data-group='2'] text")
    x, y = b.run("""const p = document.querySelector(".curves [data-group='2'] > path[stroke-linejoin]");
      const at = p.getAttribute('d').match(/[\\d.]+ [\\d.]+/g)[4].split(' ').map(Number);
      const m = p.getScreenCTM(); return [m.e + m.a * at[0], m.f + m.d * at[1]].map(Math.round)""")
    b.send("/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                     "actions": [{"type": "pointerMove", "x": x, "y": y, "duration": 0}]}]})
    tip = b.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.textContent")
    cell = b.run("return document.querySelector('details table tbody tr:nth-child(' + arguments[0] + ')').cells[3].textContent",
                 int((re.search(r"epoch (\d+)", tip) or [0, "1"])[1]))
    found = re.fullmatch(r"(.*)\nepoch (\d+): median ([\d.]+)", tip)
    check(found and found[2] == "5" and abs(float(found[3]) - float(cell.split()[0])) < 1e-4, f"hover: a curve says '{tip}', its table {cell}")
    b.hover("h1")
    check(b.run("return document.getElementById('tip').hidden"), "hover: the value stays")


FOCUSED = """const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
const x = Math.min(Math.max(box.left + 8, 1), innerWidth - 1), y = Math.min(Math.max(box.top + Math.min(8, box.height / 2), 1), innerHeight - 1);
const top = document.elementFromPoint(x, y);
return [window.stops.indexOf(e), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && (e.contains(top) || top.contains(e)),
  e.outerHTML.slice(0, 80)];"""
STOPS = """window.stops = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')].filter(e =>
  e.checkVisibility() && !(e.closest('details:not([open])') && e.tagName !== 'SUMMARY'));
document.querySelectorAll('.scroll, .figure').forEach(e => { e.scrollLeft = 0; });
const first = document.querySelector('h1'); first.tabIndex = -1; first.focus(); first.removeAttribute('tabindex'); scrollTo(0, 0);
return window.stops.length;"""


def check_keyboard(b, where):
    """Tab stops at all that can be used, in the order of the page, and it is seen where."""
    stops = b.run(STOPS)
    there = [(TAB, turn) for turn in range(stops)]
    back = [(SHIFT + TAB, turn) for turn in range(stops - 2, -1, -1)] if where == f"light, {DESK}" else []
    for keys, turn in there + back:
        b.press(keys)
        at, outlined, seen, what = b.run(FOCUSED)
        check(at == turn, f"{where}: stop {turn + 1} of {stops} is {at + 1}: {what}")
        check(outlined, f"{where}: no outline: {what}")
        check(seen, f"{where}: the focus is out of sight, or behind something: {what}")
    ratio = b.run("""const rgb = c => c.match(/[\\d.]+/g).slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
      const light = c => { const l = rgb(c); return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
      const a = light(getComputedStyle(document.activeElement).outlineColor), b = light(getComputedStyle(document.body).backgroundColor);
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05)""")
    check(ratio >= 3, f"{where}: the outline's contrast is {ratio}")  # WCAG 2, 1.4.11


def natural(text):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", text.lower())]


def in_order(texts, number):
    """Upwards, what is none last; the page's own comparison is Intl's."""
    some = [float(t) if number else natural(t) for t in texts if t != "-"]
    return some == sorted(some) and all(t == "-" for t in texts[len(some):])


def check_sort(b, where, presses):
    """Every column, upwards and downwards, by two ways to press a button; from the last back to the first, too."""
    names = b.run("return [...document.querySelectorAll('#list th button')].map(b => b.textContent)")
    check(len(names) >= 8, f"{where}: columns {names}")
    for i in [*range(len(names)), 0]:
        css = f"#list thead th:nth-child({i + 1})"
        number = b.run("return document.querySelector(arguments[0]).className === 'n'", css)
        for press, want in zip(presses, ("ascending", "descending")):
            press(css + " button")
            said = b.run("return [...document.querySelectorAll('#list thead th')].map(t => t.getAttribute('aria-sort') || '')")
            check(said == [want if k == i else "" for k in range(len(names))], f"{where}: {names[i]}: aria-sort {said}")
            texts = b.run(COLUMN, names[i])
            none = texts.count("-")
            some = texts[:len(texts) - none]
            check(in_order((some if want == "ascending" else some[::-1]) + texts[len(texts) - none:], number),
                  f"{where}: {names[i]}, {want}: {texts[:6]}")


SEEN = """const box = document.querySelector('#ranking .scroll').getBoundingClientRect(), frame = document.querySelector('#ranking .scroll');
frame.scrollLeft = 0;
return [...document.querySelectorAll('#ranking tbody tr')].map(r => [...r.cells].filter(c => c.getClientRects().length &&
  [...c.getClientRects()].every(k => k.left >= Math.max(box.left, 0) && k.right <= Math.min(box.right, innerWidth) + 1) &&
  c.scrollWidth <= c.clientWidth + 1).map(c => c.dataset.of + ':' + c.textContent));"""


def check_ranking(b, where, width):
    """What answers the question is seen without scrolling sideways: on a desk as the first columns, on a phone as a card."""
    head = b.run("return [...document.querySelectorAll('#ranking thead th')].map(t => t.textContent.replace(/ \\(.*/, ''))")
    asked = ["init", "lr", "verdict", "n", "mean", "interval", "difference", "interval", "p", "d_z"]
    check(head[:len(asked)] == asked, f"{where}: the ranking's columns are {head}")
    check(set(head[-6:]) == {"median", "iqm", "worst", "best", "best_run", "area"}, f"{where}: the ranking ends in {head}")
    cells = b.run("return [...document.querySelectorAll('#ranking tbody tr')].map(r => [...r.cells].map(c => c.dataset.of + ':' + c.textContent))")
    wanted = [row[:len(asked)] if width > PHONE else [c for c in row if not c.endswith(":-")] for row in cells]
    check(len(wanted) == 8 and len(cells[1]) == len(head), f"{where}: {len(wanted)} groups")
    for want, seen in zip(wanted, b.run(SEEN)):
        check(set(want) <= set(seen), f"{where}: not seen without scrolling: {sorted(set(want) - set(seen))}")
    if width <= PHONE:
        named = b.run("""return [...document.querySelectorAll('#ranking tbody tr:nth-child(2) > *')].map(c =>
          [c.dataset.of, getComputedStyle(c, '::before').content])""")
        named = {of: said for of, said in named if of not in ("interval", "verdict")}
        check(all(said == 'attr(data-of) " "' or said.strip('"').strip() == of for of, said in named.items()), f"{where}: labels {named}")
        wide = b.run("const f = document.querySelector('#ranking .scroll'); return f.scrollWidth - f.clientWidth")
        check(wide <= 0, f"{where}: the ranking scrolls {wide} pixels sideways")


def check_legend_box(b, where, groups):
    """All buttons are whole, and each shows its group alone, in the table and the ranking too, and all again."""
    cut = b.run("""const box = document.querySelector('.legend'), edge = box.getBoundingClientRect();
      return [...box.children].filter(e => { const k = e.getBoundingClientRect(); return k.left < edge.left - 1 || k.right > edge.right + 1 ||
        k.top < edge.top - 1 || k.bottom > edge.bottom + 1 || e.scrollWidth > e.clientWidth + 1; }).map(e => e.textContent)""")
    check(not cut, f"{where}: cut buttons: {cut}")
    for group in groups:
        for pressed in True, False:
            b.click(f".legend button[data-group='{group}']")
            is_pressed = b.run("return [...document.querySelectorAll('.legend [aria-pressed=true]')].map(e => e.dataset.group)")
            check(is_pressed == [str(group)] * pressed, f"{where}: group {group}: pressed {is_pressed}")
            runs = len(b.run(COLUMN, "run"))
            check(runs == (9 if pressed else 72), f"{where}: group {group}: {runs} runs")
            rows = b.run("return [...document.querySelectorAll('#ranking tbody tr')].flatMap((r, i) => r.className === 'alone' ? [i] : [])")
            check(rows == [group] * pressed, f"{where}: group {group}: marked rows {rows}")
            faint = b.run("""return [...document.querySelectorAll('.intervals [data-group], .curves [data-group]')].filter(e =>
              getComputedStyle(e).opacity < 1 && Number(e.dataset.group) === arguments[0]).length""", group)
            check(faint == 0, f"{where}: group {group}: it is faint itself")
            others = b.run("""return [...document.querySelectorAll('.curves [data-group]')].filter(e =>
              getComputedStyle(e).opacity < .5 && Number(e.dataset.group) !== arguments[0]).length""", group)
            check((others > 0) == pressed, f"{where}: group {group}: {others} others are faint")
            if group == 0 and pressed:
                wrong = b.run(CONTRAST)
                check(not wrong, f"{where}, a group alone: contrast or size: {wrong[:8]}")


def tip(b):
    return b.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.textContent")


def check_tips(b, where):
    """A value under the pointer, whole on the screen; gone with Escape, with scrolling, and on a phone a touch shows it."""
    for css in ".figure [data-group] path", ".figure .cell":
        b.hover("h1")
        check(not tip(b), f"{where}: a value where there is none: '{tip(b)}'")
        (b.touch if where.endswith(str(PHONE)) else b.hover)(css)
        check(re.search(r"\d", tip(b)), f"{where}: {css}: no value, '{tip(b)}'")
        box = b.run("const k = document.getElementById('tip').getBoundingClientRect(); return [k.left, k.top, innerWidth - k.right, innerHeight - k.bottom]")
        check(min(box) >= 0, f"{where}: the value leaves the screen: {box}")
        b.press(ESCAPE)
        check(not tip(b), f"{where}: Escape leaves '{tip(b)}'")
    b.hover(".figure .cell")
    check(tip(b), f"{where}: no value after Escape")
    b.run("scrollTo(0, 0); return new Promise(done => addEventListener('scroll', done, { once: true }))")
    check(not tip(b), f"{where}: '{tip(b)}' stays when the page moves on")


AT = """const slider = document.activeElement, figure = slider.closest('.figure'), ring = figure && figure.querySelector('.at');
if (!ring || slider.getAttribute('role') !== 'slider') return null;
const t = document.getElementById('tip'), k = t.getBoundingClientRect(), o = ring.getBoundingClientRect(), m = ring.getScreenCTM();
return [t.hidden ? '' : t.textContent, slider.getAttribute('aria-valuetext'), Number(slider.getAttribute('aria-valuenow')),
  Number(slider.getAttribute('aria-valuemax')), Math.min(k.left, k.top, innerWidth - k.right, innerHeight - k.bottom),
  o.left >= 0 && o.right <= innerWidth && o.top >= 0 && o.bottom <= innerHeight,
  [m.e + m.a * ring.cx.baseVal.value, m.f + m.d * ring.cy.baseVal.value]];"""


def walked(b, where, *keys):
    """What is said after these keys, shown and read out alike, whole on the screen: the value, its place and how many there are."""
    for key in keys:
        b.press(key)
    seen = b.run(AT)
    check(seen, f"{where}: no value of a figure has the focus")
    text, said, now, most, room, in_sight, place = seen
    check(text == said != "", f"{where}: shown '{text}', read out '{said}'")
    check(room >= 0 and in_sight, f"{where}: '{text}' is out of sight")
    check(1 <= now <= most, f"{where}: value {now} of {most}")
    return text, now, most, place


def check_walk(b, where):
    """Values by keyboard: all of curves, cells, intervals; as a slider that says each; of one group alone where one is chosen."""
    table = b.run("""return [...document.querySelectorAll('#figures details tbody tr')].map(r =>
      [...r.cells].slice(1).map(c => c.textContent.split(' ')[0]))""")
    names = b.run("return [...document.querySelectorAll('.legend button')].map(e => e.textContent.trim())")
    b.run("document.querySelector('.figure.curves .walk').focus({ focusVisible: true })")
    _, now, most, _ = walked(b, where, *len(names) * [UP], HOME)
    check(now == 1 and most == sum(cell != "-" for row in table for cell in row), f"{where}: value {now} of {most}")
    seen = set()
    for group in range(len(names)):
        lines = [walked(b, where, HOME)] + [walked(b, where, RIGHT) for _ in range(len(table) - 1)]
        found = re.fullmatch(r"(.*)\nepoch 1: median (\S+)", lines[0][0])
        check(found and found[1] in names, f"{where}: '{lines[0][0]}' is no first value of a group")
        of = names.index(found[1])
        for epoch, line in enumerate(lines):
            if table[epoch][of] == "-":
                break
            value = re.fullmatch(r".*\nepoch (\d+): median (\S+)", line[0])
            check(value and int(value[1]) == epoch + 1 and abs(float(value[2]) - float(table[epoch][of])) < 1e-4,
                  f"{where}: '{line[0]}', its table {table[epoch][of]}")
            seen.add(line[1])
        check(walked(b, where, END)[0] == line[0] or table[-1][of] == "-", f"{where}: End")
        check(walked(b, where, HOME, LEFT)[1] == lines[0][1], f"{where}: left of the first value")
        walked(b, where, DOWN)
    check(len(seen) == most, f"{where}: {len(seen)} of {most} values of curves by keys")
    b.press(ESCAPE)
    check(not tip(b), f"{where}: Escape leaves '{tip(b)}'")
    check(walked(b, where, UP)[0], f"{where}: no value after Escape")
    b.press(TAB)
    check(not tip(b) and not b.run("return document.querySelectorAll('.at').length"), f"{where}: '{tip(b)}' stays when the focus goes on")

    b.run("document.querySelector('.figure .cell').closest('.figure').querySelector('.walk').focus({ focusVisible: true })")
    cells = b.run("return [...document.querySelectorAll('.figure .cell title')].map(t => t.textContent)")
    columns = b.run("return new Set([...document.querySelectorAll('.figure .cell')].map(c => c.getAttribute('x'))).size")
    rows = [[walked(b, where, *len(cells) * [UP], HOME)] + [walked(b, where, RIGHT) for _ in range(columns - 1)]]
    for _ in range(len(cells) // columns - 1):
        rows.append([walked(b, where, DOWN, HOME)] + [walked(b, where, RIGHT) for _ in range(columns - 1)])
    check(sorted(c[0] for row in rows for c in row) == sorted(cells), f"{where}: cells by keys: {rows}")
    check(all(c[3][1] > above[3][1] for row, higher in zip(rows[1:], rows) for c, above in zip(row, higher)), f"{where}: down is not down")

    b.run("document.querySelector('.figure.intervals .walk').focus({ focusVisible: true })")
    first = walked(b, where, *len(names) * [UP])
    means = [first[0]] + [walked(b, where, key)[0] for key in (DOWN, RIGHT, DOWN, DOWN, DOWN, DOWN, DOWN)]
    check(len(set(means)) == first[2] == len(names), f"{where}: intervals by keys: {means}")
    b.click(".legend button[data-group='3']")
    for css in ".intervals", ".curves":
        b.run("document.querySelector(arguments[0] + ' .walk').focus({ focusVisible: true })", css)
        for keys in (), (DOWN,), (UP, UP), (RIGHT,):
            text = walked(b, where, *keys)[0]
            check(text.startswith(names[3]), f"{where}: {css}: '{text}' of a group that is faint")
    b.click(".legend button[data-group='3']")


def check_find(b, where):
    """Keys in the filter, what nothing matches, and choices of both lists."""
    count = lambda: b.run("return document.getElementById('count').textContent")
    for text, runs in ("seed=3", 8), ("seed=3 zeros", 2), ("no such words", 0), ("", 72):
        b.run("document.getElementById('find').value = ''")
        b.type("#find", text or " ")
        check(count() == f"{runs} of 72 runs" and len(b.run(COLUMN, "run")) == runs, f"{where}: find '{text}': {count()}")
    b.type("#group", 3 * DOWN)
    check(count() == "9 of 72 runs", f"{where}: group: {count()}")
    b.type("#group", HOME)
    b.type("#end", 3 * DOWN)
    check(count() == "18 of 72 runs" and set(b.run(COLUMN, "ended")) == {"diverged"}, f"{where}: ended: {count()}")
    b.type("#end", HOME)
    check(count() == "72 of 72 runs", f"{where}: all again: {count()}")


def check_screens(b):
    for scheme in "light", "dark":
        b.scheme(scheme)
        for width in DESK, PHONE:
            where = f"{scheme}, {width}"
            b.width(width)
            wide = b.run("return document.documentElement.scrollWidth")
            check(wide <= width, f"{where}: {wide} pixels wide")
            wrong = b.run(CONTRAST)
            check(not wrong, f"{where}: contrast or size: {wrong[:8]}")
            b.shot(f"{scheme}-{width}")
            check_ranking(b, where, width)
            check_legend_box(b, where, range(8) if where == f"light, {DESK}" else (0, 7))
            check_tips(b, where)
            if where in (f"light, {DESK}", f"dark, {PHONE}"):
                check_walk(b, where)
            check_keyboard(b, where)
            if where == f"light, {DESK}":
                check_sort(b, where, (b.click, b.click))
                check_find(b, where)
            if where == f"dark, {PHONE}":
                check_sort(b, where, (lambda css: b.type(css, ENTER), lambda css: b.type(css, SPACE)))
                check_find(b, where)
    back = b.run("return getComputedStyle(document.body).backgroundColor")
    check(max(map(int, re.findall(r"\d+", back))) < 64, f"dark: the page is {back}")


PRINTED = """const wrong = [], wide = document.documentElement.clientWidth, seen = e => e.checkVisibility();
const heads = [...document.querySelectorAll('#ranking thead th')];
for (const row of document.querySelectorAll('#ranking tbody tr')) [...row.cells].forEach((c, i) => {
  const box = c.getBoundingClientRect();
  if (!seen(c)) wrong.push(`${c.dataset.of}: not there`);
  else if (box.left < 0 || box.right > wide + 1 || c.scrollWidth > c.clientWidth + 1) wrong.push(`${c.dataset.of}: cut at ${box.right}`);
  if (seen(heads[i]) && Math.abs(heads[i].getBoundingClientRect().left - box.left) > 1) wrong.push(`${c.dataset.of}: not under its head`);
  if (!seen(heads[i]) && !getComputedStyle(c, '::before').content.includes(c.dataset.of) && !getComputedStyle(c, '::before').content.includes('attr'))
    wrong.push(`${c.dataset.of}: without its name`); });
for (const e of document.querySelectorAll('body *')) {
  if (seen(e) && ['sticky', 'fixed'].includes(getComputedStyle(e).position)) wrong.push(`${e.tagName} is ${getComputedStyle(e).position}`);
  if (seen(e) && e.closest('table') && e.getBoundingClientRect().right > wide + 1)
    wrong.push(`${e.closest('section').id}: ${e.tagName} is cut at ${e.getBoundingClientRect().right}`); }
for (const f of document.querySelectorAll('.figure > svg')) if (f.getBoundingClientRect().height > 22 / 2.54 * 96 + 1 ||
  f.getBoundingClientRect().width > wide) wrong.push('a figure is larger than a page');
for (const b of document.querySelectorAll('th button')) if (getComputedStyle(b).display !== 'contents') wrong.push('a head that is not repeated');
return [...new Set(wrong)];"""


def check_paper(b):
    b.cdp("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    b.width(PAPER)
    wide = b.run("return document.documentElement.scrollWidth")
    check(wide <= PAPER, f"print: {wide} pixels wide on paper of {PAPER}")
    left = b.run("return ['nav', '.legend', '.filters', '.walk'].filter(c => document.querySelector(c).getClientRects().length)")
    check(not left, f"print: {left} are on paper")
    check(b.run("return document.querySelector('#again details:not([open]) pre').checkVisibility()"), "print: no sweep file")
    b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    b.run("document.querySelector('#ranking tr:nth-child(3) td[data-of=p]').textContent = '0.00066'")  # as of 100,000 flips
    wrong = b.run(PRINTED) + b.run(CONTRAST)
    check(not wrong, f"print: {wrong[:8]}")
    b.shot("print")
    b.cdp("Emulation.setEmulatedMedia", media="", features=[])
    b.scheme("light")
    b.cdp("Emulation.clearDeviceMetricsOverride")


BROKEN = r"""const wrong = [];
for (const e of document.querySelectorAll('#ranking tbody th')) { const text = document.createRange();
  text.selectNodeContents(e);
  if (text.getClientRects().length > 1) wrong.push(`${e.textContent} is broken`); }
for (const e of document.querySelectorAll('#layers .layers > svg')) {
  const scale = e.getBoundingClientRect().width / e.getAttribute('width');
  // of its size, or as wide as paper lets it be
  if (scale < Math.min(.65, .9 * document.documentElement.clientWidth / e.getAttribute('width'))) wrong.push(`layers: ${scale.toFixed(2)} of their size`); }
if (!document.querySelector('#layers .layers > svg')) wrong.push('no layers');
if (document.querySelector('#runs caption').innerText.includes('last column')) wrong.push('a column that is not printed');
return [...new Set(wrong)];"""


def check_paper_of_many_columns(b, path):
    b.open(path)
    b.cdp("Emulation.setEmulatedMedia", media="print", features=[])
    b.width(PAPER)
    b.run("document.querySelector('#ranking tr:nth-child(3) td[data-of=d_z]').textContent = '-42.1234'")
    wrong = b.run(PRINTED) + b.run(BROKEN)
    check(not wrong, f"print, four columns of groups: {wrong[:8]}")
    b.shot("print-four")
    b.cdp("Emulation.setEmulatedMedia", media="", features=[])
    b.cdp("Emulation.clearDeviceMetricsOverride")


def check_many(b, path):
    size = path.stat().st_size
    check(size < 5 << 20, f"10,000 runs: {size} bytes")
    b.open(path)
    elements = b.run("return document.querySelectorAll('*').length")
    check(elements < ELEMENTS, f"10,000 runs: {elements} elements at first: "
          f"{b.run(COUNT)}")
    check(b.run("return document.querySelectorAll('#list tbody tr').length") == 200, "10,000 runs: rows at first")
    check(b.run("return document.querySelectorAll('#ranking tbody tr').length") == 100, "1,000 groups: rows at first")
    b.click("#all")
    check(b.run("return document.querySelectorAll('#ranking tbody tr').length") == 1000, "1,000 groups: all rows")
    b.run("[...document.querySelectorAll('#list th button')].find(b => b.textContent === 'test_accuracy').click()")
    check(b.run("return document.querySelectorAll('#list tbody tr').length") == 200, "10,000 runs: rows after sorting")
    b.click("#more")
    check(b.run("return document.querySelectorAll('#list tbody tr').length") == 400, "10,000 runs: more rows")


def main():
    for tool in "chromedriver", "chromium":
        if not shutil.which(tool):
            print(f"report: no {tool}: install chromium and chromium-driver")
            return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make(folder)
        b = Browser(name)
        try:
            b.open(folder / "small.html")
            for part in check_table, check_legend, check_hover, check_screens, check_paper:
                part(b)
            wrong = b.run(AXE)
            check(not wrong, f"axe: {wrong[:5]}")
            check_quiet(b, folder / "small.html", "small")
            check_many(b, folder / "many.html")
            wrong = b.run(CONTRAST) + b.run(AXE)
            check(not wrong, f"10,000 runs: {wrong[:5]}")
            check_quiet(b, folder / "many.html", "10,000 runs")
            check_paper_of_many_columns(b, folder / "four.html")
        finally:
            b.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
