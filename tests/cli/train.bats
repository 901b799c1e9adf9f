#!/usr/bin/env bats
# Training: what it prints and leaves, on a tiny dataset and on the real one.
load common.bash

small=(--device cpu --batch 8 --epochs 3)

@test "stdout is a table of epochs and the test accuracy; the rest is on stderr" {
    tiny data
    initlab train --data data "${small[@]}"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 5 ]
    [ "$(awk '{ print $1 }' <<<"$output" | tr '\n' ' ')" = "epoch 1 2 3 test " ]
    for i in 1 2 3; do
        [[ ${lines[i]} =~ ^\ +$i\ +[0-9.e+-]+\ +[0-9.e+-]+\ +[01]\.[0-9]{4}\ +[01]\.[0-9]{4}$ ]]
    done
    [[ ${lines[4]} =~ ^test\ accuracy\ [01]\.[0-9]{4}$ ]]
    [ "${lines[4]##* }" = "$(awk '{ print $5 }' <<<"${lines[3]}")" ]
    has cpu "$stderr"
    has "96 training and 24 test images of 16 pixels, 3 classes" "$stderr"
    no_escapes "$output$stderr"
    [[ $stderr != *$'\r'* ]]
}

@test "a network learns, and --quiet says nothing" {
    tiny data
    initlab train --data data --device cpu --batch 8 --epochs 30 --lr 0.5 --quiet
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    # the classes light disjoint pixels: a network that learns at all separates them
    [ "${lines[-1]}" = "test accuracy 1.0000" ]
}

@test "--out FILE.jsonl: an object an epoch with the promised keys, and a last one" {
    tiny data
    initlab train --data data "${small[@]}" --validation 16 --seed 18446744073709551615 \
        --out run.jsonl
    [ "$status" -eq 0 ]
    python3 - "$output" <<'PY'
import json, sys
rows = [json.loads(line) for line in open("run.jsonl")]
table = [line.split() for line in sys.argv[1].splitlines()[1:-1]]
assert len(rows) == 4 and len(table) == 3, rows
for i, (row, shown) in enumerate(zip(rows[:-1], table), 1):
    assert list(row)[:5] == ["epoch", "cost", "lr", "train_accuracy", "test_accuracy"], row
    assert {"test_cost", "seconds", "validation_cost", "validation_accuracy"} <= set(row), row
    assert row["epoch"] == i and row["seconds"] > 0
    assert abs(row["cost"] - float(shown[1])) <= 5e-7 + 1e-6 * row["cost"], (row, shown)
    assert abs(row["test_accuracy"] - float(shown[4])) <= 5e-5
last = rows[-1]
assert list(last)[:5] == ["status", "test_accuracy", "epochs", "seconds", "device"], last
assert last["status"] == "ok" and last["epochs"] == 3 and last["device"] == "cpu"
assert last["test_accuracy"] == rows[-2]["test_accuracy"]
assert "diverged_epoch" not in last
config = last["config"]
assert config["seed"] == "18446744073709551615" and config["data_seed"] == 0, config
assert config["batch"] == 8 and config["epochs"] == 3
PY
}

@test "without a validation split there are no keys of one" {
    tiny data
    initlab train --data data "${small[@]}" --validation 0 --quiet --out run.jsonl
    [ "$status" -eq 0 ]
    run ! grep -q validation_ run.jsonl
}

@test "--out FILE.csv has the same numbers" {
    tiny data
    initlab train --data data "${small[@]}" --quiet --out run.csv
    initlab train --data data "${small[@]}" --quiet --out run.jsonl
    python3 - <<'PY'
import csv, json
rows = list(csv.DictReader(open("run.csv")))
objects = [json.loads(line) for line in open("run.jsonl")][:-1]
assert len(rows) == len(objects) == 3
for row, o in zip(rows, objects):
    assert list(row) == list(o), (row, o)
    for key in set(o) - {"seconds"}:
        assert float(row[key]) == o[key], (key, row, o)
PY
}

@test "--out - is JSONL on stdout, and only that" {
    tiny data
    initlab train --data data "${small[@]}" --out -
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 4 ]
    python3 -c 'import json, sys
assert [json.loads(line) for line in sys.stdin][-1]["status"] == "ok"' <<<"$output"
}

@test "a diverged run: nan in the table, null in JSONL, said on stderr, exit code 0" {
    initlab train --recipe seed-zeros-relu --device cpu --epochs 1 --out run.jsonl
    [ "$status" -eq 0 ]
    [ "$(awk 'NR == 2 { print $2 }' <<<"$output")" = nan ]
    has "diverged at epoch 1, step 1: the cost is not finite" "$stderr"
    python3 - <<'PY'
import json
def no_constant(name):
    raise ValueError(name)          # NaN and Infinity are no JSON
epoch, last = [json.loads(line, parse_constant=no_constant) for line in open("run.jsonl")]
assert epoch["cost"] is None, epoch
assert last["status"] == "diverged", last
assert last["diverged_epoch"] == 1 and last["diverged_step"] == 1, last
PY
    initlab train --recipe seed-zeros-relu --device cpu --epochs 1 --quiet --out run.csv
    [ "$(sed -n 2p run.csv | cut -d, -f2)" = nan ]
}

@test "a network that never learns is stuck: said on stderr, and in the last object; one that learns is not" {
    tiny data
    for init in zeros he_normal; do
        initlab train --data data --device cpu --layers in,8,out --batch 8 --epochs 3 --lr 0.5 --init $init --out $init.jsonl
        [ "$status" -eq 0 ]
        echo "$stderr" >$init.txt
    done
    # of the 24 test samples 14 are of the largest class: 14/24 + 3 sqrt(14/24 10/24 / 24)
    grep -q "^initlab: stuck: guessing gets up to 0.8852, " zeros.txt
    ! grep -q stuck he_normal.txt
    [ "$(tail -n 1 zeros.jsonl | picked status stuck)" = "ok True" ]
    [ "$(tail -n 1 he_normal.jsonl | picked status stuck)" = "ok False" ]
    initlab train --data data --device cpu --layers in,8,out --batch 8 --epochs 3 --init zeros --quiet
    [ -z "$stderr" ]
}

@test "--diag: rows of layers in --out, of which compare takes no notice; nothing else changes" {
    tiny data
    one=(--data data --device cpu --layers in,8,out --batch 8 --epochs 2)
    initlab train "${one[@]}" --out plain.jsonl --save plain.safetensors --quiet
    want=$output
    initlab train "${one[@]}" --out seen.jsonl --save seen.safetensors --quiet --diag every=epoch
    [ "$status" -eq 0 ]
    [ "$output" = "$want" ]
    cmp plain.safetensors seen.safetensors
    python3 - <<'PY'
import json
plain, seen = ([json.loads(line) for line in open(name + ".jsonl")] for name in ("plain", "seen"))
assert [row.get("step") for row in seen] == [0, 0, 12, 12, None, 24, 24, None, None]
assert [row.get("layer") for row in seen] == [1, 2, 1, 2, None, 1, 2, None, None]
for a, b in zip(plain, [row for row in seen if "layer" not in row]):
    a.pop("seconds"), b.pop("seconds")
    assert a == b
first, last = seen[0], seen[5]
assert first["update_ratio"] is None and first["distance"] == 0 and first["effective_rank"] > 1
assert last["update_ratio"] > 0 and last["distance"] > 0 and seen[2]["effective_rank"] is None
PY
    initlab compare --runs plain.jsonl seen.jsonl
    [ "$(awk 'NR > 1 {print $2, $3, $4, $5, $6}' <<<"$output" | sort -u | wc -l)" -eq 1 ]
    for bad in epoch every every=step: every=step:-1; do
        initlab train "${one[@]}" --diag $bad --out x.jsonl
        exits 2
        has "--diag: '$bad' is neither every=epoch nor every=step:N, N from 1" "$stderr"
    done
    for out in "" "--out x.csv"; do
        initlab train "${one[@]}" --diag every=epoch $out
        exits 2
        has "--diag: its rows go to --out FILE.jsonl" "$stderr"
    done
}

@test "the recipe comes first, options go over it, whatever their order" {
    initlab train --epochs 1 --recipe seed-ones-tanh-mse --device cpu --out first.jsonl
    [ "$status" -eq 0 ]
    [ "${lines[1]:0:19}" = "    1      0.900000" ]
    has "test accuracy 0.0980" "$output"
    has "mnist: 55000 training, 5000 validation and 10000 test images" "$stderr"
    initlab train --recipe seed-ones-tanh-mse --device cpu --epochs 1 --quiet --out second.jsonl
    strip='s/"seconds":[^,]*,*//g'
    [ "$(sed "$strip" first.jsonl)" = "$(sed "$strip" second.jsonl)" ]
    python3 -c 'import json; rows = [json.loads(l) for l in open("first.jsonl")]
assert len(rows) == 2 and rows[0]["cost"] == 0.9 and rows[1]["config"]["epochs"] == 1, rows'
}

@test "one epoch of the seed's softmax regression on MNIST" {
    initlab train --recipe seed-zeros-softmax --device cpu --epochs 1 --out run.jsonl
    [ "$status" -eq 0 ]
    # the table of the recipes: the first epoch's mean cost is near .591
    python3 -c 'import json; e = json.loads(open("run.jsonl").readline())
assert 0.58 < e["cost"] < 0.60 and 0.88 < e["test_accuracy"] < 0.91, e'
}

@test "the same seeds give the same file, another data seed another" {
    tiny data
    deep=("${small[@]}" --layers in,8,out --seed 5 --quiet)
    for i in 1 2; do
        initlab train --data data "${deep[@]}" --data-seed 3 --out "$i.csv"
        [ "$status" -eq 0 ]
    done
    initlab train --data data "${deep[@]}" --data_seed 4 --out 3.csv
    [ "$status" -eq 0 ]
    cost() { cut -d, -f2 "$1"; }
    [ "$(cost 1.csv)" = "$(cost 2.csv)" ]
    [ "$(cost 1.csv)" != "$(cost 3.csv)" ]
}

@test "--out names the data: a known dataset, else the folder" {
    tiny data
    "$INITLAB" train --data data --device cpu --batch 8 --epochs 1 -q --out run.jsonl
    [ "$(tail -n 1 run.jsonl | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"])')" = data ]
    "$INITLAB" train --device cpu --batch 8000 --epochs 1 -q --out run.jsonl
    [ "$(tail -n 1 run.jsonl | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"])')" = mnist ]
}

@test "black images: what a scheme cannot do with them is said" {
    tiny data
    python3 - data <<'P'
import sys
for part in "train", "t10k":
    with open(f"{sys.argv[1]}/{part}-images-idx3-ubyte", "r+b") as f:
        head = f.read(16)
        n = len(f.read())
        f.seek(16)
        f.write(bytes(n))
P
    initlab train --data data --device cpu --layers in,8,out --batch 8 --init autoinit
    exits 2
    has "every pixel of the training images is 0" "$stderr"
    initlab init --layers 16,8,3 --init autoinit --device cpu
    [ "$status" -ne 0 ]
    [[ $stderr != *"every pixel"* ]]
}

@test "--plot - is standard output, and what is printed goes to standard error" {
    tiny data
    echo 'parameters: {layers: "in,out", batch: 8, epochs: 2}' >r.yaml
    initlab train --data data --device cpu --recipe - --plot - --quiet <r.yaml
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    has "test accuracy" "$stderr"
    initlab train --data data --device cpu --plot - --out -
    exits 2
    has "--plot - and --out -" "$stderr"
    run bash -c '"$INITLAB" train --data data --device cpu --recipe r.yaml --plot - -q >/dev/full'
    [ "$status" -eq 74 ]
}

@test "--term shows the cost after what is printed, in as many columns as there are, beside a file too" {
    tiny data
    initlab train --data data "${small[@]}" --quiet
    printed=$output
    for columns in 40 90; do
        COLUMNS=$columns initlab train --data data "${small[@]}" --quiet --term
        [ "$status" -eq 0 ]
        [[ $output == "$printed"$'\n\n'*"Training Loss"* ]]
        has "Epoch #" "$output"
        [[ $output == *$'\u2524'* && $output != *$'\033'* && $output != *"<svg"* ]] # the axis
        [ "$(tail -n +"$(($(wc -l <<<"$printed") + 1))" <<<"$output" | wc -L)" -le "$columns" ]
    done
    initlab train --data data "${small[@]}" --quiet --term --color always
    [[ $output == *$'\033['* ]]
    initlab train --data data "${small[@]}" --batch 8 --validation 8 --quiet --term --plot loss.svg --out run.jsonl
    [ "$status" -eq 0 ]
    has "validation" "$(tail -n 1 <<<"$output")"
    grep -q "<svg" loss.svg
    [ -s run.jsonl ]
    initlab train --data data "${small[@]}" --quiet --term --plot -
    [[ $output == "<svg "*"</svg>" ]]
    has "Epoch #" "$stderr"
    initlab train --data data "${small[@]}" --term --out -
    exits 2
    has "--term is beside the epochs as text, not --out -" "$stderr"
    run bash -c '"$INITLAB" train --data data --layers in,out --batch 8 --epochs 1 --device cpu --quiet --term >/dev/full'
    [ "$status" -eq 74 ]
}

@test "--plot and --save leave their files" {
    tiny data
    initlab train --data data "${small[@]}" --quiet --plot loss.svg --save w.safetensors
    [ "$status" -eq 0 ]
    for text in "Training Loss" "Epoch #" "Loss"; do
        grep -q "$text" loss.svg
    done
    [ -s w.safetensors ]
    initlab train --data data "${small[@]}" --quiet --save w.npy
    [ "$status" -eq 0 ]
    [ -s w.layer1.weight.npy ]
    [ -s w.layer1.bias.npy ]
}

@test "--profile prints a table of calls on stderr and changes no number" {
    tiny data
    initlab train --data data "${small[@]}" --quiet --out plain.csv
    initlab train --data data "${small[@]}" --quiet --profile --out profiled.csv
    [ "$status" -eq 0 ]
    has "GB/s" "$stderr"
    [[ $stderr =~ loss\ +[1-9][0-9]*\ +[0-9.]+ ]]
    [ "$(cut -d, -f1-5 plain.csv)" = "$(cut -d, -f1-5 profiled.csv)" ]
}

@test "--eval-train is a flag that takes =no" {
    tiny data
    initlab train --data data "${small[@]}" --quiet --eval-train --out yes.jsonl
    [ "$status" -eq 0 ]
    initlab train --data data "${small[@]}" --quiet --eval-train=no --out no.jsonl
    [ "$status" -eq 0 ]
    grep -q '"eval_train":true' yes.jsonl
    grep -q '"eval_train":false' no.jsonl
}

# interrupt SIGNAL CODE: send it in the middle of a long run
interrupt()
{
    tiny data 4000
    env --default-signal=INT,TERM "$INITLAB" train --data data --device cpu --batch 2 \
        --epochs 1000000 --out run.jsonl --plot loss.svg >out 2>err &
    for _ in $(seq 200); do
        [ "$(wc -l <out)" -lt 2 ] || break
        sleep 0.05
    done
    kill -s "$1" $!
    code=0
    wait $! || code=$?
    [ "$code" -eq "$2" ]
    grep -q "stopped by SIG$1 after [1-9][0-9]* of 1000000 epochs" err
    python3 -c 'import json; rows = [json.loads(l) for l in open("run.jsonl")]
assert rows[-1]["status"] == "interrupted" and rows[-1]["epochs"] == len(rows) - 1 > 0, rows[-1]'
    [ -s loss.svg ]
}

@test "SIGINT stops at once, finishes the outputs, exits 130" {
    interrupt INT 130
}

@test "SIGTERM the same, exits 143" {
    interrupt TERM 143
}

@test "stdout closed early ends the program as it ends any other, and leaves whole lines" {
    tiny data 4000
    code=0
    env --default-signal=PIPE bash -c 'set -o pipefail
        "$0" train --data data --device cpu --batch 2 --epochs 1000000 -q --out run.jsonl |
        head -1' "$INITLAB" >out || code=$?
    [ "$code" -eq 141 ]
    [ "$(wc -l <out)" -eq 1 ]
    python3 -c 'import json; print([json.loads(l) for l in open("run.jsonl")])'
}

@test "Fashion-MNIST, as Debian packages it" {
    folder=/usr/share/datasets/fashion-mnist
    [ -d "$folder" ] || skip "no package dataset-fashion-mnist"
    initlab train --data "$folder" --device cpu --epochs 1
    [ "$status" -eq 0 ]
    has "fashion-mnist: 60000 training and 10000 test images" "$stderr"
    accuracy=${lines[-1]##* }
    [[ $accuracy > 0.75 && $accuracy < 0.90 ]]
}

@test "--threads is part of the record, and a bad number refused" {
    tiny data
    initlab train --data data "${small[@]}" --quiet --threads 2 --out run.jsonl
    [ "$status" -eq 0 ]
    grep -q '"threads":2' run.jsonl
    initlab train --data data --threads 2x
    [ "$status" -eq 2 ]
    initlab help train
    has "more than 1 is slower today" "$(tr -s ' \n' ' ' <<<"$output")"
}

@test "sweeps never use threads: each worker has one" {
    tiny data
    initlab sweep run --data data --init zeros --threads 2 --out r
    exits 2
    has "a worker of a sweep has one thread" "$stderr"
    printf 'parameters: {init: zeros, batch: 8, epochs: 1, threads: 2}\n' >sweep.yaml
    initlab sweep run sweep.yaml --data data --out r
    exits 65
    has "sweep.yaml:1:48: each worker of a sweep has one thread" "$stderr"
    BLIS_NUM_THREADS=4 initlab sweep run --data data --device cpu --init zeros --batch 8 --epochs 1 --layers in,out --out r --quiet
    [ "$status" -eq 0 ]
    grep -q ', 1 thread"' r/journal/*.jsonl
}

@test "the progress line: on a terminal, on request, else not" {
    tiny data 4000
    long=(train --data data --device cpu --batch 2 --epochs 40)
    initlab "${long[@]}" --progress always
    [ "$status" -eq 0 ]
    has "test accuracy" "$output"
    [[ $stderr =~ epoch\ [0-9]+\ of\ 40,\ step ]]
    no_escapes "$stderr"
    initlab "${long[@]}" --progress never
    [[ $stderr != *" of 40, step"* ]]
    command -v script >/dev/null || skip "no script to make a terminal"
    TERM=xterm script -qec "'$INITLAB' ${long[*]}" typescript >/dev/null </dev/null
    grep -q $'\repoch [0-9]* of 40, step' typescript
    TERM=xterm script -qec "'$INITLAB' ${long[*]} --quiet" typescript >/dev/null </dev/null
    run ! grep -q " of 40, step" typescript
}

@test "--dry-run prints the memory that would be needed, and trains nothing" {
    tiny set
    initlab train --data set --layers in,8,out --batch 8 --dry-run --out run.jsonl --device cpu
    [ "$status" -eq 0 ]
    has "memory of one run on cpu" "$output"
    has "such runs fit" "$output"
    [ ! -e run.jsonl ]
    [[ $output != *epoch* && $output != *watched* ]]
    initlab train --data set --layers in,8,out --batch 8 --dry-run --out run.jsonl --device cpu --diag every=epoch
    [ "$status" -eq 0 ]
    has "total when watched" "$output"
    initlab train --data set --layers in,8,out,3 --dry-run # mistakes are found all the same
    exits 2
}

@test "--math tf32 is for GPUs: 69 with the reason on the CPU; unknown words are 2" {
    tiny set
    initlab train --data set --layers in,out --batch 8 --math tf32 --device cpu --epochs 1 -q
    exits 69
    has "the CPU's products are fp32" "$stderr"
    initlab train --data set --math fp8
    exits 2
    has "fp32, tf32, bf16" "$stderr"
}
