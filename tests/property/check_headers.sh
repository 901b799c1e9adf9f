#!/bin/sh
# check_headers.sh CC SOURCE BUILD FLAGS... - every header compiles alone, and all of them together in either order,
# so that no two say different things under one name. A kernel's device headers want nvcc's words: they are seen by
# the kernels. A cpu.c's vector.h wants its flavour's flags.
set -eu
cc=$1 source=$2 build=$3
shift 3
work=$build/headers
mkdir -p "$work"
cd "$source"
headers=$(find include/initlab host -name '*.h' ! -path host/device/vector.h | LC_ALL=C sort)
[ "$(echo "$headers" | wc -l)" -gt 40 ] || { echo "check_headers: too few headers were found" >&2; exit 1; }
compile() {
    "$cc" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Iinclude -I"$build/include" -Ikernels -Ihost \
        -Ihost/lib -Ihost/cli "$@" -x c "$file"
}

for header in $headers; do
    file=$work/one.c
    echo "#include \"$source/$header\"" > "$file"
    compile "$@" || { echo "check_headers: $header does not compile alone" >&2; exit 1; }
done
for order in cat tac; do
    file=$work/all.c
    echo "$headers" | $order | sed "s|.*|#include \"$source/&\"|" > "$file"
    compile "$@" || { echo "check_headers: the headers do not compile together ($order)" >&2; exit 1; }
done
