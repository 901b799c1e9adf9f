# run.bats - initlab sweep: trained, interrupted, shared out, continued, ranked.
load ../common
load sweep

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
    [ "${#lines[@]}" -eq 1 ] # the header of a table without rows
    columns=$output
    # 24 steps in all, 12 an epoch: after 0, 5, 10, 15, 20 and 24; 20 runs of one layer and 20 of two
    initlab sweep export seen --diagnostics --to seen.csv
    [ "$(wc -l <seen.csv)" -eq $((1 + 6 * 60)) ]
    [ "$(head -n 1 seen.csv)" = "$columns" ]
    initlab sweep export plain --diagnostics -o jsonl
    [ -z "$output" ]
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
    has "p: all sign flips of pairs of runs with the same seed and data_seed, after Holm over 5 comparisons" "$output" # zeros are copies: none of them against each other
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

@test "SIGTERM saves the pack, exit 75; the sweep goes on to the same results" {
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 3000/' sweep.yaml
    for seconds in 0.3 3 20; do # a slow machine has not begun to train by then
        rm -rf r
        "$INITLAB" sweep run sweep.yaml --data set --out r --quiet >out 2>err &
        pid=$!
        for _ in $(seq 500); do [ -e r/lock ] && break; sleep 0.02; done
        sleep $seconds
        kill -TERM $pid
        code=0; wait $pid || code=$?
        [ "$code" -eq 75 ] || { cat err; false; }
        has "goes on" "$(cat err)"
        [ -z "$(ls r/state)" ] || break
    done
    [ -n "$(ls r/state)" ]
    initlab sweep status r --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["left"] > 0, o' "$output"
    initlab sweep run r --quiet
    [ "$status" -eq 0 ]
    [ -z "$(ls r/state)" ]
    initlab sweep run sweep.yaml --data set --out whole --quiet
    [ "$(query r "$all")" = "$(query whole "$all")" ]
}

@test "a pack that cannot be trained fails alone, until a retry; the sweep's code is 1 as long" {
    tiny set
    failing
    "$INITLAB" init --layers 16,3 --init zeros --save gone.safetensors
    initlab sweep submit sweep.yaml --data set --engine slurm --kind cpu --out r --pack-size 2
    [ "$status" -eq 0 ]
    mv gone.safetensors kept # after the sweep was made
    initlab sweep run r --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    [ "$(grep -c '^initlab: pack [0-9] failed: .*gone.safetensors' <<<"$stderr")" -eq 3 ]
    has "3 packs failed; 'initlab sweep retry r --failed' tries them again" "$stderr"
    initlab sweep status r
    has "failed         6 runs, 3 packs" "$output"
    initlab sweep run r --quiet # nothing is left to train, and not all is well
    exits 1
    has "3 packs failed" "$stderr"
    mv kept gone.safetensors
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
    [ "$status" -eq 0 ]
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

@test "a file: of weights that comes after the sweep was made is taken by none of its runs" {
    tiny set
    printf 'parameters: {layers: "in,out", init: [zeros, "file:%s/late.safetensors"], batch: 8, epochs: 1}\nseeds: [1, 2]\n' \
        "$PWD" >sweep.yaml
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    cp -r r left && rm -r left/journal left/results.sqlite*
    "$INITLAB" init --layers 16,3 --init ones --save late.safetensors >/dev/null
    # it is told before anything is trained, in the same words
    late="run 2 (init=file:path=$PWD/late.safetensors, seed=1): '$PWD/late.safetensors' could not be read when the sweep was made, so its content is no part of what the run is; make the sweep anew in another folder; 2 of the 4 runs cannot be trained, 'sweep run' trains the others"
    initlab sweep plan r
    exits 65
    [ "$stderr" = "initlab: $late" ]
    initlab sweep status left
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "$late" ]
    [ "$("$INITLAB" sweep status left --json | picked never)" = "$late" ]
    initlab sweep status r # runs that failed have said it
    [ "$(grep -c "could not be read when the sweep was made" <<<"$output")" -eq 1 ]
    [ "$("$INITLAB" sweep status r --json | picked never)" = "" ]
    # what is added to a sweep is looked at, too
    initlab sweep run --layers in,out --init zeros --batch 8 --epochs 1 --data set --out more --devices cpu:1 --quiet
    initlab sweep extend more --init "file:$PWD/later.safetensors"
    [ "$status" -eq 0 ]
    initlab sweep plan more
    exits 65
    "$INITLAB" init --layers 16,3 --init ones --save later.safetensors >/dev/null
    initlab sweep plan more
    exits 65
    has "later.safetensors' could not be read when the sweep was made" "$stderr"
    initlab sweep status more
    has "1 of the 2 runs cannot be trained" "${lines[-1]}"
    initlab sweep retry r --failed --quiet
    [ "$status" -eq 1 ]
    has "late.safetensors' could not be read when the sweep was made" "$stderr"
    [ "$(query r 'SELECT DISTINCT status, init FROM runs ORDER BY init DESC')" = \
        "ok|zeros
failed|file:path=$PWD/late.safetensors" ]
    id=$(query r 'SELECT min(run_id) FROM runs WHERE init LIKE "%late%"')
    for command in "sweep rerun" explain; do
        initlab $command r "$id"
        [ "$status" -ne 0 ]
        has "late.safetensors' could not be read when the sweep was made" "$stderr"
    done
    # another folder, whose runs are others
    initlab sweep run sweep.yaml --data set --out now --devices cpu:1 --quiet
    [ -z "$(query now "SELECT run_id FROM runs WHERE run_id = '$id'")" ]
}

@test "workers that die of SIGTERM, as before they catch it, are no fault of their device" {
    tiny set
    printf 'parameters: {layers: "in,64,out", batch: 1, epochs: 60}\nseeds: 0..3\n' >sweep.yaml
    python3 - "$INITLAB" <<'P'
import os, subprocess, sys, time
run = subprocess.Popen([sys.argv[1], "sweep", "run", "sweep.yaml", "--data", "set", "--out", "r", "--devices", "cpu:1", "--quiet"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
ended = set()
while len(ended) < 4 and run.poll() is None:
    with open(f"/proc/{run.pid}/task/{run.pid}/children", encoding="ascii") as file:
        new = [int(pid) for pid in file.read().split() if pid not in ended]
    for pid in new:
        try:
            while True:  # the first is caught, the second is not
                os.kill(pid, 15)
                time.sleep(0.0005)
                if open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2] == "Z":
                    break
        except (ProcessLookupError, FileNotFoundError):
            pass
        ended.add(str(pid))
error = run.communicate()[1].decode()
assert len(ended) == 4 and run.returncode == 0 and not error, (ended, run.returncode, error)
P
    [ "$(query r "SELECT count(*) FROM runs WHERE status = 'ok'")" = 4 ]
}

@test "the state of a pack that is done, as a kill just behind its commit leaves it, goes with the next run" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --quiet --shard 1/2
    [ "$status" -eq 0 ]
    mkdir -p r/state
    for pack in 0 1 7; do echo x >r/state/$pack.state; done
    echo x >r/state/0.state.mine
    initlab sweep run r --devices cpu:1 --quiet --shard 1/2
    [ "$status" -eq 0 ]
    # one of the two packs is done; the other's state, and what is no pack's, stays
    [ "$(ls r/state | wc -l)" -eq 3 ]
    initlab sweep run r --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    [ "$(ls r/state | tr '\n' ' ')" = "0.state.mine 7.state " ]
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
    [ "$(query r "$all")" = "$(query whole "$all")" ]
}

@test "no two processes train the same packs: all of them, or shards of one count" {
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 20000/' sweep.yaml
    "$INITLAB" sweep run sweep.yaml --data set --out r --pack-size 4 --devices cpu:1 --shard 1/2 --quiet 2>held &
    holder=$!
    for _ in $(seq 500); do [ -s r/lock ] && break; sleep 0.02; done
    others=()
    for words in "" "--shard 1/3" "--shard 1/2" "--shard 2/2"; do
        # shellcheck disable=SC2086 # words
        "$INITLAB" sweep run r --devices cpu:1 $words --quiet >"out${words/\//-}" 2>"err${words/\//-}" &
        others+=($!)
    done
    codes=()
    for k in 0 1 2; do code=0; wait "${others[k]}" || code=$?; codes+=($code); done
    [ "${codes[*]}" = "75 75 75" ] || { echo "${codes[*]}"; cat err*; false; }
    has "another 'sweep run' is at work" "$(cat err)"
    has "shards of another count" "$(cat "err--shard 1-3")"
    has "this shard" "$(cat "err--shard 1-2")"
    kill -TERM "$holder" "${others[3]}"
    for pid in "$holder" "${others[3]}"; do # both were at work
        code=0; wait "$pid" || code=$?
        [ "$code" -eq 75 ]
    done
    [ "$(ls r/state | wc -l)" -eq 2 ]
}

@test "progress on a terminal: a bar as wide as there is room for" {
    command -v script || skip "no script"
    tiny set
    small
    sed -i 's/epochs: 2/epochs: 100/' sweep.yaml
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
