#!/bin/sh
# check_headers.sh CC SOURCE BUILD FLAGS... - every header compiles alone, and all of them together in either order,
# so that no two say different things under one name: those of the program, the library and the kernels, and what tests
# share. vector.h wants its flavour's flags, and is seen by sparse_input.c; tests' helpers are taken alone.
set -eu
cc=$1 source=$2 build=$3
shift 3
work=$build/headers
mkdir -p "$work"
cd "$source"
headers=$(find include/initlab host kernels -name '*.h' ! -path host/device/vector.h | LC_ALL=C sort)
helpers=$(find tests -maxdepth 1 -name '*.h' | LC_ALL=C sort)
[ "$(echo "$headers" | wc -l)" -gt 40 ] || { echo "check_headers: too few headers were found" >&2; exit 1; }
compile() {
    "$cc" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-variable -fsyntax-only -Iinclude -I"$build/include" -Ikernels -Ihost \
        -Ihost/lib -Ihost/cli -Itests "$@" -x c "$file"
}

for header in $headers $helpers; do
    file=$work/one.c
    echo "#include \"$source/$header\"" > "$file"
    compile "$@" || { echo "check_headers: $header does not compile alone" >&2; exit 1; }
done
for order in cat tac; do
    file=$work/all.c
    echo "$headers" | $order | sed "s|.*|#include \"$source/&\"|" > "$file"
    compile "$@" || { echo "check_headers: the headers do not compile together ($order)" >&2; exit 1; }
done
