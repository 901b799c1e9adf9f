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
    initlab train --activation rellu
    has "did you mean 'relu'" "$stderr"
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
    for pair in out=a.txt plot=a.png save=a.bin out=.jsonl; do
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
