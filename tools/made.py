"""Parts of documents that a program makes, and documents whose commands are run.

A part stands between `<!-- begin NAME -->` and `<!-- end -->`: fill() puts what was made there.

A block of commands is run where `<!-- run NAME -->` stands on the line above its fence. The blocks of a document are
run in order, in one folder; what a block's last command prints on stdout is the part of its name, where the document has one, and each
.svg that it writes is a figure, kept in docs/figures, which the document must show. A translation,
tutorial.es.md of tutorial.md, has the same blocks, parts and figures. Each number with decimals in the sentences must
stand, rounded, in a block, part or figure of the document. What the parts were made of is kept, as sums, in
docs/figures/made.json: an edited command, part or figure is found without a run.
"""
import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.I)
UNTRAINED = {"inspect", "schemes", "help", "version"}     # their numbers are the same whatever the size of the data
SMALL = {"train": 6000, "t10k": 500}                      # images; recipes hold 5,000 out for validation


# ---- parts -------------------------------------------------------------------------------------------------

def fill(text, make):
    """The text with make(name, old) in each part; None leaves it."""
    def part(m):
        new = make(m[2], m[3].strip("\n"))
        return m[0] if new is None else f"{m[1]}{new}\n{m[4]}"
    return re.sub(r"(<!-- begin ([\w-]+) -->\n)(.*?)(<!-- end -->)", part, text, flags=re.S)


def parts(text):
    found = {}
    fill(text, lambda name, old: found.__setitem__(name, old))
    return found


# ---- what a document says ----------------------------------------------------------------------------------

def blocks(text):
    return dict(re.findall(r"^<!-- run ([\w-]+) -->\n```sh\n(.*?)^```$", text, re.S | re.M))


def figures(text):
    """Files of docs/figures that the document shows."""
    return sorted(set(re.findall(r"\]\((?:docs/)?figures/([\w.-]+\.svg)\)", text)))


def said_numbers(text):
    """Numbers with decimals in the sentences: not in code, parts, links, formulas or names of versions."""
    text = re.sub(r"<!-- begin .*?<!-- end -->|^```.*?^```|`[^`\n]*`|\]\([^)]*\)", " ", text, flags=re.S | re.M)
    return [word.replace(",", ".") for word in re.findall(r"(?<![\w.,])\d+[.,]\d+(?![\w]|[.,]\d)", text)]


def stands(number, text):
    """Does a number of the text, rounded to as many decimals, give this one?"""
    places = len(number.split(".")[1])
    return any(f"{abs(float(n.replace('−', '-'))):.{places}f}" == number for n in NUMBER.findall(text))


def alike(one, other, absolute):
    """The same words; numbers that differ by 2 in 1,000, as sums of floats in another order may, or by `absolute`."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(*([float(n.replace("−", "-")) for n in NUMBER.findall(text)] for text in (one, other)))
    return all(abs(a - b) <= max(absolute, 2e-3 * max(abs(a), abs(b))) for a, b in pairs)


def digest(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()[:16]


# ---- running -----------------------------------------------------------------------------------------------

def cut_idx(source, to, count):
    """The first `count` entries of a gzipped IDX file."""
    with gzip.open(source) as file:
        data = file.read()
    dims = data[3]
    sizes = struct.unpack(f">{dims}I", data[4:4 + 4 * dims])
    head, entry = 4 + 4 * dims, 1
    for size in sizes[1:]:
        entry *= size
    with gzip.GzipFile(to, "wb", mtime=0) as file:
        file.write(data[:4] + struct.pack(f">{dims}I", count, *sizes[1:]) + data[head:head + count * entry])


def small_data(folder):
    """The project's data with few of MNIST's images."""
    (folder / "mnist").mkdir(parents=True)
    for path in (ROOT / "data/mnist").glob("*.gz"):
        cut_idx(path, folder / "mnist" / path.name, SMALL[path.name.split("-")[0]])
    for name in "recipes", "sweeps":
        (folder / name).symlink_to(ROOT / "data" / name)


def script(commands, small):
    """The commands for bash, of which only the last prints."""
    if small:
        commands = re.sub(r"--seeds 0\.\.\d+", "--seeds 0..1", commands)
    *first, last = re.split(r"(?<!\\)\n", commands.strip("\n"))
    return "\n".join(["{ :", *first, "} > /dev/null", last])


def run(found, build, small):
    """({block: stdout}, {block: {file: SVG}}): the blocks run in a new folder, by the CPU device."""
    printed, drawn = {}, {}
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        folder = top / "work"
        folder.mkdir()
        if small:
            small_data(top / "data")
        environment = {**os.environ, "PATH": f"{build.resolve()}:{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": "",
                       "INITLAB_DATA": str(top / "data" if small else ROOT / "data"), "NO_COLOR": "1", "LC_ALL": "C"}
        for block, commands in found.items():
            before = {path: path.stat().st_mtime_ns for path in folder.glob("*.svg")}
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", script(commands, small)], cwd=folder, env=environment, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            if done.returncode:
                sys.exit(f"{block}: exit code {done.returncode} of\n{commands}{done.stderr}")
            printed[block] = done.stdout
            drawn[block] = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.svg"))
                            if before.get(path) != path.stat().st_mtime_ns}
    return printed, drawn


def untrained(commands):
    """Do the commands look at networks only, without training one?"""
    words = re.findall(r"^initlab (\w+)", commands, re.M)
    return bool(words) and set(words) <= UNTRAINED


def as_part(printed):
    return "```\n" + "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n```"


# ---- a document and its translations -----------------------------------------------------------------------

class Document:
    """NAME.md of the folder `root`, with NAME.LANGUAGE.md beside it."""

    def __init__(self, root, name):
        self.path, self.name = root / name, name
        self.folder = root / "docs/figures"
        self.sums = self.folder / "made.json"
        self.translations = [Document(root, str(other.relative_to(root)))
                             for other in sorted(self.path.parent.glob(f"{self.path.stem}.*.md"))]
        self.read()

    def read(self):
        self.text = self.path.read_text(encoding="utf-8")
        self.blocks, self.parts, self.figures = blocks(self.text), parts(self.text), figures(self.text)

    def all(self):
        return [self, *self.translations]

    def only(self, names):
        """Look at these blocks alone, and at the figures that stand nearest behind each, before the next."""
        self.blocks = {name: text for name, text in self.blocks.items() if name in names}
        pieces = re.split(r"^<!-- run ([\w-]+) -->$", self.text, flags=re.M)
        self.figures = sorted({name for block, text in zip(pieces[1::2], pieces[2::2]) if block in names
                               for name in figures(text)})

    def stored_figures(self):
        return {name: (self.folder / name).read_text(encoding="utf-8") for name in self.figures
                if (self.folder / name).exists()}

    def kept(self):
        """What the sums were, and would be now, of this document."""
        old = json.loads(self.sums.read_text(encoding="utf-8")) if self.sums.exists() else {}
        new = {"commands": {name: digest(text) for name, text in self.blocks.items()},
               "parts": {name: digest(text) for name, text in self.parts.items() if name in self.blocks},
               "figures": {name: digest(text) for name, text in self.stored_figures().items()}}
        return old, new

    def check_texts(self):
        """What is wrong without running anything."""
        wrong = []
        for name in self.figures:
            if not (self.folder / name).exists():
                wrong.append(f"{self.name}: docs/figures/{name} is not there")
        shown = "\n".join([*self.blocks.values(), *self.parts.values(), *self.stored_figures().values()])
        for other in self.all():
            if other.blocks != self.blocks or list(other.blocks) != list(self.blocks):
                differ = sorted(name for name in {*self.blocks, *other.blocks}
                                if self.blocks.get(name) != other.blocks.get(name))
                wrong.append(f"{other.name}: other commands than {self.name}: {', '.join(differ) or 'in another order'}")
            if other.parts != self.parts or other.figures != self.figures:
                wrong.append(f"{other.name}: other parts or figures than {self.name}")
            wrong += [f"{other.name} says {number}, which no block, part or figure has"
                      for number in said_numbers(other.text) if not stands(number, shown)]
        old, new = self.kept()
        for what, sums in new.items():
            before = old.get(self.name, {}).get(what, {})
            wrong += [f"{self.name}: {what[:-1]} {name} is not as it was made"
                      for name in sorted({*sums, *before}) if sums.get(name) != before.get(name)]
        return wrong

    def check_made(self, printed, drawn, small):
        """What is wrong with stored parts and figures, beside those just made."""
        wrong = self.check_figures_list(drawn)
        stored = self.stored_figures()
        for block, commands in self.blocks.items():
            loose = small and not untrained(commands)
            if block in self.parts and (not printed[block].strip() if loose else not
                                        same(self.parts[block], as_part(printed[block]), small, 0)):
                wrong.append(f"{self.name}: part {block} is not what its commands print")
            for name, svg in drawn[block].items():
                old = stored.get(name, "")
                if loose and old and title(old) != title(svg):
                    wrong.append(f"{self.name}: figure {name} is now of '{title(svg)}'")
                if not loose and not same(old, svg, small, 0.05):
                    wrong.append(f"{self.name}: figure {name} is not what its commands draw")
        return wrong

    def check_figures_list(self, drawn):
        made = {name for of_block in drawn.values() for name in of_block}
        return [f"{self.name}: {name} is shown, but no command makes it" for name in self.figures if name not in made] + \
               [f"{self.name}: {name} is made, but not shown" for name in sorted(made) if name not in self.figures]

    def store(self, printed, drawn):
        """Write parts, figures and sums."""
        self.folder.mkdir(exist_ok=True)
        for of_block in drawn.values():
            for name, svg in of_block.items():
                (self.folder / name).write_text(svg, encoding="utf-8")
        ran = self.kept()[1]["commands"]
        for document in self.all():     # anew: they may have been edited while the commands ran
            document.read()
            text = fill(document.text, lambda name, old: as_part(printed[name]) if name in printed else None)
            document.path.write_text(text, encoding="utf-8")
            document.read()
        sums, new = self.kept()
        old = sums.get(self.name, {})
        made = {"commands": set(printed), "parts": set(printed), "figures": {f for of in drawn.values() for f in of}}
        new["commands"] = {**new["commands"], **{name: ran[name] for name in printed}}
        # what was not run keeps its sum, if that is right or not
        sums[self.name] = {what: {name: digest if name in made[what] else old.get(what, {}).get(name, "")
                                  for name, digest in of.items()} for what, of in new.items()}
        self.sums.write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def same(old, new, small, absolute):
    return alike(old, new, absolute) if small else old == new


def title(svg):
    """The title of a figure, which must be well-formed."""
    element = xml.etree.ElementTree.fromstring(svg).find("{http://www.w3.org/2000/svg}title")
    return element.text if element is not None else None


def main(usage, names):
    """Remake the documents' parts and figures, or check them."""
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not as the commands make it")
    parser.add_argument("--small", action="store_true", help="with --check: run on few images, with two seeds, and "
                        "compare with what is stored only what does not depend on them")
    parser.add_argument("build", nargs="?", default=ROOT / "build", type=pathlib.Path, help="where the program is")
    options = parser.parse_args()
    if options.small and not options.check:
        parser.error("--small only checks")
    wrong = []
    for document in [Document(ROOT, name) for name in names]:
        if options.check:
            wrong += document.check_texts()
        printed, drawn = run(document.blocks, options.build, options.small)
        if options.check:
            wrong += document.check_made(printed, drawn, options.small)
        else:
            document.store(printed, drawn)
            wrong += document.check_figures_list(drawn) + document.check_texts()
    sys.exit("\n".join(wrong) if wrong else 0)
