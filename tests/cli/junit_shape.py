"""junit_shape.py - is standard input JUnit's XML as CI systems read it? By what the schema of Jenkins' xUnit plugin
(junit-10.xsd) has: elements, their order, attributes that may and must be there, types of their values. Prints a line a
case: its name and what is in it."""
import re
import sys
import xml.etree.ElementTree as xml

TEXT, WHOLE, SECONDS = r"(?s).*", r"\d+", r"(\d+(\.\d*)?|\.\d+)"
# element: (attributes, those that must be there, children in order)
SHAPE = {
    "testsuites": ({"name": TEXT, "time": SECONDS, "tests": WHOLE, "failures": WHOLE, "disabled": WHOLE, "errors": WHOLE},
                   {"name", "tests", "failures", "errors", "time"}, ["testsuite*"]),
    "testsuite": ({"name": TEXT, "tests": WHOLE, "failures": WHOLE, "errors": WHOLE, "skipped": WHOLE, "time": SECONDS,
                   "timestamp": TEXT, "hostname": TEXT, "package": TEXT, "id": TEXT},
                  {"name", "tests", "failures", "errors", "time"}, ["properties?", "testcase*", "system-out?", "system-err?"]),
    "properties": ({}, set(), ["property*"]),
    "property": ({"name": TEXT, "value": TEXT}, {"name", "value"}, []),
    "testcase": ({"name": TEXT, "classname": TEXT, "time": SECONDS, "status": TEXT, "assertions": TEXT},
                 {"name", "classname", "time"}, ["skipped*", "error*", "failure*", "system-out*", "system-err*"]),
    "skipped": ({"message": TEXT, "type": TEXT}, set(), []),
    "failure": ({"message": TEXT, "type": TEXT}, {"message", "type"}, []),
    "system-out": ({}, set(), []),
}


def check(element):
    attributes, needed, children = SHAPE[element.tag]
    assert needed <= set(element.keys()) <= set(attributes), (element.tag, element.keys())
    for name, value in element.items():
        assert re.fullmatch(attributes[name], value), (element.tag, name, value)
    order = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch("".join(f"({c[:-1]} ){c[-1]}" for c in children), order), (element.tag, order)
    assert element.tag in ("failure", "system-out") or not (element.text or "").strip(), element.tag
    for child in element:
        check(child)


def count(cases, tag):
    return sum(case.find(tag) is not None for case in cases)


root = xml.fromstring(sys.stdin.buffer.read())
assert root.tag == "testsuites", root.tag
check(root)
for suite in [root, *root.iter("testsuite")]:
    cases = list(suite.iter("testcase"))
    assert int(suite.get("tests")) == len(cases), "tests"
    assert int(suite.get("failures")) == count(cases, "failure"), "failures"
    assert int(suite.get("errors")) == count(cases, "error"), "errors"
    assert int(suite.get("skipped", count(cases, "skipped"))) == count(cases, "skipped"), "skipped"
for case in root.iter("testcase"):
    print(case.get("name"), *(f"{child.tag}: {child.get('message')}" for child in case), sep="|")
