#!/usr/bin/env python3
"""report.py PROGRAM [--shots DIR] - the page of `initlab report` in a real browser, Debian's chromium, by WebDriver.

Of a small sweep that has everything in it (a winner, runs that diverge, runs that are stuck), in a folder of a hostile
name: nothing on the console, no request, sorting, searching, legend, hover and keyboard work, contrasts hold in light
and dark, a phone scrolls down and never sideways. Of 10,000 runs: under 5 MB, and few elements until
more are asked for, which is what makes it quick; tools/bench/report_opens.py has the seconds. --shots leaves pictures to look at. Skips with 77 where there is no browser.
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
ENTER, TAB = "\ue007", "\ue004"
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

    def hover(self, css):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", css)
        self.send("/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                            "actions": [{"type": "pointerMove", "x": 0, "y": 0, "duration": 0,
                                                         "origin": {ELEMENT: self.find(css)}}]}]})

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
  if (svg) { const cell = e.previousElementSibling;
    if (cell && cell.matches('.cell')) back = getComputedStyle(cell).fill; }
  const a = light(svg ? style.fill : style.color), b = light(back);
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const size = parseFloat(style.fontSize);
  if (ratio < 4.5 || size < 11) wrong.push(`${e.tagName} '${e.textContent.trim().slice(0, 40)}' ${ratio.toFixed(2)} ${size}px`);
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
no('svg', e => e.getAttribute('role') === 'img' && e.querySelector(':scope > title').textContent &&
  e.querySelector(':scope > desc').textContent, 'svg-img-alt');
no('[role=region], [role=group], nav', e => e.getAttribute('aria-label'), 'aria-label');
no('.scroll, .figure, pre', e => e.tabIndex === 0 || e.closest('details'), 'scrollable-region-focusable');
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


def check_keyboard(b):
    """Tab from the top comes to the links, the legend, the filters and the table's heads."""
    seen = []
    b.run("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(60):
        b.send("/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": TAB}, {"type": "keyUp", "value": TAB}]}]})
        seen.append(b.run("const e = document.activeElement; return e.closest('.legend, .filters, thead, nav') ? "
                          "e.closest('.legend, .filters, thead, nav').className || e.closest('thead, nav').tagName : ''"))
    check({"legend", "filters", "THEAD", "NAV"} <= set(seen), f"keyboard: reached {set(seen)}")


def check_looks(b):
    for scheme in "light", "dark":
        b.scheme(scheme)
        for width in 1100, 360:
            b.width(width)
            wide = b.run("return document.documentElement.scrollWidth")
            check(wide <= width, f"{scheme}: {wide} pixels wide on a screen of {width}")
            wrong = b.run(CONTRAST)
            check(not wrong, f"{scheme}, {width} pixels: contrast or size: {wrong[:8]}")
            b.shot(f"{scheme}-{width}")
    back = b.run("return getComputedStyle(document.body).backgroundColor")
    check(max(map(int, re.findall(r"\d+", back))) < 64, f"dark: the page is {back}")
    b.cdp("Emulation.setEmulatedMedia", media="print", features=[])
    b.width(720)
    wide = b.run("return document.documentElement.scrollWidth")
    check(wide <= 720, f"print: {wide} pixels wide on paper of 720")
    left = b.run("return ['nav', '.legend', '.filters'].filter(c => document.querySelector(c).getClientRects().length)")
    check(not left, f"print: {left} are on paper")
    b.shot("print")
    b.cdp("Emulation.setEmulatedMedia", media="", features=[])
    b.scheme("light")
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
            for part in check_table, check_legend, check_hover, check_keyboard, check_looks:
                part(b)
            wrong = b.run(AXE)
            check(not wrong, f"axe: {wrong[:5]}")
            check_quiet(b, folder / "small.html", "small")
            check_many(b, folder / "many.html")
            wrong = b.run(CONTRAST) + b.run(AXE)
            check(not wrong, f"10,000 runs: {wrong[:5]}")
            check_quiet(b, folder / "many.html", "10,000 runs")
        finally:
            b.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
