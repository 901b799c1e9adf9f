#!/usr/bin/env python3
"""test_check_layers.py SOURCE BUILD - check_layers.py passes on the tree, and fails on each fault that is planted
in a copy. Standard library only."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import check_layers

SOURCE, BUILD = (pathlib.Path(word).resolve() for word in sys.argv[1:3])


def append(root, path, text):
    """To a file of the copy, which is a link until then."""
    before = (root / path).read_text(encoding="utf-8")
    (root / path).unlink()
    (root / path).write_text(before + text, encoding="utf-8")


def upward(root, build):
    append(root, "host/lib/core/number.c", '#include "pack/pack_impl.h"\n')
    return "host/lib/core/number.c"


def sideways(root, build):
    append(root, "host/cli/sweep/meter.c", '#include "train/network.h"\n')
    return "host/cli/sweep/meter.c"


def from_the_program(root, build):
    append(root, "host/cli/commands/cmd_version.c", '#include "../../lib/core/error.h"\n')
    return "cmd_version.c"


def to_the_top(root, build):
    append(root, "host/cli/sweep/meter.c", '#include "commands.def"\n')
    return "host/cli/sweep/meter.c"


def in_angles(root, build):
    append(root, "host/lib/core/number.c", "#include <pack/pack_impl.h>\n")
    return "includes host/lib/pack/pack_impl.h: up"


def includes(root, build):
    append(root, "host/lib/theory/gaussian.h", '#include "meanfield.h"\n')
    return "host/lib/theory/gaussian, host/lib/theory/meanfield"


def compiled(root, build, source, to, text):
    """A source with this text, and its object."""
    (root / source).write_text(text)
    subprocess.run(["cc", "-xc", "-c", root / source, "-o", build / "CMakeFiles" / to], check=True)


def symbols(root, build):
    """Two files that call each other without a header."""
    for name, other in (("one", "two"), ("two", "one")):
        compiled(root, build, f"host/lib/theory/{name}.c", f"initlab.dir/host/lib/theory/{name}.c.o",
                 f"void {other}(void);\nvoid {name}(void);\nvoid {name}(void) {{ {other}(); }}\n")
    return "a circle: host/lib/theory/one, host/lib/theory/two"


CALL = "void il_pack_close(void *);\nvoid up(void);\nvoid up(void) { il_pack_close(0); }\n"


def call_upward(root, build):
    """A call without an include."""
    compiled(root, build, "host/lib/core/up.c", "initlab.dir/host/lib/core/up.c.o", CALL)
    return "host/lib/core/up.c takes il_pack_close from host/lib/pack/pack.c: up"


def call_of_a_kernel(root, build):
    """Of one flavour; its object is named by a file of the build."""
    compiled(root, build, "kernels/up.cu", "initlab_cpu_base.dir/kernels/cpu_base/up.c.o", CALL)
    return "kernels/up.cu takes il_pack_close from host/lib/pack/pack.c: up"


def unknown_room(root, build):
    (root / "host/lib/misc").mkdir()
    (root / "host/lib/misc/misc.c").write_text("")
    return "host/lib/misc/misc.c: in no room"


def full(root, folder, suffix):
    for i in range(21 - sum(path.suffix == suffix for path in (root / folder).iterdir())):
        (root / folder / f"more{i}{suffix}").write_text("")
    return f"{folder}: 21 sources, more than 20"


def full_room(root, build):
    return full(root, "host/lib/theory", ".c")


def full_tests(root, build):
    return full(root, "tests/unit/packs", ".c")


def no_readme(root, build):
    (root / "host/lib/theory/README.md").unlink()
    return "host/lib/theory/README.md: 0 lines"


def long_readme(root, build):
    append(root, "include/initlab/README.md", "more\n" * 10)
    return "include/initlab/README.md: "


def planted(fault):
    """The check's words, and what they must have, for a copy of the tree with one fault."""
    with tempfile.TemporaryDirectory() as work:
        root, build = pathlib.Path(work) / "source", pathlib.Path(work) / "build"
        for top in ("host", "kernels", "include", "tests", "tools"):
            shutil.copytree(SOURCE / top, root / top, ignore=shutil.ignore_patterns("corpus", "__pycache__"),
                            copy_function=os.symlink)
        for folder in [*(BUILD / "CMakeFiles").glob("*.dir/host"), *(BUILD / "CMakeFiles").glob("*.dir/kernels")]:
            shutil.copytree(folder, build / folder.relative_to(BUILD), copy_function=os.symlink)
        expected = fault(root, build) if fault else ""
        return check_layers.check(root, build), expected


WRONG = planted(None)[0]
if WRONG:
    sys.exit("without a fault: " + "\n".join(WRONG))
for FAULT in (upward, sideways, from_the_program, to_the_top, in_angles, includes, symbols, call_upward, call_of_a_kernel,
              unknown_room, full_room, full_tests, no_readme, long_readme):
    WRONG, EXPECTED = planted(FAULT)
    if not any(EXPECTED in line for line in WRONG):
        sys.exit(f"{FAULT.__name__}: planted, but the check said {WRONG or 'nothing'}")
    print(f"{FAULT.__name__}: found")
