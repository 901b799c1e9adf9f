#!/bin/sh
# hardened.sh FILE... - each program or library is position-independent, keeps its tables of pointers read-only from
# its start on (full RELRO), has no executable stack and no page that is writable and executable, calls the
# canary's check and checked copies, and looks for libraries in no folder that is empty or relative.
set -eu
[ $# -gt 0 ]
wrong=0
for file; do
    name=$(basename "$file")
    headers=$(LC_ALL=C readelf -W -h -l -d "$file")
    symbols=$(LC_ALL=C readelf -W --dyn-syms "$file")
    # has WHAT PATTERN TEXT: a line of it matches
    has() { echo "$3" | grep -qE "$2" || { echo "$name: $1"; wrong=1; }; }
    # not WHAT PATTERN TEXT
    not() { if echo "$3" | grep -qE "$2"; then echo "$name: $1"; wrong=1; fi; }

    has 'not position-independent' '^ *Type: +DYN' "$headers"
    has 'no RELRO' '^ *GNU_RELRO ' "$headers"
    has 'not bound at its start, so that RELRO is partial' 'BIND_NOW|FLAGS_1.* NOW' "$headers"
    has 'says nothing about its stack' '^ *GNU_STACK ' "$headers"
    not 'executable stack' '^ *GNU_STACK .* RWE ' "$headers"
    not 'a page that is writable and executable' '^ *LOAD .* RWE ' "$headers"
    not 'text that is written to' 'TEXTREL' "$headers"
    not 'a path of libraries with a folder that is empty or relative' 'R(UN)?PATH.*\[(.*:)?([^/$]|:|\])' "$headers"
    has 'no canary' ' __stack_chk_fail' "$symbols"
    has 'no checked copies' ' __[a-z]+_chk' "$symbols"
    echo "$name: $(echo "$symbols" | grep -cE ' __[a-z]+_chk') checked functions"
done
exit $wrong
