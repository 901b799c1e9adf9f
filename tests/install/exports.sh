#!/bin/sh
# exports.sh LIBRARY CC INCLUDE... - the shared library exports the functions that the public headers declare, all of
# them and nothing else, under a name that tells its version.
set -eu
library=$1 cc=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=
for folder; do options="$options -I$folder"; done

# the headers as the compiler sees them, a declaration a line
echo '#include <initlab/initlab.h>' > "$work/all.c"
# shellcheck disable=SC2086
"$cc" -E -P $options "$work/all.c" | tr '\n' ' ' | tr ';' '\n' | grep -vE '^ *typedef ' |
    grep -oE '\<il_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u > "$work/declared"
LC_ALL=C nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u > "$work/exported"
diff "$work/declared" "$work/exported" || { echo "exports: < declared, > exported" >&2; exit 1; }
count=$(wc -l < "$work/exported")
[ "$count" -gt 50 ] || { echo "exports: only $count functions" >&2; exit 1; }
LC_ALL=C readelf -d "$library" | grep -E 'SONAME.*\[libinitlab\.so\.[0-9]+\.[0-9]+\]'
echo "$count functions"
