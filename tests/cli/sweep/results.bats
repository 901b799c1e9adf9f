# results.bats - initlab sweep: what sweep show, export and rerun give.
load ../common
load sweep

@test "sweep show breaks long values behind their commas, beside their names" {
    tiny set
    init=h1=zeros,h2=ones,h3=normal:std=0.25,h4=glorot_normal,h5=orthogonal,h6=lecun_normal,out=he_normal
    initlab sweep run --layers in,8x6,out --init $init --init zeros --seeds 0 --epochs 1 --batch 8 --data set --out r --quiet
    [ "$status" -eq 0 ]
    id=$("$INITLAB" sweep show r | awk '/h1=zeros/ { print $2 }')
    initlab sweep show r "$id"
    [ "$status" -eq 0 ]
    has "layers               in,8x6,out" "$output"
    # no line of a value is longer than the page, and joined they are what it is
    [ "$(sed '/^number/,$d' <<<"$output" | awk 'length > 80' | wc -l)" -eq 0 ]
    [ "$(awk '/^init / { on = 1; print substr($0, 22); next } on && /^  / { print substr($0, 22); next } { on = 0 }' <<<"$output" | tr -d '\n')" = $init ]
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
    initlab sweep show r ""
    exits 2
    # as much of an id as no other run shares
    ids="$("$INITLAB" sweep export r | sed 1d | cut -d , -f 1)"
    n=1
    while [ "$(grep -c "^${id:0:n}" <<<"$ids")" -gt 1 ]; do n=$((n + 1)); done
    [ "$n" -lt 4 ]
    initlab sweep show r "${id:0:n}"
    [ "$status" -eq 0 ]
    has "$id" "$output"
    initlab sweep show r "${id:0:n-1}"
    exits 2
}

@test "a folder of other numbers is ranked, exported and rerun, but not continued" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --quiet --shard 1/2
    [ "$status" -eq 0 ]
    python3 "$BATS_TEST_DIRNAME/renumber.py" r
    ls r/journal >before
    initlab sweep status r
    has "numbers 1, this initlab's are $NUMBERS: it cannot be continued here" "$output"
    for command in "run r" "retry r --failed" "submit r --engine slurm" "run sweep.yaml --data set --out r"; do
        initlab sweep $command
        exits 65
        has "has numbers 1, this initlab computes numbers $NUMBERS" "$stderr"
    done
    ls r/journal | cmp - before
    initlab compare r
    [ "$status" -eq 0 ]
    initlab sweep export r
    [ "${#lines[@]}" -gt 5 ]
    initlab sweep rerun r "$(query r 'SELECT min(run_id) FROM runs')"
    [ "$status" -eq 0 ]
    has "as in the results, to the bit" "$output"
    has "the results have numbers 1, this initlab computes numbers $NUMBERS:" "$output"
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

@test "status --watch prints again when runs have ended, until all have" {
    tiny set
    small
    "$INITLAB" sweep run sweep.yaml --data set --devices cpu:1 --quiet --out r --pack-size 2 --shard 1/2 >/dev/null
    "$INITLAB" sweep status r --watch 1 --json >seen &
    until [ -s seen ]; do
        kill -0 $!
        sleep 0.1
    done
    "$INITLAB" sweep run sweep.yaml --data set --devices cpu:1 --quiet --out r --pack-size 2 >/dev/null
    wait $!
    picked done left <seen >counts
    [ "$(head -n 1 counts)" = "20 20" ]
    [ "$(tail -n 1 counts)" = "40 0" ]
    sort -c -n counts
    initlab sweep status r --watch x
    exits 2
}
