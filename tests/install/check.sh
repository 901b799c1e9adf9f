#!/bin/sh
# check.sh BUILD_DIR SOURCE_DIR WORK_DIR CC GENERATOR - what `cmake --install` leaves works, also where it was moved to
# afterwards: the program finds its data, recipes, plugin and man page, other projects in C and Python build and
# run with the library, static and shared, and the documents' links lead somewhere.
set -eu
build=$1 source=$2 work=$3 cc=$4
shift 4
generator=$*
rm -rf "$work"
mkdir -p "$work"

fail() { echo "install: $*" >&2; exit 1; }
cmake --install "$build" --prefix "$work/staged" > "$work/install.log"
prefix=$work/prefix # not where anything was told to look
mv "$work/staged" "$prefix"
cd "$work" # not the source tree: nothing may be found from where we stand
for file in share/man/man1/initlab.1 share/bash-completion/completions/initlab \
            share/zsh/site-functions/_initlab share/fish/vendor_completions.d/initlab.fish \
            share/initlab/mnist/SHA256SUMS; do
    [ -s "$prefix/$file" ] || fail "$file is missing or empty"
done
libdir=$(dirname "$(find "$prefix" -name 'libinitlab.so')")

# the program, which must look in this prefix and not only in the one that it was configured for
run() { env -u INITLAB_PLUGIN -u INITLAB_DATA "$prefix/bin/initlab" "$@"; }
run train --recipe seed-zeros-softmax --validation 59872 --epochs 1 --device cpu --out run.csv > train.txt
grep -q '^test accuracy 0\.' train.txt || fail "no accuracy from the installed program"
printf 'description: only here\nparameters:\n  epochs: 1\n' > "$prefix/share/initlab/recipes/only-here.yaml"
run help recipes | grep -q only-here || fail "not the prefix's own recipes"
run devices | grep -q '^cpu'
run sweep plan schemes --device cpu | grep -q '120 runs' || fail "not the prefix's own sweeps"

# no text says where it was installed to, or was to be
configured=$(sed -n 's/^CMAKE_INSTALL_PREFIX:[A-Z]*=//p' "$build/CMakeCache.txt")
if grep -rIE "$work|$configured/[^ ]*initlab" "$prefix"; then fail "these have a prefix in them"; fi

# find_package: both libraries, then the shared one alone
for components in '' shared; do
    cmake -S "$source/tests/install/consumer" -B "consumer$components" -G "$generator" -DCOMPONENTS=$components \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" > cmake.log 2>&1 &&
        cmake --build "consumer$components" >> cmake.log 2>&1 || { cat cmake.log >&2; exit 1; }
done
consumer/consumer > found.txt
grep -q '^initlab ' found.txt
cat found.txt
for shared in consumer consumershared; do
    $shared/consumer_shared > shared.txt
    cmp found.txt shared.txt
done

# pkg-config: the shared library is all that who links it needs; the static one wants its own libraries too
export PKG_CONFIG_PATH="$libdir/pkgconfig"
[ "$(pkg-config --variable=prefix initlab | xargs realpath)" = "$(realpath "$prefix")" ] || fail "initlab.pc has another prefix"
# shellcheck disable=SC2046
by_pkg_config() {
    "$cc" -std=c17 "$1" $(pkg-config --cflags --libs "$2") -Wl,-rpath,"$libdir" -o "$3"
}
main=$source/tests/install/consumer/main.c
by_pkg_config "$main" initlab by_pkg_config
by_pkg_config "$main" initlab-static static_by_pkg_config
for program in by_pkg_config static_by_pkg_config; do
    ./$program > packaged.txt
    cmp found.txt packaged.txt
done
needed() { LC_ALL=C readelf -d "$1" | grep -c 'NEEDED.*libinitlab'; }
[ "$(needed by_pkg_config)" = 1 ] || fail "initlab.pc does not link the shared library"
[ "$(needed static_by_pkg_config)" = 0 ] || fail "initlab-static.pc does not link the static library"

# the examples, as they were installed: C and Python train the same network to the same numbers
examples=$(dirname "$(find "$prefix" -name train_one.py)")
by_pkg_config "$examples/train_one.c" initlab train_one
./train_one "$prefix/share/initlab/mnist" > by_c.txt
python3 "$examples/train_one.py" "$prefix/share/initlab/mnist" "$libdir/libinitlab.so" > by_python.txt
cmp by_c.txt by_python.txt
tail -n 1 by_python.txt

# the plugin is looked for beside the program, and beside the shared library whatever program has loaded it
if [ ! -e "$libdir/initlab/libinitlab_cuda.so" ]; then
    mkdir -p "$libdir/initlab"
    echo 'no plugin' > "$libdir/initlab/libinitlab_cuda.so"
    run devices > devices.txt
    grep -q "does not load: $libdir/\|does not load: .*/libinitlab_cuda.so" devices.txt || fail "the program found no plugin"
    env -u INITLAB_PLUGIN python3 - "$libdir/libinitlab.so" > devices.txt << 'END'
import ctypes, sys
info = ctypes.create_string_buffer(4096)
library = ctypes.CDLL(sys.argv[1])
library.il_device_list(ctypes.c_size_t(1), info)
print(info.raw)
END
    grep -q 'does not load: ' devices.txt || fail "the shared library found no plugin beside itself"
fi

# the documents
python3 "$source/tests/golden/links.py" "$prefix"
