#!/bin/sh
# check_ptx.sh NVCC SOURCE_DIR WORK_DIR - no kernel leaves rounding to the compiler: the PTX, as the
# plugin is built, has no multiply, add or subtract without a rounding mode (which ptxas may
# contract into an fma), no approximation, and no division or root but the exact one; and no source
# divides by a constant.
set -eu
nvcc=$1 source=$2 work=$3
mkdir -p "$work"
bad='[[:space:]](mul|add|sub|mad)(\.(ftz|sat))*\.f(32|64)[[:space:]]|\.approx|div\.full|[[:space:]](ex2|lg2|sin|cos|tanh)\.'
status=0

# the pattern finds what it is for
for line in '	mul.ftz.f32 	%f1, %f2, %f3;' '	add.f64 	%fd1, %fd2, %fd3;' '	ex2.approx.ftz.f32 	%f1, %f2;' \
            '	div.full.f32 	%f1, %f2, %f3;'; do
    printf '%s\n' "$line" | grep -Eq "$bad" || { echo "check_ptx: misses $line" >&2; exit 1; }
done
for line in '	mul.rn.ftz.f32 	%f1, %f2, %f3;' '	fma.rn.f32 	%f1, %f2, %f3, %f4;' '	add.s32 	%r1, %r2, 1;'; do
    if printf '%s\n' "$line" | grep -Eq "$bad"; then echo "check_ptx: rejects $line" >&2; exit 1; fi
done

for cu in "$source"/kernels/*.cu; do
    ptx=$work/$(basename "$cu" .cu).ptx
    "$nvcc" -std=c++17 -O3 -fmad=false -ftz=true -arch=compute_75 -I"$source/kernels" -ptx "$cu" -o "$ptx"
    grep -q '\.entry' "$ptx" || { echo "check_ptx: no kernel in $cu" >&2; status=1; }
    if grep -nE "$bad" "$ptx"; then
        echo "check_ptx: unrounded or approximate in $cu" >&2
        status=1
    fi
done
# nvcc multiplies by a constant's reciprocal where it is told to divide, for some architectures only
if grep -nE '/ *[0-9]+(\.[0-9]*)?f' "$source"/kernels/*.cu "$source"/kernels/*.h "$source"/kernels/*.def |
   grep -v '1\.0f / '; then
    echo "check_ptx: division by a constant: write the product with its reciprocal" >&2
    status=1
fi
exit $status
