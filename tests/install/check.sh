#!/bin/sh
# check.sh BUILD_DIR SOURCE_DIR WORK_DIR CC - what `cmake --install` leaves works where it was put: the
# program finds its data, recipes and man page, and another project builds and runs with the library.
set -eu
build=$1 source=$2 work=$3 cc=$4
prefix=$work/prefix
rm -rf "$work"
mkdir -p "$work"

cmake --install "$build" --prefix "$prefix" > "$work/install.log"
cd "$work" # not the source tree: nothing may be found from where we stand

# the program, which must look in this prefix and not only in the one that it was configured for
run() { env -u INITLAB_PLUGIN "$prefix/bin/initlab" "$@"; }
run train --recipe seed-zeros-softmax --validation 59872 --epochs 1 --device cpu --out run.csv > train.txt
grep -q '^test accuracy 0\.' train.txt || { echo "install: no accuracy from the installed program" >&2; exit 1; }
printf 'description: only here\nparameters:\n  epochs: 1\n' > "$prefix/share/initlab/recipes/only-here.yaml"
run help recipes | grep -q only-here || { echo "install: not the prefix's own recipes" >&2; exit 1; }
run devices | grep -q '^cpu'
for file in share/man/man1/initlab.1 share/bash-completion/completions/initlab \
            share/zsh/site-functions/_initlab share/fish/vendor_completions.d/initlab.fish \
            share/initlab/mnist/SHA256SUMS; do
    [ -s "$prefix/$file" ] || { echo "install: $file is missing or empty" >&2; exit 1; }
done

# find_package
cmake -S "$source/consumer" -B consumer -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" > cmake.log 2>&1 &&
    cmake --build consumer >> cmake.log 2>&1 || { cat cmake.log >&2; exit 1; }
consumer/consumer > found.txt

# pkg-config: the static library wants its own libraries too
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name initlab.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$cc" -std=c17 "$source/consumer/main.c" $(pkg-config --define-variable=prefix="$prefix" --static --cflags --libs initlab) -o by_pkg_config
./by_pkg_config > packaged.txt
cmp found.txt packaged.txt
grep -q '^initlab ' found.txt
cat found.txt
