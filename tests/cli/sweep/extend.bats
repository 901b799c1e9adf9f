# extend.bats - initlab sweep extend: what is added to a sweep, what stays, and what is refused.
load ../common

# made FOLDER: a sweep of two schemes and three seeds, not trained; in packs of 4
made()
{
    tiny set
    cat >sweep.yaml <<'Y'
parameters:
  layers: "in,8,out"
  init: [he_normal, zeros]
  batch: 8
  epochs: 2
seeds: 0..2
Y
    initlab sweep run sweep.yaml --data set --pack-size 4 --out "$1" --devices cpu:2 --quiet
    [ "$status" -eq 0 ]
}

# sql FOLDER STATEMENT: of its results, columns separated by |
sql()
{
    python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1] + "/results.sqlite").execute(sys.argv[2]):
    print(*row, sep="|")' "$1" "$2"
}

@test "sweep extend adds values, sweep run trains what the grid lacks, and nothing of before moves" {
    made r
    sql r "SELECT * FROM runs ORDER BY number" >before
    initlab sweep extend r --seeds 2..4 --init orthogonal --dry-run
    [ "$status" -eq 0 ]
    [ "$output" = "9 runs in 3 packs would be part 2 of r, behind the 6 that are there" ]
    initlab sweep extend r --seeds 2..4 --init orthogonal
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$output" = "9 runs in 3 packs are part 2 of r, behind the 6 that are there; 'initlab sweep run r' trains them" ]
    initlab sweep status r
    has "15 runs in 5 packs for cpu, in 2 parts: 9 runs were added to the first 6" "$output"
    has "left           9 runs, 3 packs" "$output"
    initlab sweep status r --json
    [ "$(picked runs packs parts left <<<"$output")" = "15 5 2 9" ]
    initlab sweep run r --devices cpu:2 --quiet
    [ "$status" -eq 0 ]
    sql r "SELECT * FROM runs WHERE number < 6 ORDER BY number" >after
    cmp before after
    [ "$(sql r "SELECT init, count(*), min(seed), max(seed) FROM runs GROUP BY init")" = \
        "$(printf 'he_normal|5|0|4\northogonal|5|0|4\nzeros|5|0|4')" ]
    rm r/results.sqlite*
    initlab sweep merge r
    [ "$(sql r "SELECT count(*), count(DISTINCT run_id), max(number) FROM runs")" = "15|15|14" ]
    # the file that made it, and its command, still do; a sweep of all values at once has the same runs
    initlab sweep run sweep.yaml --data set --pack-size 4 --out r --quiet
    [ "$status" -eq 0 ]
    sed 's/zeros]/zeros, orthogonal]/; s/0\.\.2/0..4/' sweep.yaml >whole.yaml
    initlab sweep run whole.yaml --data set --pack-size 4 --out whole --devices cpu:2 --quiet
    sql r "SELECT run_id FROM runs ORDER BY 1" >ids
    sql whole "SELECT run_id FROM runs ORDER BY 1" | cmp - ids
    initlab sweep run whole.yaml --data set --pack-size 4 --out r
    exits 2
    has "add values to what is there with 'initlab sweep extend'" "$stderr"
}

@test "every command goes on with a sweep that was extended" {
    made r
    initlab sweep extend r --lr 0.5
    [ "$status" -eq 0 ]
    initlab sweep run r --devices cpu:1 --shard 1/2 --quiet
    initlab sweep run r --devices cpu:1 --shard 2/2 --quiet
    initlab sweep merge r
    [ "$status" -eq 0 ]
    initlab compare r -o csv
    [ "$status" -eq 0 ]
    [ "$(wc -l <<<"$output")" -eq 5 ]
    has "he_normal,0.5,test_accuracy," "$output"
    has "he_normal,0.1,test_accuracy," "$output"
    initlab sweep show r
    id="$(awk '$1 == 11 { print $2 }' <<<"$output")"
    has "init=zeros, seed=2, lr=0.5" "$output"
    initlab sweep show r "${id:0:8}"
    has "number 11" "$output"
    initlab sweep rerun r "$id"
    [ "$status" -eq 0 ]
    initlab explain r "$id"
    [ "$status" -eq 0 ]
    initlab sweep plan r
    has "12 runs in 4 packs" "$output"
    initlab sweep export r
    [ "$(wc -l <<<"$output")" -eq 13 ]
    initlab sweep repair r
    [ "$output" = "nothing in the journals of r is damaged" ]
    initlab sweep retry r --failed --quiet
    [ "$status" -eq 0 ]
    initlab check r --baseline r
    [ "$status" -eq 0 ]
    initlab report r -o r.html
    [ "$status" -eq 0 ]
    has 'lr: [&#34;0.5&#34;]' "$(cat r.html)"
    initlab sweep submit r --engine slurm --parallel 2
    [ "$status" -eq 0 ]
}

@test "shards of the first part stay as they are dealt" {
    made r
    rm -r r/journal r/results.sqlite*
    initlab sweep run r --devices cpu:1 --shard 2/2 --quiet
    packs="$(grep -oh '"pack":[0-9]*' r/journal/*.jsonl | sort)"
    rm r/journal/*
    initlab sweep extend r --seeds 3..9
    initlab sweep run r --devices cpu:1 --shard 2/2 --quiet
    [ "$(grep -oh '"pack":[01],' r/journal/*.jsonl | tr -d , | sort)" = "$packs" ]
}

@test "an addition of nothing says so and writes nothing" {
    made r
    cp r/sweep.json before
    initlab sweep extend r --seeds 0,2 --init zeros
    [ "$status" -eq 0 ]
    [ "$output" = "nothing to add: r has all runs of these values" ]
    initlab sweep extend r --lr 0.1
    [ "$output" = "nothing to add: r has all runs of these values" ]
    cmp before r/sweep.json
}

@test "a random search takes more seeds of each draw, and nothing else" {
    tiny set
    cat >sweep.yaml <<'Y'
method: random
count: 3
parameters:
  layers: "in,out"
  batch: 8
  epochs: 1
  lr: {min: 0.01, max: 0.5}
seeds: 0..1
Y
    initlab sweep run sweep.yaml --data set --out r --quiet
    initlab sweep extend r --seeds 2..3
    [ "$status" -eq 0 ]
    initlab sweep run r --quiet
    [ "$(sql r "SELECT count(DISTINCT seed), count(*) FROM runs GROUP BY lr" | sort -u)" = "4|4" ]
    initlab sweep extend r --init zeros
    exits 2
    has "--init: this sweep draws its runs at random" "$stderr"
}

@test "wrong additions are refused with the option, and nothing is written" {
    made r
    cp r/sweep.json before
    refused()
    {
        local words="$1"
        shift
        initlab sweep extend "$@"
        exits 2
        has "$words" "$stderr"
        cmp before r/sweep.json
    }
    refused "no folder of a sweep given" --seeds 1
    refused "nothing to add: give options of runs" r
    refused "--depth and --width: give both" r --depth 3
    refused "--init: no scheme" r --init nonsense
    refused "--seeds: " r --seeds 3..1
    refused "more than 1000000 runs" r --seeds 0..999999
    refused "batch" r --batch 1000
    refused "a path from / on" r --init file:w.npy
    refused "--out" r --seeds 9 --out other
    initlab sweep extend set --seeds 1
    exits 65
    initlab sweep run r --seeds 5
    exits 2
    has "'initlab sweep extend' adds values to it" "$stderr"
}

@test "values that were zipped are added together" {
    tiny set
    cat >sweep.yaml <<'Y'
parameters:
  layers: ["in,out", "in,8,out"]
  lr: [0.1, 0.2]
  batch: 8
  epochs: 1
zip: [[layers, lr]]
Y
    initlab sweep run sweep.yaml --data set --out r --quiet
    initlab sweep extend r --lr 0.3
    exits 2
    has "--lr: lr is zipped with others in this sweep" "$stderr"
    initlab sweep extend r --lr 0.3 --layers in,4,out
    [ "$status" -eq 0 ]
    has "1 run in 1 pack is part 2" "$output"
}

@test "files that runs begin with: those that come are of now, those that were there must be as then" {
    tiny set
    for w in a b; do # of 16 inputs and 3 outputs, as NumPy writes them
        python3 -c 'import struct, sys
head = "{\x27descr\x27: \x27<f4\x27, \x27fortran_order\x27: False, \x27shape\x27: (16, 3), }".ljust(117) + "\n"
open(sys.argv[1], "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<f", ord(sys.argv[1][0])) * 48)' $w.npy
    done
    initlab sweep run --init "out=file:$PWD/a.npy" --layers in,out --batch 8 --epochs 1 --seeds 0 --data set --out r --quiet
    initlab sweep extend r --init "out=file:$PWD/b.npy"
    [ "$status" -eq 0 ]
    grep -q "\"$PWD/b.npy\": \"$(sha256sum b.npy | cut -c1-64)\"" r/sweep.json
    cp r/sweep.json before
    cp b.npy a.npy
    initlab sweep extend r --seeds 1
    exits 65
    has "is not what it was when the sweep was made" "$stderr"
    cmp before r/sweep.json
}

@test "a sweep that others train is not extended" {
    made r
    cp r/sweep.json before
    flock r/lock sleep 30 3>&- &
    holder=$!
    until ! flock -n r/lock true; do sleep 0.05; done
    initlab sweep extend r --seeds 9
    pkill -P "$holder" || true
    kill "$holder" || true
    exits 75
    has "at work on this folder" "$stderr"
    cmp before r/sweep.json
}

@test "what an initlab with other numbers began is not extended" {
    made r
    python3 "$BATS_TEST_DIRNAME/renumber.py" r
    initlab sweep extend r --seeds 9
    exits 65
    has "numbers 1" "$stderr"
}
