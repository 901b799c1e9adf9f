#!/usr/bin/env python3
"""check_layers.py SOURCE BUILD - no file needs what stands above it, and no files need each other in a circle.

FLOORS is the one list of what stands on what. Read are the includes of kernels/, include/ and host/, and, since calls
through public headers do not show there, the symbols that each object file of BUILD takes from another (nm).
A file and its header are one unit. Folders of tests/ and tools/, too, are small enough to be looked over.

check_layers.py --svg prints the picture of docs/design.md. Standard library only.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys

# From the top: the rooms of a floor may use those of all floors below, and none beside them.
FLOORS = [
    {"host/cli": "the program", "host/mpi": "its ranks"},
    {"host/cli/commands": "one command a file", "host/cli/commands/sweep": "those of a sweep"},
    {"host/cli/report": "a comparison as a page"},
    {"host/cli/compare": "groups of runs, shown"},
    {"host/cli/sweep": "workers", "host/cli/train": "one training"},
    {"host/cli/common": "options, help, messages, paths of data"},
    {"host/selftest": "a device against the CPU device"},
    {"host/lib/compare": "groups of runs, and what tells them apart"},
    {"host/lib/results": "journals folded into SQLite"},
    {"host/lib/folder": "a sweep's folder, its journals and workers"},
    {"host/lib/sweep": "a sweep's file and its points"},
    {"host/lib/pack": "runs that are trained in one set of launches"},
    {"host/lib/config": "what one run is"},
    {"host/lib/choices": "NAME:VALUE:PARAM=VALUE, read and written"},
    {"host/lib/catalog": "lists of schemes, losses, optimizers, schedules"},
    {"host/lib/data": "IDX files, datasets"},
    {"host/lib/formats": "weights as files", "host/lib/figures": "numbers as SVG"},
    {"host/lib/devices": "devices by name"},
    {"host/lib/theory": "mean fields, spectra, laws", "host/lib/statistics": "intervals, tests, ranks"},
    {"host/device": "the seam; the CPU, CUDA, strict and tracing devices"},
    {"host/lib/core": "errors, files, numbers, words"},
    {"kernels": "device code, compiled by nvcc and as C"},
    {"include/initlab": "what other programs see"},
]
# The program sees the library as any other program does.
PROGRAM = ("host/cli", "host/mpi")
INCLUDES = ["", "kernels", "host", "host/lib", "host/cli", "include"]
SOURCES_MOST, README_MOST = 20, 10
FLOOR = {room: -height for height, rooms in enumerate(FLOORS) for room in rooms}


def unit(path):
    """What is one: x.c and x.h. A list is one by itself."""
    return path if path.endswith(".def") else str(pathlib.PurePosixPath(path).with_suffix(""))


def room(path):
    return str(pathlib.PurePosixPath(path).parent)


def sources(root):
    for top in ("kernels", "host", "include"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".c", ".h", ".cu", ".def"):
                yield path.relative_to(root).as_posix()


def included(root, path):
    """The files of the tree that a file includes, in quotes or in angles, with the line that does."""
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        for folder in [room(path)] * (found[1] == '"') + INCLUDES if found else []:
            target = os.path.normpath(os.path.join(folder, found[2]))
            if (root / target).is_file():
                yield target, f"{path}:{number} includes {target}"
                break


def by_include(root):
    for path in sources(root):
        for target, words in included(root, path):
            yield path, target, words


def source_of(root, path):
    """The source that an object was made of, by its path in BUILD; None: it is gone. A kernel for one flavour of CPU
    is compiled from a file of the build that includes it (Kernels.cmake)."""
    parts = pathlib.PurePosixPath(path.as_posix().split(".dir/", 1)[1]).with_suffix("").parts
    flavoured = ["kernels/" + parts[-1][:-2] + ".cu", "host/device/" + parts[-1]]
    for source in flavoured if len(parts) == 3 and parts[0] == "kernels" else ["/".join(parts)]:
        if (root / source).is_file():
            return source
    return None


def symbols(root, build):
    """(defined, needed): symbol to source, source to symbols. A build folder may still hold objects of files that
    are gone."""
    objects = {str(path): source_of(root, path.relative_to(build)) for top in ("host", "kernels")
               for path in sorted(build.glob(f"CMakeFiles/*.dir/{top}/**/*.o"))}
    read = [path for path, source in objects.items() if source]
    defined, needed = {}, collections.defaultdict(set)
    for line in subprocess.run(["nm", "-A", *read], check=True, capture_output=True, text=True).stdout.splitlines():
        path, _, words = line.rpartition(":")
        kind, name = words.split()[-2:]
        if kind == "U":
            needed[objects[path]].add(name)
        elif kind in "TDRBVW":
            defined[name] = objects[path]
    return defined, needed


def by_symbol(root, build):
    defined, needed = symbols(root, build)
    for source in sorted(needed):
        for name in sorted(needed[source]):
            if name in defined:
                yield source, defined[name], f"{source} takes {name} from {defined[name]}"


def floor_of(path):
    return FLOOR.get(room(path))


def wrong_way(source, target):
    """Does an edge go up, or sideways into another room?"""
    if room(source).startswith(PROGRAM) and not room(target).startswith(PROGRAM + ("include",)):
        return True
    if room(source) == room(target):
        return False
    return FLOOR.get(room(target), 0) >= FLOOR.get(room(source), 0)


def circles(edges):
    """Sets of units that need each other, by Tarjan's algorithm."""
    graph = collections.defaultdict(set)
    for source, target, _ in edges:
        if unit(source) != unit(target):
            graph[unit(source)].add(unit(target))
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            together = set(stack[stack.index(node):])
            del stack[stack.index(node):]
            if len(together) > 1:
                found.append(together)

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def rooms_in_order(root):
    """A room is known, has a page that says what lives there, and not more sources than one can look over."""
    many = collections.Counter(room(path) for path in sources(root) if not path.endswith((".h", ".def")))
    for top in ("tests", "tools"):
        many.update(room(path.relative_to(root).as_posix()) for path in (root / top).rglob("*")
                    if path.suffix in (".c", ".cpp", ".cu", ".py", ".sh", ".bats"))
    for path in sources(root):
        if floor_of(path) is None:
            yield f"{path}: in no room that FLOORS has"
    for name in sorted(many):
        if many[name] > SOURCES_MOST:
            yield f"{name}: {many[name]} sources, more than {SOURCES_MOST}: is there a room missing?"
    for name in FLOOR:
        readme = root / name / "README.md"
        lines = len(readme.read_text().splitlines()) if readme.is_file() else 0
        if not 0 < lines <= README_MOST:
            yield f"{name}/README.md: {lines} lines, not 1 to {README_MOST}"


def check(root, build):
    """What is wrong, one line each."""
    wrong = list(rooms_in_order(root))
    includes, takes = list(by_include(root)), list(by_symbol(root, build))
    if len(includes) < 100 or len(takes) < 100:
        return ["too few includes or symbols were found: the tree or this script has changed"]
    edges = includes + takes
    wrong += [words + ": up, or sideways" for source, target, words in edges
              if wrong_way(source, target) and not symbol_of_program(source, target, words)]
    for together in circles(edges):
        wrong.append("a circle: " + ", ".join(sorted(together)))
        wrong += ["    " + words for source, target, words in edges
                  if unit(source) != unit(target) and {unit(source), unit(target)} <= together]
    return wrong


def symbol_of_program(source, target, words):
    """The program calls the library through include/: no include, and so no fault."""
    return " takes " in words and room(source).startswith(PROGRAM) and not room(target).startswith(PROGRAM)


def svg():
    """The floors as a picture, from the same list."""
    colors = {"host/cli": "#dbe9f6", "host/mpi": "#dbe9f6", "host/lib": "#e5f2e0", "kernels": "#fde8cf",
              "host/device": "#fde8cf", "include/initlab": "#eeeeee", "host/selftest": "#f3e3f1"}
    width, high, gap = 640, 30, 4
    height = len(FLOORS) * (high + gap) + gap
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="sans-serif" font-size="13">',
             "<title>The layers of the code: each room uses those below it, and none beside or above</title>",
             '<rect width="100%" height="100%" fill="#ffffff"/>']
    for i, floor in enumerate(FLOORS):
        each = (width - gap) / len(floor)
        for k, (name, words) in enumerate(floor.items()):
            x, y = gap + k * each, gap + i * (high + gap)
            color = next(c for start, c in colors.items() if name.startswith(start))
            lines += [f'<rect x="{x:g}" y="{y}" width="{each - gap:g}" height="{high}" rx="3" fill="{color}" '
                      f'stroke="#888888"/>',
                      f'<text x="{x + 8:g}" y="{y + 20}" font-weight="bold" fill="#111111">{name}</text>',
                      f'<text x="{x + 160:g}" y="{y + 20}" fill="#333333">{words}</text>']
    return "\n".join(lines + ["</svg>"]) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--svg"]:
        sys.stdout.write(svg())
        sys.exit(0)
    ROOT = pathlib.Path(sys.argv[1])
    WRONG = check(ROOT, pathlib.Path(sys.argv[2]))
    if svg() != (ROOT / "docs/layers.svg").read_text():
        WRONG.append("docs/layers.svg is not what FLOORS says: check_layers.py --svg > docs/layers.svg")
    sys.exit("\n".join(WRONG) if WRONG else 0)
