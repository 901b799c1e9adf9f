# sweep.bats - initlab sweep: plan, run, continue, look at, export.
load common

small()
{
    cat >sweep.yaml <<'Y'
parameters:
  layers: ["in,out", "in,8,out"]
  init: {values: [he_normal, zeros]}
  batch: 8
  epochs: 2
seeds: 0..9
Y
}

@test "sweep plan prints packs, runs and memory, and trains nothing" {
    tiny set
    small
    initlab sweep plan sweep.yaml --data set --device cpu --pack-size 8
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    [ "$(grep -cE '^ +[12] +3 +20 +8 +[0-9.]+ MiB +[0-9.]+ s$' <<<"$output")" -eq 2 ]
    [[ $output =~ "one worker takes about "[0-9.]+" s, estimated"$ ]]
}

@test "stuck runs are counted by status, export and compare, and reach no target" {
    tiny set
    initlab sweep run --layers in,8,out --init zeros,he_normal,normal:std=1e30 --lr 0.5 --batch 8 --epochs 3 --seeds 0..4 \
        --data set --out r --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    initlab sweep status r
    has "done          15 runs" "$output"
    has "               5 of these diverged" "$output"
    has "               5 of these are stuck: no better than a guess to the end" "$output"
    initlab sweep status r --json
    [ "$(picked diverged stuck <<<"$output")" = "5 5" ]
    stuck="$(printf 'he_normal|ok|0|5\nnormal:std=1e+30|diverged|0|5\nzeros|ok|1|5')"
    by="SELECT init, status, stuck, count(*) FROM runs GROUP BY init, status, stuck ORDER BY init"
    initlab sweep merge r
    [ "$(query r "$by")" = "$stuck" ]
    initlab sweep export r
    [[ ${lines[0]} == *,stuck ]]
    # every run has an accuracy of .1: those that learnt reached it, no other did
    initlab compare r --target 0.1 -o jsonl
    [ "$(picked best_run reached stuck diverged <<<"$output" | cut -d ' ' -f 2-)" = "$(printf '5 0 0\n0 5 0\n0 0 5')" ]
    initlab compare r
    has " stuck " "$output"
    initlab compare r --where stuck=0
    [[ $output != *" stuck "* && $output != *zeros* ]]

    # a journal of before there was the word: nobody knows
    python3 - "$BATS_TEST_DIRNAME" r/journal/*.jsonl <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import journal
lines = journal.lines_of(open(sys.argv[2], "rb").read())
for mark, line in lines:
    line.pop("stuck", None)
open(sys.argv[2], "wb").write(journal.sealed(lines))
PY
    rm r/results.sqlite*
    initlab sweep merge r
    [ -z "$stderr" ]
    [ "$(query r "SELECT count(*) FROM runs WHERE stuck IS NULL")" = 15 ]
    initlab sweep status r --json
    [ "$(picked diverged stuck <<<"$output")" = "5 0" ]
    initlab compare r --target 0.1 -o jsonl
    [ "$(picked reached stuck diverged <<<"$output")" = "$(printf '5 0 0\n5 0 0\n0 0 5')" ]
}

@test "--diag: what is seen of layers is exported, and results are those of a sweep without it" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out plain --devices cpu:1 --quiet
    initlab sweep run sweep.yaml --data set --out seen --devices cpu:1 --quiet --diag every=step:5
    [ "$status" -eq 0 ]
    for table in epochs layers; do
        initlab sweep export plain --$table
        want=$output
        initlab sweep export seen --$table
        [ "$output" = "$want" ]
    done
    initlab sweep export plain --diagnostics
    [ -z "$output" ]
    # 24 steps in all, 12 an epoch: after 0, 5, 10, 15, 20 and 24; 20 runs of one layer and 20 of two
    initlab sweep export seen --diagnostics --to seen.csv
    [ "$(wc -l <seen.csv)" -eq $((1 + 6 * 60)) ]
    initlab sweep export seen --diagnostics -o jsonl --to seen.jsonl
    initlab sweep export seen -o tensorboard --to board
    initlab sweep export seen --to runs.csv
    python3 - "$BATS_TEST_DIRNAME" <<'PY'
import csv, json, struct, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from check_export import board_names, scalars
rows = list(csv.DictReader(open("seen.csv")))
assert [json.loads(line)["run_id"] for line in open("seen.jsonl")] == [row["run_id"] for row in rows]
assert sorted({int(row["step"]) for row in rows}) == [0, 5, 10, 15, 20, 24]
assert all(float(row["epoch"]) == int(row["step"]) / 12 for row in rows)
assert all((row["effective_rank"] != "") <= (row["step"] in ("0", "24")) for row in rows)
assert {row["distinct_units"] for row in rows if row["layer"] == "1"} >= {"1", "8", "3"}
names = list(rows[0])[4:]
runs = list(csv.reader(open("runs.csv")))
folder = board_names(runs[1:], runs[0])
for run in {row["run_id"] for row in rows}:
    events = scalars(f"board/{folder[run][0]}/events.out.tfevents.initlab.layers")
    want = {(int(row["step"]), f"layer{row['layer']}/{name}"): float(row[name])
            for row in rows for name in names if row["run_id"] == run and row[name] != ""}
    assert set(events) == set(want), (set(events) ^ set(want))
    for key, value in want.items():
        assert events[key] == struct.unpack("<f", struct.pack("<f", value))[0]
PY
    for bad in epoch every=step:0; do
        initlab sweep run sweep.yaml --data set --out bad --devices cpu:1 --diag $bad
        exits 2
        has "--diag: '$bad' is neither every=epoch nor every=step:N" "$stderr"
        [ ! -e bad ]
    done
    initlab sweep run --init zeros --layers in,out --batch 1 --epochs 2000 --data set --out bad --devices cpu:1 --diag every=step:1
    exits 2
    has "192001 looks at 1 layers, more than the 100000 rows" "$stderr"
    initlab sweep export seen --diagnostics --layers
    exits 2
}

@test "sweep plan takes options and a sweep's folder, as sweep run does" {
    tiny set
    small
    runs=(--layers in,out --layers in,8,out --init he_normal,zeros --batch 8 --epochs 2 --seeds 0..9)
    initlab sweep plan "${runs[@]}" --data set --device cpu --pack-size 8
    [ "$status" -eq 0 ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    initlab sweep submit --engine mpi --kind cpu --out r --pack-size 8 --data set "${runs[@]}"
    initlab sweep plan r
    [ "$status" -eq 0 ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    initlab sweep plan r --device cuda
    exits 2
    has "--device: the sweep was planned for cpu" "$stderr"
    initlab sweep plan r --pack-size 9
    exits 2
    tiny other 64
    initlab sweep plan r --data other
    exits 65
    initlab sweep plan --lr 2..1 --data set
    exits 2
    has "--lr: " "$stderr"
    initlab sweep plan sweep.yaml --lr 1 --data set
    exits 2
    has "the file alone" "$stderr"
}

@test "sweep plan and run take the name of an installed sweep, as train takes a recipe's" {
    mkdir -p own/sweeps
    printf 'parameters: {init: zeros, batch: 8, epochs: 1, layers: "in,out"}\n' >own/sweeps/mine.yaml
    printf 'parameters: {init: zeros, batch: 8, epochs: 1, layers: "in,4,out"}\n' >own/sweeps/taken.yaml
    tiny set
    export INITLAB_DATA=$PWD/own
    initlab help sweeps
    has "mine" "$output"
    initlab sweep plan mine --data set --device cpu
    [ "$status" -eq 0 ]
    has "1 run" "$output"
    initlab sweep run mine --data set --out r --device cpu --quiet
    [ "$status" -eq 0 ]
    [ "$(query r 'SELECT layers FROM runs')" = in,out ]
    cp own/sweeps/mine.yaml taken # a file of that name is meant
    initlab sweep run taken --data set --out other --device cpu --quiet
    [ "$(query other 'SELECT layers FROM runs')" = in,out ]
    initlab sweep plan mnie --data set
    exits 65
    has "no file, folder or installed sweep 'mnie'; did you mean 'mine'?" "$stderr"
    mkdir -p own/sweeps/set/deeper
    cp own/sweeps/mine.yaml own/sweeps/set/first.yaml # in a folder: set/first, and no deeper
    cp own/sweeps/mine.yaml own/sweeps/set/deeper/second.yaml
    initlab help sweeps
    has "  set/first" "$output"
    run ! grep -q second <<<"$output"
    initlab sweep plan set/first --data set --device cpu
    [ "$status" -eq 0 ]
    has "1 run" "$output"
    initlab sweep plan set/frist --data set
    exits 65
    has "no file, folder or installed sweep 'set/frist'; did you mean 'set/first'?" "$stderr"
    initlab sweep plan ../sweeps/mine --data set
    exits 65
    has "cannot read '../sweeps/mine'" "$stderr"
    initlab sweep plan mine.yaml --data set
    exits 65
    has "cannot read 'mine.yaml'" "$stderr"
}

@test "sweep plan --measure estimates the time; --json has the numbers" {
    tiny set
    small
    initlab sweep plan sweep.yaml --data set --device cpu --measure --json
    [ "$status" -eq 0 ]
    python3 - "$output" <<'P'
import json, sys
o = json.loads(sys.argv[1])
assert o["runs"] == 40 and o["packs"] == 2 and o["pack_size"] == 32 and o["device"] == "cpu"
assert [k["runs"] for k in o["keys"]] == [20, 20]
assert all(k["memory"] > 0 and 0 < k["seconds"] < 60 for k in o["keys"])
assert o["measured"] is True and abs(o["seconds"] - sum(k["seconds"] for k in o["keys"])) < 1e-6
P
    initlab sweep plan sweep.yaml --data set --device cpu --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["measured"] is False and o["seconds"] > 0' "$output"
}

@test "a backslash keeps a comma in a list" {
    tiny set
    "$INITLAB" init --layers 16,3 --save a,b.safetensors >/dev/null
    initlab sweep run --init "file:$PWD/a\\,b.safetensors,zeros" --data set --device cpu --layers in,out --batch 8 \
        --epochs 1 --out out
    [ "$status" -eq 0 ]
    has "file:path=$PWD/a\\,b.safetensors" "$output"
    has "zeros" "$output"
}

@test "mistakes in a sweep: one line each" {
    tiny set
    small
    initlab sweep plan nowhere.yaml
    exits 65
    has "nowhere.yaml" "$stderr"
    sed -i 's/he_normal/he_nromal/' sweep.yaml
    initlab sweep plan sweep.yaml --data set
    exits 65
    has "sweep.yaml:3:19: " "$stderr"
    has "did you mean 'he_normal'" "$stderr"
    initlab sweep
    exits 2
    has "run, plan, status" "$stderr"
    initlab sweep rnu
    exits 2
    initlab sweep plan
    exits 2
    small
    initlab sweep plan sweep.yaml --pack-size 0
    exits 2
    sed -i 's/batch: 8/batch: 9999/' sweep.yaml
    initlab sweep plan sweep.yaml --data set
    exits 65
    has "sweep.yaml:4:3: run 0 (" "$stderr"
    has "batch: 9999 is more than the 96 training samples" "$stderr"
}

# rows TABLE [WHERE]: of results.sqlite in the folder r, without what is a training's own
query()
{
    python3 - "$1" "$2" <<'P'
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1] + "/results.sqlite").execute(sys.argv[2]):
    print(*row, sep="|")
P
}

@test "sweep run trains a file's runs and ranks them; a second time there is nothing to do" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --devices cpu:2 --pack-size 8 --progress never
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(awk '{ print $1, $2, $3 }' <<<"${lines[0]}")" = "layers init n" ]
    has "best_run" "${lines[0]}"
    [ "$(sed -n 2,5p <<<"$output" | awk '{ print $1, $2, $3 }' | sort | tr '\n' ';')" = \
        "in,8,out he_normal 10;in,8,out zeros 10;in,out he_normal 10;in,out zeros 10;" ]
    has " is best: test_accuracy " "${lines[5]}"
    has "ranked on test samples, as no run held samples back" "${lines[6]}"
    has "initlab compare r says how sure that is" "${lines[7]}"
    ranked=$(head -n 5 <<<"$output")
    [ "$(query r 'SELECT count(*), count(DISTINCT run_id), sum(status = "ok") FROM runs')" = "40|40|40" ]
    [ "$(query r 'SELECT count(*) FROM epochs')" = 80 ]
    [ "$(query r 'SELECT count(*) FROM layers')" = 60 ]
    [ "$(query r 'SELECT DISTINCT layers, depth, batch, epochs FROM runs ORDER BY layers')" = \
        $'in,8,out|1|8|2\nin,out|0|8|2' ]
    [ "$(query r 'SELECT version IS NOT NULL, device, blas IS NOT NULL FROM environments')" = "1|cpu|1" ]
    initlab sweep run r
    [ "$status" -eq 0 ]
    [ "$(head -n 5 <<<"$output")" = "$ranked" ]
    initlab compare r --by layers,init
    [ "$(head -n 7 <<<"$output" | tail -n 5 | awk '{ print $1, $2, $4 }')" = "$(awk '{ print $1, $2, $4 }' <<<"$ranked")" ]
    has "p: sign flips of pairs of runs with the same seed and data_seed, after Holm over 6 comparisons" "$output"
    initlab compare r --by init
    has "pooled within groups: layers" "$output"
    initlab compare r --by layer
    exits 2
    has "did you mean 'layers'" "$stderr"
    for words in "--by layer|layers" "--metric test_acuracy|test_accuracy" "--where lnit=zeros|init"; do
        # shellcheck disable=SC2086 # words
        initlab compare r ${words%|*}
        exits 2
        has "did you mean '${words#*|}'" "$stderr"
    done
    initlab compare r --where init=ones
    exits 2
    has "no run has init ones: they have he_normal, zeros" "$stderr"
    initlab compare r --where init
    exits 2
    has "'init' is not COLUMN=VALUE" "$stderr"
    initlab compare r --control ones --by init
    exits 2
    has "no group is called 'ones'" "$stderr"
    initlab compare r --target 2
    exits 2
    has "--target: an accuracy above 0, up to 1" "$stderr"
    initlab compare r --where layers=in,8,out,init=zeros
    [ "$status" -eq 0 ]
    has "all runs have: test_accuracy" "${lines[0]}"
    initlab compare r r
    [ "$status" -eq 0 ]
    has "40 runs are there more than once: each counts once" "$output"
    initlab compare r set
    exits 65
    has "'set' is a folder, and not a sweep's" "$stderr"
    initlab compare set
    exits 65
    has "'set' is a folder, and not a sweep's" "$stderr"
    initlab sweep status r
    [ "$status" -eq 0 ]
    has "done          40 runs, 6 packs, 100 % of the cost" "$output"
}

@test "sweep show lists runs, done or not, and shows all of one by the first digits of its id" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --pack-size 8 --shard 1/2 --quiet
    [ "$status" -eq 0 ]
    initlab sweep show r
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 41 ]
    done=$(query r 'SELECT count(*) FROM runs')
    [ "$(grep -c " to do " <<<"$output")" -eq $((40 - done)) ]
    id=$(query r 'SELECT run_id FROM runs WHERE init = "zeros" LIMIT 1')
    number=$(query r "SELECT number FROM runs WHERE run_id = '$id'")
    accuracy=$(query r "SELECT printf('%.4f', test_accuracy) FROM runs WHERE run_id = '$id'")
    [ "$(awk -v id="$id" '$2 == id { print $1, $4 }' <<<"$output")" = "$number $accuracy" ]
    initlab sweep show r --json
    python3 - "$output" "$id" "$number" <<'P'
import json, sys
rows = [json.loads(line) for line in sys.argv[1].splitlines()]
row = next(row for row in rows if row["run_id"] == sys.argv[2])
assert len(rows) == 40 and row["number"] == int(sys.argv[3]) and row["varied"]["init"] == "zeros", row
P
    initlab sweep show r "${id:0:6}"
    [ "$status" -eq 0 ]
    has "run $id, number $number: " "$output"
    [ "$(awk '$1 == "init" { print $2 }' <<<"$output")" = zeros ]
    [ "$(awk '$1 == "epochs" { print $2 }' <<<"$output")" = 2 ]
    [ "$(awk '$1 == 1 || $1 == 2' <<<"$output" | wc -l)" -ge 3 ] # epochs, and layers
    has "initlab sweep rerun r $id" "$output"
    todo=$("$INITLAB" sweep show r | awk '/ to do / { print $2; exit }')
    initlab sweep show r "$todo"
    [ "$status" -eq 0 ]
    has ": to do" "$output"
    initlab sweep show r zzzz
    exits 2
    has "'initlab sweep show' lists them" "$stderr"
    initlab sweep rerun r "${id:0:3}"
    exits 2
    has "4 digits of a run's id at least" "$stderr"
}

@test "lists and ranges of options are a sweep, too" {
    tiny set
    initlab sweep run --data set --out r --init he_normal,glorot_uniform:gain=2 --init 'h*=zeros,out=he_normal' \
        --depth 1..2 --width 4..5 --lr 1e-2..1*10 --batch 8 --epochs 1 --seeds 0..1 --quiet
    [ "$status" -eq 0 ]
    [ "$(query r 'SELECT count(*) FROM runs')" = 72 ] # 3 schemes, 2 depths of 2 widths, 3 rates, 2 seeds
    [ "$(query r 'SELECT DISTINCT lr FROM runs ORDER BY lr' | tr '\n' ' ')" = "0.01 0.1 1 " ]
    [ "$(query r 'SELECT DISTINCT layers FROM runs ORDER BY layers' | tr '\n' ' ')" = \
        "in,4,4,out in,4,out in,5,5,out in,5,out " ]
    [ "$(query r 'SELECT DISTINCT init FROM runs ORDER BY init' | tr '\n' ' ')" = \
        "glorot_uniform:gain=2 h*=zeros,out=he_normal he_normal " ]
}

@test "a run that cannot be is found before anything is trained" {
    tiny set
    initlab sweep run --data set --out r --init he_normal --batch 8,9999 --epochs 1
    exits 2
    has "batch=9999" "$stderr"
    [ ! -e r ]
    has "--batch: run 1 (" "$stderr"
    while read -r option value text; do
        initlab sweep run --data set --out r --batch 8 "$option" "$value"
        exits 2
        has "$option: $text" "$stderr"
        [[ $stderr != *options:* ]]
    done <<'E'
--lr 1..0 a range is FIRST..LAST
--weight-decay l2:x l2: factor must be a number
--seeds 1,x 'x' is not a whole number
--init he_nromal no scheme named 'he_nromal'; did you mean 'he_normal'?
--width 0 '0x1' is not a width
--width 4-8 expected numbers of units, as 64 or 16..256*2, not '4-8'
--width 4x2 expected numbers of units
--depth 1-10 expected numbers of hidden layers, as 1..10 or 2,4,8, not '1-10'
--depth 1:10 expected numbers of hidden layers
--depth 1e1 expected numbers of hidden layers
--lr 0.1:0.3 a range is FIRST..LAST
--epochs 1-3 a range is FIRST..LAST
--layers in-3-out,in-4-out between widths stand commas or dashes, not both
--layers in,3,out,in,4,out 'in' stands behind 'out', where a second network begins
E
    initlab sweep run --data set --out r --lr 1
    exits 2
    has "run 0: batch: 128 is more than the 96" "$stderr"
    initlab sweep run --data set --out r
    exits 2
    has "no sweep given" "$stderr"
    initlab sweep run --data set --batch 8
    exits 2
    has "--out" "$stderr"
    small
    initlab sweep run sweep.yaml --data set --out r --lr 1
    exits 2
    initlab sweep run nowhere --data set --out r
    exits 65
    initlab sweep run sweep.yaml --data set --out -
    exits 2
    has "--out: a sweep's results are a folder" "$stderr"
    initlab sweep submit sweep.yaml --data set --engine slurm --out -
    exits 2
    [ ! -e ./- ]
    initlab sweep run sweep.yaml --data set --out r --devices gpu
    exits 2
    initlab sweep run sweep.yaml --data set --out r --shard 3/2
    exits 2
    for words in '--max-failures x' '--max-failures 0' '--checkpoint 1.5' '--fail-fast --keep-going' \
        '--fail-fast --max-failures 2' '--keep-going --max-failures 2'; do
        # shellcheck disable=SC2086 # words
        initlab sweep run sweep.yaml --data set --out r $words
        exits 2
    done
    initlab sweep run sweep.yaml --data set --out r --by initt
    exits 2
    has "did you mean 'init'" "$stderr"
    mkdir full; : >full/file
    initlab sweep run sweep.yaml --data set --out full
    exits 2
    has "not empty" "$stderr"
    initlab sweep status full
    exits 65
    [ ! -e r ]
}

@test "SIGTERM saves the pack, exit 75; the sweep goes on to the same results" {
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 3000/' sweep.yaml
    "$INITLAB" sweep run sweep.yaml --data set --out r --quiet >out 2>err &
    pid=$!
    for _ in $(seq 100); do [ -e r/lock ] && break; sleep 0.02; done
    sleep 0.3
    kill -TERM $pid
    code=0; wait $pid || code=$?
    [ "$code" -eq 75 ] || { cat err; false; }
    has "goes on" "$(cat err)"
    [ -n "$(ls r/state)" ]
    initlab sweep status r --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["left"] > 0, o' "$output"
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    [ -z "$(ls r/state)" ]
    initlab sweep run sweep.yaml --data set --out whole --quiet
    all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'
    [ "$(query r "$all")" = "$(query whole "$all")" ]
}

# a sweep of 6 packs, of which 3 fail: they begin with weights from a file that is not there
failing()
{
    cat >sweep.yaml <<Y
parameters:
  layers: ["in,out", "in,4,out", "in,5,out"]
  init: [zeros, "file:$PWD/gone.safetensors"]
  batch: 8
  epochs: 1
seeds: 0..1
Y
}

@test "a pack that cannot be trained fails alone, until a retry; the sweep's code is 1 as long" {
    tiny set
    failing
    initlab sweep run sweep.yaml --data set --out r --pack-size 2 --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    [ "$(grep -c '^initlab: pack [0-9] failed: .*gone.safetensors' <<<"$stderr")" -eq 3 ]
    has "3 packs failed; 'initlab sweep retry r --failed' tries them again" "$stderr"
    initlab sweep status r
    has "failed         6 runs, 3 packs" "$output"
    initlab sweep run r --quiet # nothing is left to train, and not all is well
    exits 1
    has "3 packs failed" "$stderr"
    "$INITLAB" init --layers 16,3 --init zeros --save gone.safetensors
    initlab sweep retry r
    exits 2
    initlab sweep retry r --failed --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "2 packs failed" "$stderr"
    [ "$(query r 'SELECT layers, count(*) FROM runs WHERE status = "failed" GROUP BY layers')" = \
        $'in,4,out|2\nin,5,out|2' ]
    [ "$(query r 'SELECT min(attempt) FROM runs WHERE status = "ok" AND init LIKE "file%"')" = 2 ]
}

@test "a ranking says how many runs are done, and tells values apart that differ in the last digit" {
    tiny set
    run --separate-stderr bash -c '"$INITLAB" sweep run - --data set --out r --shard 1/2 --devices cpu:1 --quiet --pack-size 2 <<Y
parameters:
  layers: in,out
  batch: 8
  epochs: 1
  lr: [0.1234567, 0.1234568, 0.12345678901234567, 0.12345678901234566, 0.12345678901234568]
seeds: 0..2
Y'
    [ "$status" -eq 0 ]
    done=$("$INITLAB" sweep status r --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["done"])')
    [ "$done" -gt 0 ] && [ "$done" -lt 12 ]
    initlab compare r --by lr
    [ "$status" -eq 0 ]
    grep -qx "$done of 12 runs done" <<<"$output"
    initlab compare r --by lr -o csv
    exits 0
    has "$done of 12 runs done" "$stderr"
    initlab sweep export r
    exits 0
    has "$done of 12 runs done" "$stderr"
    initlab sweep run r --devices cpu:1 --quiet --by lr
    [ "$status" -eq 0 ]
    [ "$(sed -n 2,5p <<<"$output" | awk '{ print $1 }' | sort | tr '\n' ' ')" = \
        "0.1234567 0.12345678901234566 0.12345678901234568 0.1234568 " ]
    initlab sweep export r
    [ -z "$stderr" ]
}

@test "a sweep's file may be standard input; its mistakes are told of stdin" {
    tiny set
    initlab sweep plan - --data set --device cpu <<<'parameters: {layers: "in,out", batch: 8, epoch: 1}'
    exits 65
    has "stdin:1:" "$stderr"
    initlab sweep plan - --data set --device cpu <<<'parameters: {layers: "in,out", batch: 8, epochs: 1}'
    [ "$status" -eq 0 ]
    has "1 runs in 1 packs" "$output"
}

@test "a run that cannot be trained fails alone in its pack; sweep plan refuses it" {
    tiny set
    "$INITLAB" init --layers 16,4,3 --init ones --save w.safetensors
    cat >sweep.yaml <<Y
parameters:
  layers: ["in,4,out", "in,5,out"]
  init: ["h1=file:path=$PWD/w.safetensors", he_normal]
  batch: 8
  epochs: 2
seeds: 0..1
Y
    wrong="layer1.weight is 16 x 4, but 16 x 5 is wanted"
    initlab sweep plan sweep.yaml --data set --device cpu
    exits 65
    has "run 4 (layers=in,5,out, init=h1=file:path=$PWD/w.safetensors, seed=0): $PWD/w.safetensors: $wrong" "$stderr"
    has "2 of the 8 runs cannot be trained, 'sweep run' trains the others" "$stderr"
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "pack 1: 2 of its 4 runs failed: $PWD/w.safetensors: $wrong" "$stderr"
    has "2 runs of 1 pack failed; 'initlab sweep retry r --failed' tries them again" "$stderr"
    initlab sweep status r
    has "done           6 runs, 2 packs, 100 % of the cost" "$output"
    has "failed         2 runs, 0 packs" "$output"
    has "pack 1: 2 of its 4 runs failed, 1 attempt: $PWD/w.safetensors: $wrong" "$output"
    initlab sweep status r --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); f = o["failures"][0]; \
        assert (o["done"], o["failed"], o["left"]) == (6, 2, 0) and (f["pack"], f["runs"], f["failed"]) == (1, 4, 2), o' "$output"
    [ "$(query r 'SELECT number, status, error FROM runs WHERE pack = 1 ORDER BY number')" = \
        "4|failed|$PWD/w.safetensors: $wrong
5|failed|$PWD/w.safetensors: $wrong
6|ok|None
7|ok|None" ]
    initlab sweep rerun r "$(query r 'SELECT run_id FROM runs WHERE number = 4')"
    exits 65
    has "the run cannot be trained: $PWD/w.safetensors: $wrong" "$stderr"
    initlab sweep rerun r "$(query r 'SELECT run_id FROM runs WHERE number = 6')"
    [ "$status" -eq 0 ]
    has "to the bit" "$output"
    initlab sweep run sweep.yaml --data set --out fast --devices cpu:1 --quiet --fail-fast
    [ "$status" -eq 1 ]
    has "stopped after 1 failed pack" "$stderr"

    # other content is no longer this sweep; what was not there may come, and all is as if it had been there at once
    rm w.safetensors
    initlab sweep run sweep.yaml --data set --out late --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "4 runs of 2 packs failed" "$stderr"
    rows='SELECT epochs.* FROM epochs JOIN runs USING (run_id) WHERE pack = 1 ORDER BY number, epoch'
    others=$(query late "$rows")
    "$INITLAB" init --layers 16,5,3 --init ones --save w.safetensors
    initlab sweep retry r --failed --devices cpu:1 --quiet
    exits 65
    has "is not what it was when the sweep was made" "$stderr"
    initlab sweep retry late --failed --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "pack 0: 2 of its 4 runs failed" "$stderr"
    initlab sweep status late
    has "failed         2 runs, 0 packs" "$output"
    [ "$(query late 'SELECT number, status, attempt FROM runs WHERE pack = 1 ORDER BY number' | tr '\n' ' ')" = \
        "4|ok|2 5|ok|2 6|ok|1 7|ok|1 " ]
    [ "$(query late "$rows" | tail -n 4)" = "$others" ]
}

@test "sweep plan refuses an arithmetic that its device does not have" {
    tiny set
    initlab sweep plan --math tf32 --layers in,out --batch 8 --data set --device cpu
    exits 69
    has "tf32 and bf16 are for GPUs" "$stderr"
}

@test "the content of a file: of weights is part of its runs, and compared when the sweep goes on" {
    tiny set
    mkdir lr=0.1
    "$INITLAB" init --layers 16,3 --init he_normal --save lr=0.1/w.safetensors >/dev/null
    cp -r lr=0.1 before
    printf 'parameters: {layers: "in,out", init: "file:%s/lr=0.1/w.safetensors", batch: 8, epochs: 1}\nseeds: [1, 2]\n' \
        "$PWD" >sweep.yaml
    initlab sweep run sweep.yaml --data set --out r --quiet
    [ "$status" -eq 0 ]
    id=$(query r 'SELECT min(run_id) FROM runs')
    sum=$(sha256sum lr=0.1/w.safetensors)
    has "\"$PWD/lr=0.1/w.safetensors\": \"${sum%% *}\"" "$(cat r/sweep.json)"
    "$INITLAB" init --layers 16,3 --init zeros --save lr=0.1/w.safetensors >/dev/null
    initlab sweep rerun r "$id"
    exits 65
    has "w.safetensors' is not what it was when the sweep was made" "$stderr"
    cp -r r left
    rm left/journal/* left/results.sqlite
    for words in left "sweep.yaml --data set --out left"; do
        # shellcheck disable=SC2086 # words
        initlab sweep run $words --quiet
        [ "$status" -eq 65 ]
        has "w.safetensors' is not what it was when the sweep was made" "$stderr"
    done
    # other content is other runs, and journals of one are not the other's
    initlab sweep run sweep.yaml --data set --out other --quiet
    [ "$status" -eq 0 ]
    [ "$(query other 'SELECT count(*) FROM runs WHERE run_id IN ("'"$id"'")')" = 0 ]
    mv other/journal/* left/journal
    initlab sweep status left
    has "left           2 runs" "$output"
    cp before/w.safetensors lr=0.1
    initlab sweep rerun r "$id"
    [ "$status" -eq 0 ]
    has "to the bit" "$output"
    # paths of 900 bytes, five to a value: no bound of a line's length, and exclude takes them, too
    deep=$(printf "/%0220d" 1 2 3 4)
    mkdir -p ".$deep"
    "$INITLAB" init --layers 16,3,3,3,3,3 --init he_normal --save ".$deep/w.safetensors" >/dev/null
    init=$(printf ",%s=file:$PWD$deep/w.safetensors" h1 h2 h3 h4 out)
    printf 'parameters:\n  layers: "in,3,3,3,3,out"\n  init: [zeros, "%s"]\n  batch: 8\n  epochs: [1, 2]\n' "${init:1}" >long.yaml
    printf 'exclude: [{init: "%s", epochs: 2}]\n' "${init:1}" >>long.yaml
    initlab sweep run long.yaml --data set --out long --quiet
    [ "$status" -eq 0 ]
    [ "$(query long 'SELECT count(*), max(length(init)) > 4096 FROM runs')" = "3|1" ]
    # a sweep.json that lies
    sed 's/"[0-9a-f]*"$/"00"/' r/sweep.json >left/sweep.json
    initlab sweep status left
    exits 65
    has "sweep.json" "$stderr"
}

@test "--fail-fast, --max-failures and --keep-going: when a sweep stops" {
    tiny set
    failing
    run=(sweep run sweep.yaml --data set --pack-size 2 --devices cpu:1 --quiet)
    for pair in '--fail-fast 1' '--max-failures=1 1' '--max-failures=2 2' '--max-failures=3 3' '--max-failures=4 3' \
        '--keep-going 3'; do
        read -r word failed <<<"$pair"
        initlab "${run[@]}" --out "r$word" "$word"
        [ "$status" -eq 1 ]
        [[ $word != --fail-fast ]] || has "stopped after 1 failed pack" "$stderr"
        [ "$(grep -c '^initlab: pack [0-9] failed: ' <<<"$stderr")" -eq "$failed" ]
        initlab sweep status "r$word" --json
        left=$(python3 -c 'import json, sys; o = json.loads(sys.argv[1]); print(o["failed"], o["left"])' "$output")
        [[ $left == "$((2 * failed)) "* ]]
        if [ "$failed" -lt 3 ]; then
            [[ $left != *" 0" ]]
        elif [[ $word != --max-failures=3 ]]; then
            [[ $left == *" 0" ]]
        fi
    done
    initlab sweep run r--fail-fast --quiet # an earlier failure stops nothing
    [ "$status" -eq 1 ]
    initlab sweep status r--fail-fast
    has "left           0 runs" "$output"
    initlab sweep retry r--fail-fast --failed --fail-fast --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "stopped after 1 failed pack" "$stderr"
}

@test "another sweep is not trained into a folder, nor with other options" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --quiet
    [ "$status" -eq 0 ]
    sed -i 's/epochs: 2/epochs: 3/' sweep.yaml
    initlab sweep run sweep.yaml --data set --out r --quiet
    exits 2
    has "another sweep" "$stderr"
    initlab sweep run r --epochs 3
    exits 2
    tiny other 64
    initlab sweep run r --data other
    [ "$status" -eq 0 ] # nothing is left to train
    initlab sweep rerun r "$(query r 'SELECT min(run_id) FROM runs')" --data other
    exits 65
    has "another dataset" "$stderr"
    mv set moved
    initlab sweep rerun r "$(query r 'SELECT min(run_id) FROM runs')"
    exits 65
    has "with --data" "$stderr"
    initlab sweep rerun r "$(query r 'SELECT min(run_id) FROM runs')" --data moved
    [ "$status" -eq 0 ]
}

@test "shards are trained apart, merged once, and are the sweep" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out whole --pack-size 4 --quiet
    for k in 3 1 2 3; do
        initlab sweep run sweep.yaml --data set --out r --pack-size 4 --shard $k/3 --quiet
        [ "$status" -eq 0 ]
        [ -z "$output" ]
    done
    [ ! -e r/results.sqlite ]
    initlab sweep merge r
    [ "$status" -eq 0 ]
    has "40 of 40 runs" "$output"
    initlab sweep merge r
    has "40 of 40 runs" "$output"
    all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'
    [ "$(query r "$all")" = "$(query whole "$all")" ]
}

@test "no two processes train the same packs: all of them, or shards of one count" {
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 20000/' sweep.yaml
    "$INITLAB" sweep run sweep.yaml --data set --out r --pack-size 4 --devices cpu:1 --shard 1/2 --quiet 2>held &
    holder=$!
    for _ in $(seq 500); do [ -s r/lock ] && break; sleep 0.02; done
    all=()
    for words in "" "--shard 1/3" "--shard 1/2" "--shard 2/2"; do
        # shellcheck disable=SC2086 # words
        "$INITLAB" sweep run r --devices cpu:1 $words --quiet >"out${words/\//-}" 2>"err${words/\//-}" &
        all+=($!)
    done
    codes=()
    for k in 0 1 2; do code=0; wait "${all[k]}" || code=$?; codes+=($code); done
    [ "${codes[*]}" = "75 75 75" ] || { echo "${codes[*]}"; cat err*; false; }
    has "another 'sweep run' is at work" "$(cat err)"
    has "shards of another count" "$(cat "err--shard 1-3")"
    has "this shard" "$(cat "err--shard 1-2")"
    kill -TERM "$holder" "${all[3]}"
    for pid in "$holder" "${all[3]}"; do # both were at work
        code=0; wait "$pid" || code=$?
        [ "$code" -eq 75 ]
    done
    [ "$(ls r/state | wc -l)" -eq 2 ]
}

@test "a folder of other numbers is ranked, exported and rerun, but not continued" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --quiet --shard 1/2
    [ "$status" -eq 0 ]
    python3 "$BATS_TEST_DIRNAME/renumber.py" r
    ls r/journal >before
    initlab sweep status r
    has "numbers 1, this initlab's are 2: it cannot be continued here" "$output"
    for command in "run r" "retry r --failed" "submit r --engine slurm" "run sweep.yaml --data set --out r"; do
        initlab sweep $command
        exits 65
        has "has numbers 1, this initlab computes numbers 2" "$stderr"
    done
    ls r/journal | cmp - before
    initlab compare r
    [ "$status" -eq 0 ]
    initlab sweep export r
    [ "${#lines[@]}" -gt 5 ]
    initlab sweep rerun r "$(query r 'SELECT min(run_id) FROM runs')"
    [ "$status" -eq 0 ]
    has "as in the results, to the bit" "$output"
    has "the results have numbers 1, this initlab computes numbers 2:" "$output"
    has "  2: a step's sum" "$output"
}

@test "rerun repeats a run to the bit, and saves its weights" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --quiet
    id=$(query r 'SELECT run_id FROM runs WHERE number = 13')
    initlab sweep rerun r "${id:0:8}" --save w.safetensors
    [ "$status" -eq 0 ]
    has "run $id: all 2 epochs as in the results, to the bit" "$output"
    [ -s w.safetensors ]
    python3 - "$id" <<'P'
import sqlite3, sys
db = sqlite3.connect("r/results.sqlite")
db.execute("UPDATE epochs SET cost = cost + 1e-9 WHERE run_id = ? AND epoch = 2", sys.argv[1:])
db.commit()
P
    initlab sweep rerun r "$id"
    [ "$status" -eq 1 ]
    has "differs from its results from epoch 2 on" "$output"
    initlab sweep rerun r 0123456789
    exits 2
    initlab sweep rerun r
    exits 2
}

@test "a results.sqlite that lies crashes nothing, and no id of it leads out of the export's folder" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out a --quiet
    cp -r a keep
    lie() { # SQL..., on a copy of the results
        rm -rf a && cp -r keep a
        python3 - "$@" <<'P'
import sqlite3, sys
db = sqlite3.connect("a/results.sqlite")
for sql in sys.argv[1:]:
    db.execute(sql)
db.commit()
P
    }
    lie "UPDATE epochs SET run_id = '../../x' WHERE run_id = (SELECT min(run_id) FROM runs)" \
        "UPDATE runs SET run_id = '../../x' WHERE run_id = (SELECT min(run_id) FROM runs)"
    initlab sweep export a -o tensorboard --to board
    exits 65
    has "'run_id' of a row is none" "$stderr"
    [ ! -e x ] && [ ! -e ../x ]
    lie "UPDATE runs SET run_id = '../' || number"
    initlab compare a
    exits 65
    lie "DROP TABLE meta" "CREATE TABLE meta (key TEXT, value)" "INSERT INTO meta VALUES ('plan', NULL)"
    for command in "sweep merge a" "sweep export a" "compare a"; do
        initlab $command
        exits 65
    done
    lie "ALTER TABLE epochs ADD COLUMN $(printf 'c%.0s' {1..3000}) REAL" \
        "UPDATE epochs SET $(printf 'c%.0s' {1..3000}) = 1"
    initlab sweep export a -o tensorboard --to board2
    exits 65
    has "'epochs' is not as initlab makes its tables" "$stderr"
}

sql() { # STATEMENTS, of a's results
    python3 - "$1" <<'P'
import sqlite3, sys
db = sqlite3.connect("a/results.sqlite")
db.executescript(sys.argv[1])
db.execute("PRAGMA journal_mode = DELETE")
db.close()
P
}

# What follows a lie is one answer: 65, and what to do; then the file is made again.
refused() { # WORDS: what stderr has
    for command in "sweep merge a" "sweep export a" "compare a"; do
        run --separate-stderr timeout 60 "$INITLAB" $command
        exits 65
        has "$1" "$stderr"
        has "move it away, and 'initlab sweep merge' makes it again" "$stderr"
    done
    rm -f a/results.sqlite*
    initlab sweep export a
    [ "$status" -eq 0 ]
    [ "$output" = "$(cat right.csv)" ]
}

@test "results.sqlite: tables and values that are not ours are refused, and ours come back" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out a --quiet
    initlab sweep export a
    echo "$output" > right.csv
    sql ""
    cp a/results.sqlite keep
    while read -r change; do
        cp keep a/results.sqlite
        sql "$change"
        refused "is not as initlab makes its tables"
    done <<'SQL'
ALTER TABLE epochs RENAME TO e; CREATE VIEW epochs AS SELECT * FROM e
ALTER TABLE runs RENAME TO r; CREATE VIEW runs AS WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT n AS number, r.* FROM x, r
CREATE TRIGGER t AFTER INSERT ON journals BEGIN DELETE FROM runs; END
CREATE TRIGGER t BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'no'); END
CREATE INDEX i ON runs (abs(number))
ALTER TABLE layers ADD COLUMN more TEXT
ALTER TABLE layers DROP COLUMN unfitted
DROP TABLE epochs; CREATE TABLE epochs (run_id, epoch, cost, lr, train_accuracy, test_cost, test_accuracy, validation_cost, validation_accuracy)
DROP TABLE environments
DROP TABLE meta
SQL
    # a user's own view is the user's
    cp keep a/results.sqlite
    sql "CREATE VIEW mine AS SELECT * FROM runs; CREATE TABLE notes (text)"
    initlab sweep export a
    [ "$status" -eq 0 ]
    [ "$output" = "$(cat right.csv)" ]
    while read -r change; do
        cp keep a/results.sqlite
        sql "UPDATE runs SET $change"
        initlab sweep export a
        exits 65
        has "move it away" "$stderr"
    done <<'SQL'
error = 'a' || char(0) || 'b'
error = cast(x'ff41' AS TEXT)
init = x'00'
error = replace(hex(zeroblob(4 << 20)), '0', 'a')
SQL
}

@test "results.sqlite: pages that lead on for ever, links and pipes in its place" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out a --quiet
    initlab sweep export a
    echo "$output" > right.csv
    for table in epochs sqlite_autoindex_runs_2; do
        sql "" # out of the log
        python3 "$BATS_TEST_DIRNAME/page_bomb.py" a/results.sqlite "$table"
        refused "there is no end to what is in it"
    done
    sql ""
    python3 "$BATS_TEST_DIRNAME/page_bomb.py" a/results.sqlite runs
    run --separate-stderr timeout 60 "$INITLAB" sweep merge a # others find all by an index
    exits 65
    mv a/results.sqlite outside
    sum=$(sha256sum < outside)
    for file in results.sqlite results.sqlite-wal results.sqlite-shm results.sqlite-journal; do
        rm -f a/results.sqlite*
        ln -s ../outside "a/$file"
        refused "it is a link"
        rm -f a/results.sqlite*
        mkfifo "a/$file"
        refused "it is no regular file"
    done
    [ "$sum" = "$(sha256sum < outside)" ]
    ln -s a linked # to the folder itself it is the user's
    initlab sweep export linked
    [ "$status" -eq 0 ]
    [ "$output" = "$(cat right.csv)" ]
}

@test "export: CSV, JSON lines and TensorBoard events have what the results have" {
    tiny set
    small
    sed -i 's/zeros/"normal:0:1e30"/' sweep.yaml
    initlab sweep run sweep.yaml --data set --out r --quiet
    initlab sweep export r --to runs.csv
    [ "$status" -eq 0 ]
    initlab sweep export r -o jsonl --to runs.jsonl
    initlab sweep export r --epochs --to epochs.csv
    initlab sweep export r --layers -o jsonl --to layers.jsonl
    initlab sweep export r -o tensorboard --to board
    [ "$status" -eq 0 ]
    python3 "$BATS_TEST_DIRNAME/check_export.py" r
    initlab sweep export r
    [ "$output" = "$(cat runs.csv)" ]
    initlab sweep export r --to -
    [ "$output" = "$(cat runs.csv)" ] && [ ! -e ./- ]
    for words in '--to x.png' '--to x.jsonl' '-o jsonl --to x.csv' '-o tensorboard' '-o tensorboard --to -'; do
        # shellcheck disable=SC2086 # words
        initlab sweep export r $words
        exits 2
        has "--to: " "$stderr"
    done
    ls x.* && false
    initlab sweep export r -o parquet
    exits 2
    initlab sweep export r --to nowhere/runs.csv
    exits 73
}

@test "texts from files are printed without what a terminal or a spreadsheet would obey" {
    tiny set
    esc=$(printf '\033]0;owned\007\302\233\342\200\256')
    printf 'parameters: {layers: "in,out", batch: 8, epochs: 1}\nseeds: 0..1\n' > sweep.yaml
    initlab sweep run sweep.yaml --data set --out "it's
a	$esc" --quiet
    [ "$status" -eq 0 ]
    no_escapes "$stderr$output"
    cp -r "it's
a	$esc" r
    # a journal whose words are an attacker's: a failure's error and a formula
    python3 "$BATS_TEST_DIRNAME/fail_pack.py" r $'\033[2J=cmd|calc!A1\xc2\x9b\xe2\x80\xae'
    rm -f r/results.sqlite*
    initlab sweep status r
    no_escapes "$output$stderr"
    has 'failed 1 time: \x1b[2J=cmd|calc!A1\xc2\x9b\xe2\x80\xae' "$output"
    initlab sweep export r
    [ "$status" -eq 0 ]
    no_escapes "$output"
    has ",failed,\\x1b[2J=cmd|calc!A1\\xc2\\x9b\\xe2\\x80\\xae," "$output"
    for cell in '=1+1' '+1' '-x' '@a' $'\ta'; do
        rm -f r/results.sqlite*
        python3 "$BATS_TEST_DIRNAME/fail_pack.py" r "$cell"
        initlab sweep export r
        has ",failed,'${cell//$'\t'/\\x09}," "$output"
    done
    # names that a run's file has
    printf '{"epoch":1,"cost":1}\n{"status":"ok\\u001b[2J","test_accuracy":1}\n' > $'a\033[2Jb.jsonl'
    initlab compare --runs $'a\033[2Jb.jsonl'
    no_escapes "$output$stderr"
    has 'a?[2Jb' "$output"
    has 'ok\x1b[2J' "$output"
    initlab compare $'a\033[2Jb.jsonl'
    exits 65
    no_escapes "$stderr"
    initlab compare $'no\033[2Jfile'
    exits 65
    no_escapes "$stderr"
}

@test "hints quote paths as a shell does; a path that begins with - is no option" {
    tiny set
    printf 'parameters: {layers: "in,out", batch: 8, epochs: 1}\n' > sweep.yaml
    for out in "it's mine" 'a;touch owned' $'b\nc' '$(touch owned)' -x; do
        initlab sweep submit sweep.yaml --engine mpi --kind cpu --parallel 1 --data set --out "$out"
        [ "$status" -eq 0 ]
        [[ $output != *$'\n'* ]]
        eval "set -- ${output##*initlab-mpi}" # what a person pastes
        [ "$1" = "$PWD/$out" ] || [ "$1" = "./$out" ] || [ "$1" = "$out" ]
        [ -f "$1/sweep.json" ]
    done
    [ ! -e owned ]
    initlab sweep repair "it's mine"
    has "1 of 1 packs are left for initlab sweep run 'it'\\''s mine'" "$output"
    initlab sweep repair ./-x
    has "left for 'initlab sweep run ./-x'" "$output"
}

@test "submit takes no second line in --sbatch, and no command" {
    tiny set
    printf 'parameters: {layers: "in,out", batch: 8, epochs: 1}\n' > sweep.yaml
    for option in $'--time=1\n#SBATCH --uid=0' $'--time=1\ntouch owned' $'--x\r' 'touch owned' ''; do
        initlab sweep submit sweep.yaml --engine slurm --kind cpu --data set --out out --sbatch "$option"
        exits 2
        has "not one option of sbatch" "$stderr"
        [ ! -e out ]
    done
    initlab sweep submit sweep.yaml --engine slurm --kind cpu --data set --out $'a\033b'
    exits 2
}

@test "progress on a terminal: a bar as wide as there is room for" {
    command -v script || skip "no script"
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 200/' sweep.yaml
    for columns in 20 50 200; do
        run=("$INITLAB" sweep run sweep.yaml --data set --out "r$columns" --pack-size 4 --devices cpu:1)
        script -qec "stty cols $columns && ${run[*]} >out" terminal </dev/null >/dev/null
        python3 - "$columns" <<'P'
import re, sys
columns, text = int(sys.argv[1]), open("terminal", newline="").read()
shown = [one for one in re.split("[\r\n]+", text) if " runs" in one]
assert len(shown) > 2, text
assert all(len(one) < columns for one in shown), (columns, shown)
bars = [re.match(r"\[([#.]*)\] ", one) for one in shown]
assert all(bars) or columns < 100, shown
if columns > 100:
    assert all(len(bar[1]) == 24 for bar in bars), shown
    assert "40 of 40 runs" in shown[-1] and bars[-1][1] == 24 * "#" and ", best " in shown[-1], shown
P
    done
}

@test "a damaged journal is named with its byte, and costs its pack alone" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --pack-size 8 --quiet
    ranked=$output
    journal=$(ls r/journal/*.jsonl)
    python3 - "$journal" <<'P'
import sys
text = bytearray(open(sys.argv[1], "rb").read())
place = text.index(b"\n") + 40 # in the first pack's second line
text[place] ^= 1
open(sys.argv[1], "wb").write(text)
P
    byte=$(($(head -n1 "$journal" | wc -c)))
    initlab sweep status r
    [ "$status" -eq 0 ]
    has "done          32 runs, 5 packs" "$output"
    [ "$stderr" = "initlab: $journal is damaged at byte $byte (its checksum is another): what was committed there is left \
out, and trained again by 'sweep run'; 'sweep repair' moves it aside" ]
    rm r/results.sqlite
    initlab sweep merge r
    has "32 of 40 runs" "$output"
    has "$journal is damaged" "$stderr"
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [ "$output" = "$ranked" ]
}

@test "joined journals are legal; what cannot be is left out, and sweep repair moves it aside" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --devices cpu:2 --pack-size 8 --quiet
    all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'
    want=$(query r "$all")
    cat r/journal/*.jsonl >all && rm r/journal/* r/results.sqlite* && mv all r/journal/all.jsonl
    initlab sweep merge r
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(query r "$all")" = "$want" ]
    initlab sweep repair r
    [ "$output" = "nothing in the journals of r is damaged" ]
    # a pack that the plan has not, with right sums
    python3 - r/journal/all.jsonl <<'P'
import sys
def crc32c(crc, data):
    crc ^= 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82f63b78 & -(crc & 1))
    return crc ^ 0xffffffff
lines, crc = open(sys.argv[1], "rb").read().replace(b'"pack":1,', b'"pack":99,').split(b"\n")[:-1], 0
with open(sys.argv[1], "wb") as file:
    for line in lines:
        crc = crc32c(crc, line[9:])
        file.write(b"%08x %s\n" % (crc, line[9:]))
        crc = 0 if line[9:10] == b"." else crc
P
    rm r/results.sqlite
    mkfifo r/journal/pipe.jsonl
    ln -s all.jsonl r/journal/link.jsonl
    for command in status merge; do
        initlab sweep $command r
        [ "$status" -eq 0 ]
        [ "${#stderr_lines[@]}" -eq 3 ]
        has "r/journal/all.jsonl is damaged at byte " "$stderr"
        has "(pack 99 is not in the plan, which has 6)" "$stderr"
        has "r/journal/pipe.jsonl cannot be read (it is no regular file)" "$stderr"
        has "r/journal/link.jsonl cannot be read (it is a link, " "$stderr"
    done
    has "32 of 40 runs" "$output"
    initlab sweep repair r
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    has "r/journal/all.jsonl is aside as all.damaged; 5 groups of it that are right: all.repaired.jsonl" "$output"
    has "r/journal/pipe.jsonl is aside as pipe.damaged; nothing in it was right" "$output"
    has "1 of 6 packs are left for 'initlab sweep run r'" "$output"
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(query r "$all")" = "$want" ]
}

@test "values that no run can have are no results: accuracies, deviations, numbers; and lengths of results.sqlite" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --pack-size 8 --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    want=$(query r "$all")
    for change in 'run["epochs"][0][3] = 1.5' 'run["epochs"][1][5] = -0.25' 'run["epochs"][0][5] = 5' \
                  'run["layers"][0][3] = -0.5' 'head["numbers"] = 0' 'head["numbers"] = -1' 'head["numbers"] = "2"' \
                  'head["numbers"] = 4294967295'; do
        rm -rf bad
        cp -r r bad
        rm bad/results.sqlite
        PYTHONPATH=$BATS_TEST_DIRNAME python3 - bad/journal/*.jsonl "$change" <<'P'
import sys
from journal import lines_of, sealed
lines = lines_of(open(sys.argv[1], "rb").read())
head, run = lines[0][1], lines[1][1]
exec(sys.argv[2])
open(sys.argv[1], "wb").write(sealed(lines))
P
        initlab sweep status bad
        [ "$status" -eq 0 ]
        [ "${#stderr_lines[@]}" -eq 1 ]
        has ".jsonl is damaged at byte 0 (" "$stderr"
        has "32 runs, " "$output"
        initlab sweep run bad --quiet
        [ "$status" -eq 0 ]
        [ "$(query bad "$all")" = "$want" ]
    done
    # how far a journal was folded is results.sqlite's word, which may be anybody's: a journal is not blamed for it
    for bytes in -1 999999999 9223372036854775807; do
        python3 - "$bytes" <<'P'
import sqlite3, sys
db = sqlite3.connect("r/results.sqlite")
db.execute("UPDATE journals SET bytes = ?", (int(sys.argv[1]),))
db.commit()
P
        initlab sweep merge r
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [ "$(query r "$all")" = "$want" ]
    done
}

@test "sweep.json is compared with the dataset, and its numbers are looked at" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --pack-size 8 --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    for change in 'pack_size 0' 'pack_weights -1' 'pixels 0' 'classes -7' 'samples 0'; do
        read -r key value <<<"$change"
        rm -rf bad
        cp -r r bad
        sed -i "s/\"$key\": [0-9]*/\"$key\": $value/" bad/sweep.json
        for command in status merge run; do
            initlab sweep $command bad
            exits 65
            has "bad/sweep.json: '$key' is below" "$stderr"
        done
    done
    for key in pixels classes samples; do
        rm -rf bad
        cp -r r bad
        rm bad/journal/*
        sed -i "s/\"$key\": [0-9]*/\"$key\": 77/" bad/sweep.json
        initlab sweep run bad
        exits 65
        has "bad/sweep.json was changed: its dataset has " "$stderr"
    done
}

@test "in a sweep's folder no link is followed, and nothing waits for a pipe" {
    tiny set
    small
    echo victim >victim
    initlab sweep submit sweep.yaml --data set --engine slurm --kind cpu --out r
    ln -sf ../victim r/submit.sbatch
    initlab sweep submit r --engine slurm
    [ "$status" -eq 0 ]
    [ ! -L r/submit.sbatch ]
    for make in "ln -s ../victim" mkfifo; do
        $make r/lock
        initlab sweep run r --quiet
        exits 73
        rm r/lock
    done
    ln -s ../../victim r/state/0.state
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    [ "$(cat victim)" = victim ]
    mv r/sweep.json kept
    mkfifo r/sweep.json
    initlab sweep status r
    exits 65
}

@test "a limit of a file's size is a full disk: 74, and the sweep goes on" {
    tiny set
    small
    for blocks in 1 8; do
        code=0
        (ulimit -f $blocks; exec "$INITLAB" sweep run sweep.yaml --data set --out r$blocks --devices cpu:1 --quiet) 2>err ||
            code=$?
        [ $code -eq 74 ] || { echo $code; cat err; false; }
        initlab sweep status r$blocks
        has "failed         0 runs" "$output"
        initlab sweep run r$blocks --quiet
        [ "$status" -eq 0 ]
    done
    code=0
    (ulimit -f 1; exec "$INITLAB" train --layers in,4,out --batch 8 --epochs 99 --data set --out o.jsonl -q) >out 2>err ||
        code=$?
    [ $code -eq 74 ]
}

@test "progress: lines, or JSON, or nothing" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out a --progress json
    python3 - "${stderr_lines[-1]}" <<'P'
import json, sys
o = json.loads(sys.argv[1])
assert o["runs"] == o["ended"] == 40 and o["failed"] == 0 and o["share"] == 1 and 0 <= o["best"] <= 1, o
P
    initlab sweep run sweep.yaml --data set --out b
    has "40 of 40 runs" "$stderr"
    no_escapes "$stderr"
    initlab sweep run sweep.yaml --data set --out c --quiet
    [ -z "$stderr" ]
    # the best so far, and how many diverged, are the sweep's, not this process's
    for k in 2 1; do # the first shard is the one that learns, and diverges
        initlab sweep run --data set --out d --layers in,out --init 'he_normal,normal:0:1e30' --batch 8,96 --lr 0.05 \
            --epochs 3 --seeds 0..4 --shard $((3 - k))/2 --progress json
        shard[k]=${stderr_lines[-1]}
    done
    python3 - "${shard[2]}" "${shard[1]}" <<'P'
import json, sys
first, then = (json.loads(word) for word in sys.argv[1:])
print(first, then)
assert first["best"] == then["best"] and first["best_run"] == then["best_run"] and len(then["best_run"]) == 16
P
    initlab sweep merge d
    python3 - <<'P'
import sqlite3
rows = sqlite3.connect("d/results.sqlite").execute("SELECT batch, max(test_accuracy), sum(status = 'diverged') FROM runs "
                                                   "GROUP BY batch").fetchall()
assert rows[0][1] > rows[1][1], rows # or nothing was tested
P
}

@test "a folder that cannot be written is ranked, exported and rerun all the same" {
    unshare -rm true 2>/dev/null || skip "this user may not mount"
    tiny set
    small
    mkdir "a #%"
    for k in 1 2; do
        initlab sweep run sweep.yaml --data set --out "a #%/r" --pack-size 8 --shard $k/2 --quiet
        [ $k = 2 ] || initlab sweep merge "a #%/r"
    done
    ended=$(query "a #%/r" 'SELECT count(*) FROM runs')
    cat >read.sh <<'S'
mount --bind "a #%" "a #%" && mount -o remount,bind,ro "a #%" || exit 9
"$INITLAB" compare "a #%/r" && "$INITLAB" sweep export "a #%/r" | wc -l && "$INITLAB" sweep rerun "a #%/r" "$1" || exit 8
"$INITLAB" sweep merge "a #%/r"
S
    id=$(query "a #%/r" 'SELECT run_id FROM runs LIMIT 1')
    run --separate-stderr unshare -rm sh read.sh "$id"
    [ "$status" -eq 73 ] || { echo "$status $stderr"; false; }
    has "$ended of 40 runs done" "$output"
    grep -qx "$((ended + 1))" <<<"$output"
    has "as in the results, to the bit" "$output"
    [ "$(grep -c "cannot be written: $((40 - ended)) runs" <<<"$stderr")" -eq 3 ]
    initlab sweep merge "a #%/r"
    run --separate-stderr unshare -rm sh read.sh "$id"
    [ "${#stderr_lines[@]}" -eq 1 ] # of merge alone
    has "results.sqlite" "$stderr"
}

@test "names that are not UTF-8: of a sweep's folder they do, of the dataset's not" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out $'r\xff' --quiet
    [ "$status" -eq 0 ]
    initlab sweep status $'r\xff' --json
    [ "$status" -eq 0 ]
    has '"folder": "r?"' "$output"
    mv set $'set\xff'
    initlab sweep run sweep.yaml --data $'set\xff' --out r --quiet
    exits 2
    has "not UTF-8" "$stderr"
}

@test "a copy without its empty folders goes on" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --shard 1/1000 --quiet
    cp -r r whole
    rmdir r/state
    rm -r r/journal
    initlab sweep status r
    [ "$status" -eq 0 ]
    has "done           0 runs" "$output"
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    rmdir r/state
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    initlab sweep run whole --quiet
    all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'
    [ "$(query r "$all")" = "$(query whole "$all")" ]
}

@test "a full disk: exit 74, nothing torn, and the sweep goes on where there is room" {
    unshare -rm true 2>/dev/null || skip "this user may not mount a small disk"
    tiny set
    small
    sed -i 's/seeds: 0..9/seeds: 0..199/' sweep.yaml
    mkdir disk
    cat >full.sh <<'S'
mount -t tmpfs -o size=160k tmpfs disk || exit 9
"$INITLAB" sweep run sweep.yaml --data set --out disk/r --pack-size 4 --quiet >out 2>err
code=$?
"$INITLAB" sweep status disk/r --json >status || exit 8
mount -o remount,size=16m disk
"$INITLAB" sweep run disk/r --quiet >out2 2>err2 || exit 7
cp -r disk/r kept
exit $code
S
    code=0; unshare -rm sh full.sh || code=$?
    [ "$code" -eq 74 ] || { echo "$code"; cat err err2; false; }
    [ "$(wc -l <err)" -eq 1 ]
    has "No space left" "$(cat err)"
    python3 -c 'import json; o = json.load(open("status")); assert o["done"] > 0 and o["left"] > 0, o'
    initlab sweep run sweep.yaml --data set --out whole --pack-size 4 --quiet
    all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'
    [ "$(query kept "$all")" = "$(query whole "$all")" ]
}

@test "20,000 runs: planned within a second, the supervisor within 200 MB" {
    ! ldd "$INITLAB" | grep -qE 'lib[at]san' || skip "built with sanitizers"
    tiny set
    cat >big.yaml <<'Y'
parameters:
  init: {values: [he_normal, glorot_uniform, orthogonal, zeros]}
  activation: [relu, tanh, sigmoid, gelu, elu]
  lr: 0.01..0.1+0.01
  batch: 96
  epochs: 1
seeds: 0..99
Y
    python3 - "$INITLAB" <<'P'
import os, resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run([sys.argv[1], "sweep", "plan", "big.yaml", "--data", "set", "--device", "cpu"], check=True,
               stdout=subprocess.DEVNULL)
seconds = time.monotonic() - begin
print(f"planned in {seconds:.2f} s")
done = subprocess.Popen([sys.argv[1], "sweep", "run", "big.yaml", "--data", "set", "--out", "r", "--devices", "cpu:2",
                         "--quiet"], stdout=subprocess.DEVNULL)
peak = 0
while done.poll() is None:
    try:
        peak = max(peak, *(int(line.split()[1]) for line in open(f"/proc/{done.pid}/status") if "VmHWM" in line))
    except (OSError, TypeError):
        pass
    time.sleep(0.05)
print(f"the supervisor took {peak / 1024:.0f} MiB")
assert done.returncode == 0 and 0 < peak < 200 * 1024, (done.returncode, peak)
P
    [ "$(query r 'SELECT count(*) FROM runs')" = 20000 ]
}

@test "submit writes a job array for Slurm, or a line for MPI, and starts nothing" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho "MaxArraySize            = 4"\n' >bin/scontrol
    chmod +x bin/scontrol
    PATH=$PWD/bin:$PATH initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r --pack-size 2 \
        --parallel 9 --sbatch --partition=long --sbatch --time=10 --diag every=epoch
    [ "$status" -eq 0 ]
    [ "$output" = "sbatch $(realpath r)/submit.sbatch" ]
    has "20 packs in 3 shards, 3 at a time; MaxArraySize is 4" "$stderr"
    for line in '--array=1-3%3' --requeue --partition=long --time=10; do
        grep -qx -- "#SBATCH $line" r/submit.sbatch
    done
    ! grep -q gres r/submit.sbatch
    bash -n r/submit.sbatch
    ! command -v shellcheck || shellcheck r/submit.sbatch
    # what the array would do, a task at a time
    for task in 1 2 3; do SLURM_ARRAY_TASK_ID=$task bash r/submit.sbatch; done
    initlab sweep status r
    has "done          40 runs" "$output"
    initlab sweep merge r # every run was watched
    [ "$(query r 'SELECT count(DISTINCT run_id) FROM diagnostics')" = 40 ]
    initlab sweep submit sweep.yaml --data set --engine mpi --kind cuda --out gpus --parallel 3
    [ "$status" -eq 0 ]
    [[ $output == "mpirun -np 3 "*"initlab-mpi $(realpath gpus)" ]]
    initlab sweep submit gpus --engine mpi --diag every=step:2
    [[ $output == "mpirun -np 8 "*"initlab-mpi --diag 'every=step:2' $(realpath gpus)" ||
        $output == "mpirun -np 8 "*"initlab-mpi --diag every=step:2 $(realpath gpus)" ]]
    initlab sweep submit gpus --engine slurm --diag every=hour
    exits 2
    initlab sweep submit sweep.yaml --data set --engine slurm --out gpus
    grep -qx -- "#SBATCH --gres=gpu:1" gpus/submit.sbatch
    initlab sweep submit sweep.yaml --data set --out other
    exits 2
    for words in '--engine slurm --parallel 0' '--engine slurm --shards x' '--engine mpi --parallel 0'; do
        # shellcheck disable=SC2086 # words
        initlab sweep submit sweep.yaml --data set --out other $words
        exits 2
    done
    initlab sweep submit sweep.yaml --data set --engine slurm --out "a b"
    exits 2
    mkdir "c d"
    cd "c d"
    initlab sweep submit ../sweep.yaml --data ../set --engine slurm --out other
    exits 2
    initlab sweep submit ../gpus --engine slurm
    [ "$status" -eq 0 ]
    cd ..
    [ ! -e other ] && [ ! -e "a b" ] && [ ! -e "c d/other" ]
    initlab sweep submit sweep.yaml --data set --engine mpi --out "it's one"
    [[ $output == "mpirun -np 8 "*"initlab-mpi '$(realpath .)/it'\\''s one'" ]]
}

@test "submit does not wait for a Slurm that does not answer" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho $$ >pid\nexec sleep 300\n' >bin/scontrol
    chmod +x bin/scontrol
    PATH=$PWD/bin:$PATH initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r
    [ "$status" -eq 0 ]
    has "MaxArraySize is 1001, as nobody answered 'scontrol show config'" "$stderr"
    ! kill -0 "$(cat pid)"
}

@test "a task of an array that gets the signal of its time limit, begun or not, goes back to the queue" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho "$@" >>asked\n' >bin/scontrol
    chmod +x bin/scontrol
    sed -i 's/^  epochs:.*/  epochs: 100000/' sweep.yaml
    initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r
    [ "$status" -eq 0 ]
    # then in place of initlab a program that has not come to catch signals
    printf '#!/bin/sh\nexec sleep 30\n' >bin/slow
    chmod +x bin/slow
    for pause in 0 0.4 slow; do
        if [ $pause = slow ]; then
            sed -i "s|^'.*' sweep run|'$PWD/bin/slow' sweep run|" r/submit.sbatch
            grep -q bin/slow r/submit.sbatch
            pause=0.4
        fi
        : >asked
        PATH=$PWD/bin:$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=1 bash r/submit.sbatch 2>log &
        # Slurm's signal comes long after the script's first lines: once it catches USR1, whatever initlab has come to
        until [ $((0x$(awk '/^SigCgt/ { print $2 }' /proc/$!/status) & 0x200)) -ne 0 ]; do sleep 0.01; done
        sleep $pause
        kill -USR1 $!
        wait $! || echo "code $?"
        [ "$(cat asked)" = "requeue 7_1" ] || { echo "pause $pause"; cat log; false; }
    done
}

@test "seeds and rates come out as they went in, of any size and in all digits" {
    tiny set
    small=(--data set --layers in,out --batch 8 --epochs 1 --quiet)
    initlab sweep run "${small[@]}" --seeds 999999999998..1000000000001,18446744073709551615 --out r
    [ "$status" -eq 0 ]
    [ "$(query r "SELECT group_concat(seed, ' ') FROM (SELECT seed FROM runs ORDER BY number)")" = \
        "999999999998 999999999999 1000000000000 1000000000001 18446744073709551615" ]
    initlab sweep run "${small[@]}" --lr 0.1234567890123..0.3234567890123+0.1 --out q
    [ "$(query q "SELECT group_concat(lr, ' ') FROM (SELECT lr FROM runs ORDER BY number)")" = "0.1234567890123 0.2234567890123 0.3234567890123" ]
    for depth in 1e1 1:10 1-10 2.5; do
        initlab sweep plan "${small[@]:0:2}" --batch 8 --depth $depth
        exits 2
    done
}
