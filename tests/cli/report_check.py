"""report_check.py PAGE - an HTML page of `initlab report`: well nested, no link or source outside, and no element that
its own code did not write. Prints the runs of its table: id, group, how it ended, the command that trains it again."""
import html.parser
import json
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


text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
assert not page.open, page.open
assert all(f'id="{name}"' in text for name in page.ids), page.ids
for outside in "http:", "https:", "url(", "@import":
    assert outside not in text.replace("http://www.w3.org/2000/svg", ""), outside
data = json.loads(page.data)
for row in data["rows"]:
    assert len(row) == 4 + len(data["columns"]), row
    print(row[0], data["groups"][row[2]] if row[2] >= 0 else "-", data["ends"][row[3]], data["rerun"][row[1]] + row[0],
          sep="\t")
