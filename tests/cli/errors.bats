#!/usr/bin/env bats
# Mistakes and failures: one line on stderr that names what is wrong, and the right code.
load common.bash

@test "no command, an unknown one, an unknown option: 2, with the nearest" {
    initlab
    exits 2
    initlab trian
    exits 2
    has "unknown command 'trian'; did you mean 'train'?" "$stderr"
    initlab xyzzyx
    exits 2
    initlab --frobnicate
    exits 2
    initlab train --epocs 3
    exits 2
    has "unknown option '--epocs'; did you mean '--epochs'?" "$stderr"
    has "initlab help train" "$stderr"
    [ -z "$output" ]
    initlab devices -z
    exits 2
    has "'-z'" "$stderr"
}

@test "a missing value, a value too many, an argument too many: 2" {
    initlab train --lr
    exits 2
    has "--lr" "$stderr"
    initlab train --quiet=yes
    exits 2
    initlab train file
    exits 2
    has "'file'" "$stderr"
    initlab help one two
    exits 2
}

# options that a command's help shows with a value
valued()
{
    # shellcheck disable=SC2086 # a command of two words
    "$INITLAB" $1 --help | sed -n 's/^  \(-[a-zA-Z],\|   \) --\([a-z-]*\) [A-Z].*/\2/p'
}

@test "a second value of an option counts, too, or takes the place of the first, which is said" {
    parameters=$("$NAMES" | sed -n 's/^parameter \([^ ]*\) .*/\1/p' | tr _ -)
    while read -r command; do
        for option in $(valued "$command"); do
            # an option that may be given again leaves the word to the wrong colour behind it
            # shellcheck disable=SC2086
            initlab $command "--$option" 1 "--$option" 2 --color none
            [ "$status" -eq 2 ]
            case "$stderr" in
            *"--$option: '2' is given later, and so '1' does not count"*"--color: 'none' is none of"*) ;;
            "initlab: --$option: '1' is none of"*) ;;
            "initlab: --color: 'none' is none of"*) echo "$command --$option" >>again ;;
            *) echo "$command: $stderr" && return 1 ;;
            esac
        done
    done < <(sed -n 's/^X(\(.*\))$/\1/p' "$BATS_TEST_DIRNAME/../../host/cli/commands.def" | tr _ ' ')
    { printf '%s\n' "compare --where" "plot --where" "report --where" "inspect --init" "sweep submit --sbatch"
        for command in run plan submit extend; do
            for option in $parameters seeds depth width; do # those with a default word take none: --drop-last
                grep -qx -- "$option" <(valued "sweep $command") && echo "sweep $command --$option"
            done
        done; } | sort >want
    sort again | diff - want
    # the same value is no other
    initlab schemes --fan-in 4 --fan-in 4 he_normal
    [ "$status" -eq 0 ]
}

@test "values that an option cannot take: 2, naming option and value" {
    for pair in lr=abc epochs=-1 activation=rellu loss=msee batch=0 seed=x label-smoothing=2 \
        weight-decay=l3; do
        initlab train "--${pair%=*}" "${pair#*=}"
        exits 2
        has "initlab: --${pair%=*}: " "$stderr"
        has "${pair#*=}" "$stderr"
        has "initlab help " "$stderr"
        [ "$(grep -o "(see" <<<"$stderr" | wc -l)" -eq 1 ]
    done
    initlab train --lr "(see" # words of the value's own say nothing of help
    has "initlab: --lr: '(see' is not a number (see 'initlab help train')" "$stderr"
    initlab sweep plan --init file:w.npy # the parameter's name is the option's, and stands once
    has "initlab: --init: a sweep goes on" "$stderr"
    initlab train --activation rellu
    has "did you mean 'relu'" "$stderr"
    tiny set # of two values none is dropped in silence
    for words in "train --data set --batch 8 --epochs 1 --lr .1 --lr .2" "inspect --data set --batch 8 --layers in,2,out --layers in,3,out" \
        "init --layers 4,3 --init zeros --init ones"; do
        # shellcheck disable=SC2086 # words
        initlab $words
        [ "$status" -eq 0 ]
        has " is given later, and so " "$stderr"
    done
    initlab init --layers 4,3 --init zeros --init zeros
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    while read -r option value; do # a list or a range, which one network does not take
        initlab train "$option" "$value"
        exits 2
        has "$option: one network takes one value, not '$value'; lists and ranges are for 'initlab sweep run'" "$stderr"
        [[ $stderr != *"did you mean"* ]]
    done <<'E'
--activation relu,tanh
--optimizer sgd,adam
--schedule cosine,constant
--lr 0.1,0.2
--lr 1e-3..1*10
--seed 0..4
--epochs 1..3
--math fp32,tf32
E
    for names in 'he_normal;glorot_uniform' 'he_normal glorot_uniform' he_normal,glorot_uniform; do
        initlab schemes "$names"
        exits 2
        [[ $stderr != *"did you mean"* ]]
    done
    initlab train --progress sometimes
    exits 2
    has "auto|always|never" "$stderr"
    initlab train --threads 0
    exits 2
    for device in gpu7 cuda:7x cuda: ""; do
        initlab train --device "$device"
        exits 2
        has "'$device'" "$stderr"
    done
    initlab train --recipe seed-zeros-sofmax
    exits 2
    has "seed-zeros-softmax" "$stderr"
    initlab help activation
    exits 2
    has "'activations'" "$stderr"
    initlab train --recipe nothing-like-it
    exits 2
    has "initlab help recipes" "$stderr"
    initlab completion tcsh
    exits 2
    has "bash, zsh or fish" "$stderr"
    initlab completion
    exits 2
}

@test "an output of unknown ending: 2, before anything is read" {
    for pair in out=a.txt plot=a.gif save=a.bin out=.jsonl; do
        initlab train --data /nonexistent "--${pair%=*}" "${pair#*=}"
        exits 2
        has "--${pair%=*}" "$stderr"
    done
}

@test "an output that cannot be created: 73, before anything is read" {
    for pair in out=no/such/a.jsonl plot=no/such/a.svg save=no/such/a.npy; do
        initlab train --data /nonexistent "--${pair%=*}" "${pair#*=}"
        exits 73
        has "no/such/a" "$stderr"
    done
    tiny data
    mkdir folder.jsonl
    initlab train --data data --epochs 1 --batch 8 --quiet --out folder.jsonl
    exits 73
}

@test "a device that is not here: 69 and why, in one line" {
    [ -z "$(ls /dev/nvidia[0-9]* 2>/dev/null)" ] || skip "this machine has a GPU"
    tiny data
    initlab train --data data --device cuda:0 --out run.jsonl
    exits 69
    has cuda:0 "$stderr"
    [ -z "$output" ]
    [ ! -e run.jsonl ]
}

# the four files of `tiny`, spelled by sed's word, and the same labels everywhere
spelled()
{
    mkdir -p "$1"
    for file in data/*; do
        cp "$file" "$1/$(basename "$file" | sed "$2")"
    done
}

@test "datasets as others name and unpack them are found" {
    tiny data
    spelled tv/MNIST/raw ''               # torchvision
    spelled dots s/-idx/.idx/             # as on the first mirrors
    spelled zipped s/-idx/.idx/
    gzip zipped/*
    for file in data/*; do                # Kaggle: each file in a folder of its name
        name=$(basename "$file")
        mkdir -p "kaggle/$name" "kaggle2/$name"
        cp "$file" "kaggle/$name"
        cp "$file" "kaggle2/$name/${name/-idx/.idx}"
    done
    spelled one "s/t10k/test/; s/^/emnist-letters-/"
    spelled em/EMNIST/raw "s/t10k/test/; s/^/emnist-letters-/"
    spelled em/EMNIST/raw "s/t10k/test/; s/^/emnist-digits-/"
    spelled nist/gzip "s/t10k/test/; s/^/emnist-bymerge-/"
    gzip nist/gzip/*
    "$INITLAB" train --data data --batch 8 --epochs 1 --device cpu --out want.csv >/dev/null 2>&1
    for folder in tv tv/ tv/MNIST tv/MNIST/raw dots zipped kaggle kaggle2 one one/emnist-letters em/emnist-letters \
        em/EMNIST/emnist-digits em/EMNIST/raw/emnist-letters nist nist/gzip/emnist-bymerge; do
        initlab train --data "$folder" --batch 8 --epochs 1 --device cpu --out got.csv --quiet
        [ "$status" -eq 0 ]
        cmp <(cut -d, -f1-6 want.csv) <(cut -d, -f1-6 got.csv)
    done
    # several: which, and how to say it
    initlab train --data em
    exits 65
    has "em: several datasets: EMNIST/raw/emnist-digits, EMNIST/raw/emnist-letters; name one, as em/EMNIST/raw/emnist-digits" "$stderr"
    spelled tv/FashionMNIST/raw ''
    initlab train --data tv
    exits 65
    has "tv: several datasets: FashionMNIST/raw, MNIST/raw; name one, as tv/FashionMNIST/raw" "$stderr"
    # what was looked for
    mkdir empty
    initlab train --data empty
    exits 65
    has "empty: no dataset: looked for train-images-idx3-ubyte and three more, with or without .gz" "$stderr"
    has "as emnist-SPLIT-train-..., there and in raw, MNIST/raw, FashionMNIST/raw, KMNIST/raw, EMNIST/raw, gzip" "$stderr"
    initlab train --data em/emnist-balanced
    exits 65
    has "looked for emnist-balanced-train-images-idx3-ubyte" "$stderr"
    rm one/emnist-letters-test-labels*
    initlab train --data one
    exits 65
    has "one/emnist-letters-test-labels-idx1-ubyte: no such file, with or without .gz, nor emnist-letters-test-labels.idx1-ubyte" "$stderr"
    # sums beside them are of their own names, too
    printf '%064d  train-images.idx3-ubyte\n' 0 >dots/SHA256SUMS
    initlab train --data dots
    exits 65
    has "SHA256SUMS says" "$stderr"
    # a sweep keeps where they are
    initlab sweep run --data em/emnist-digits --init zeros --layers in,out --batch 8 --epochs 1 --out r --device cpu --quiet
    [ "$status" -eq 0 ]
    has "\"data\": \"$PWD/em/emnist-digits\"" "$(cat r/sweep.json)"
}

@test "broken datasets: 65, naming the file" {
    initlab train --data /nonexistent
    exits 65
    tiny data
    printf 'x' >>data/train-labels-idx1-ubyte
    initlab train --data data --device cpu
    exits 65
    has train-labels-idx1-ubyte "$stderr"
    tiny data
    printf '\377' | dd of=data/t10k-labels-idx1-ubyte bs=1 seek=9 conv=notrunc status=none
    initlab train --data data --device cpu
    exits 65
    has t10k-labels-idx1-ubyte "$stderr"
    tiny data
    head -c 100 data/train-images-idx3-ubyte >short
    mv short data/train-images-idx3-ubyte
    initlab train --data data --device cpu
    exits 65
    has train-images-idx3-ubyte "$stderr"
}

@test "a compressed file that is cut off or damaged: 65, and which of the two" {
    tiny data
    gzip data/train-images-idx3-ubyte
    cp -r data whole
    initlab train --data data --device cpu --batch 8 --epochs 1 --quiet
    [ "$status" -eq 0 ]
    head -c 400 whole/train-images-idx3-ubyte.gz >data/train-images-idx3-ubyte.gz
    initlab train --data data --device cpu
    exits 65
    has "train-images-idx3-ubyte.gz: the compressed file is cut off" "$stderr"
    cp whole/train-images-idx3-ubyte.gz data/
    printf '\252\252\252' |
        dd of=data/train-images-idx3-ubyte.gz bs=1 seek=300 conv=notrunc status=none
    initlab train --data data --device cpu
    exits 65
    has "train-images-idx3-ubyte.gz: the compressed file is damaged" "$stderr"
}

@test "a broken recipe: 65, naming file and line" {
    printf 'parameters:\n  lr: [\n' >bad.yaml
    initlab train --recipe ./bad.yaml
    exits 65
    has bad.yaml "$stderr"
    initlab train --recipe ./none.yaml
    exits 65
}

@test "what is written cannot be written: 74" {
    [ -c /dev/full ] || skip "no /dev/full"
    tiny data
    run bash -c '"$1" help >/dev/full' _ "$INITLAB"
    [ "$status" -eq 74 ]
    has "standard output" "$output"
    run bash -c '"$1" train --data data --device cpu --batch 8 --epochs 2 -q >/dev/full' _ \
        "$INITLAB"
    [ "$status" -eq 74 ]
    run bash -c '"$1" devices --json >/dev/full' _ "$INITLAB"
    [ "$status" -eq 74 ]
    ln -s /dev/full full.jsonl
    initlab train --data data --device cpu --batch 8 --epochs 2 --quiet --out full.jsonl
    [ "$status" -eq 74 ]
    has full.jsonl "$stderr"
    # an output fails at the end: the result is still told
    for option in plot=full.svg save=full.safetensors; do
        ln -s /dev/full "${option#*=}"
        initlab train --data data --device cpu --batch 8 --epochs 2 --quiet "--$option"
        [ "$status" -eq 74 ]
        has "No space left" "$stderr"
        has "test accuracy" "$output"
    done
}

@test "what is named and not there, or is no sweep's: 65 from every command, one line, its name" {
    mkdir empty
    echo x >file
    tiny data
    "$INITLAB" sweep run --layers in,out --init zeros --batch 8 --epochs 1 --data data --device cpu --quiet --out r >/dev/null
    while read -r command; do
        for what in none empty file; do
            [ "$command $what" != "sweep run WHAT file" ] || continue # a file is read when it is known where to
            # shellcheck disable=SC2086 # words
            initlab ${command//WHAT/$what}
            exits 65 || { echo "$command"; return 1; }
            has "$what" "$stderr"
            [ -z "$output" ]
        done
    done <<'E'
compare WHAT
compare r WHAT
report WHAT -o page.html
check WHAT --baseline r
check r --baseline WHAT
explain WHAT 0123
sweep run WHAT
sweep run WHAT --out made
sweep plan WHAT
sweep status WHAT
sweep show WHAT
sweep extend WHAT --seeds 1
sweep retry WHAT --failed
sweep rerun WHAT 0123
sweep merge WHAT
sweep repair WHAT
sweep export WHAT
sweep submit WHAT --engine slurm --out made
E
    [ ! -e made ]
    [ ! -e page.html ]
}
