#!/usr/bin/env python3
"""test_check_layers.py SOURCE BUILD - check_layers.py passes on the tree, and fails on each fault that is planted
in a copy: an include that goes up, one that goes sideways, a circle of includes, a circle that only symbols show, a
room that is not on the list. Standard library only."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import check_layers

SOURCE, BUILD = map(pathlib.Path, sys.argv[1:3])


def append(root, path, text):
    with open(root / path, "a", encoding="utf-8") as file:
        file.write(text)


def upward(root, build):
    append(root, "host/lib/core/number.c", '#include "pack/pack_impl.h"\n')
    return "host/lib/core/number.c"


def sideways(root, build):
    append(root, "host/cli/sweep/meter.c", '#include "train/network.h"\n')
    return "host/cli/sweep/meter.c"


def from_the_program(root, build):
    append(root, "host/cli/commands/cmd_version.c", '#include "../../lib/core/error.h"\n')
    return "cmd_version.c"


def includes(root, build):
    append(root, "host/lib/theory/gaussian.h", '#include "meanfield.h"\n')
    return "host/lib/theory/gaussian, host/lib/theory/meanfield"


def symbols(root, build):
    """Two files that call each other without a header."""
    for name, other in (("one", "two"), ("two", "one")):
        path = root / f"host/lib/theory/{name}.c"
        path.write_text(f"void {other}(void);\nvoid {name}(void);\nvoid {name}(void) {{ {other}(); }}\n")
        subprocess.run(["cc", "-c", path, "-o", build / f"CMakeFiles/initlab.dir/host/lib/theory/{name}.c.o"],
                       check=True)
    return "a circle: host/lib/theory/one, host/lib/theory/two"


def unknown_room(root, build):
    (root / "host/lib/misc").mkdir()
    (root / "host/lib/misc/misc.c").write_text("")
    return "host/lib/misc/misc.c: in no room"


def planted(fault):
    """The check's words, and what they must have, for a copy of the tree with one fault."""
    with tempfile.TemporaryDirectory() as work:
        root, build = pathlib.Path(work) / "source", pathlib.Path(work) / "build"
        for top in ("host", "kernels", "include"):
            shutil.copytree(SOURCE / top, root / top)
        for target in ("initlab.dir", "initlab_program.dir"):
            shutil.copytree(BUILD / "CMakeFiles" / target / "host", build / "CMakeFiles" / target / "host")
        expected = fault(root, build) if fault else ""
        return check_layers.check(root, build), expected


WRONG = planted(None)[0]
if WRONG:
    sys.exit("without a fault: " + "\n".join(WRONG))
for FAULT in (upward, sideways, from_the_program, includes, symbols, unknown_room):
    WRONG, EXPECTED = planted(FAULT)
    if not any(EXPECTED in line for line in WRONG):
        sys.exit(f"{FAULT.__name__}: planted, but the check said {WRONG or 'nothing'}")
    print(f"{FAULT.__name__}: found")
