#!/bin/sh
# check_bits.sh SOURCE_DIR WORK_DIR - the kernels and the CPU's sparse first layer give the same bits from every C compiler,
# optimisation, vector width and grid. Builds ops_hash.c in each way, on the self-test's cases, and compares what it prints
# with the first.
set -eu
source=$1 work=$2
mkdir -p "$work"
flags="-std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno -w -I$source/kernels -I$source/host -I$source/host/lib
    -I$source/host/device -I$source/tests ${RANDOM123_INCLUDE:+-I$RANDOM123_INCLUDE}"
first='' count=0

# build COMPILER OPTIONS...: build, run, compare
build() {
    name=$(echo "$*" | tr -c 'A-Za-z0-9_=\n' '_')
    # shellcheck disable=SC2086
    "$@" $flags -x c "$source/tests/property/ops_hash.c" "$source"/kernels/*.cu \
        "$source/host/device/sparse_input.c" "$source/host/selftest/cases.c" \
        "$source/host/selftest/operands.c" "$source/host/selftest/trial.c" \
        "$source/host/lib/theory/truncated_normal.c" -x none -lm -o "$work/$name"
    "$work/$name" > "$work/$name.txt"
    count=$((count + 1))
    if [ -z "$first" ]; then
        first=$name
        cat "$work/$name.txt"
        [ -s "$work/$name.txt" ] || { echo "check_bits: no output" >&2; exit 1; }
    elif ! diff "$work/$first.txt" "$work/$name.txt"; then
        echo "check_bits: $* differs from $first" >&2
        exit 1
    fi
    rm -f "$work/$name"
}

has() { grep -qw "$1" /proc/cpuinfo 2>/dev/null; }
v3='' v4=''
if [ "$(uname -m)" = x86_64 ]; then
    if has avx2 && has fma; then v3=-march=x86-64-v3; else echo "skipped: x86-64-v3, this CPU has none"; fi
    if has avx512vl && has avx512dq; then v4=-march=x86-64-v4; else echo "skipped: x86-64-v4, this CPU has none"; fi
fi

compilers=''
for cc in gcc clang clang-14; do
    if ! command -v "$cc" > /dev/null; then
        [ "$cc" = clang-14 ] || echo "skipped: $cc, not installed"
    elif [ "$cc" != clang-14 ] || ! command -v clang > /dev/null; then
        compilers="$compilers $cc"
    fi
done
[ -n "$compilers" ] || { echo "skipped: no gcc and no clang"; exit 77; }

for cc in $compilers; do
    build "$cc" -O0
    build "$cc" -O2
    build "$cc" -O3 -fno-trapping-math
    [ -z "$v3" ] || build "$cc" -O2 "$v3"
    [ -z "$v4" ] || build "$cc" -O3 -fno-trapping-math "$v4"
    for grid in '1' '3' '(2*(g)+1)'; do         # one block, some, and more than there is work; whatever the optimiser
        build "$cc" -O0 "-DKERNEL_GRID(g)=$grid" -DORTHOGONAL_WALK=1    # and a launch a reflection
    done
done
echo "$count builds, equal bits"
