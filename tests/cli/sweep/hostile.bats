# hostile.bats - initlab sweep: folders that are damaged, forged, full or not writable.
load ../common
load sweep

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
    want=$(query r "$all")
    cat r/journal/*.jsonl >all && rm r/journal/* r/results.sqlite* && mv all r/journal/all.jsonl
    initlab sweep merge r
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(query r "$all")" = "$want" ]
    initlab sweep repair r
    [ "$output" = "nothing in the journals of r is damaged" ]
    # a pack that the plan has not, with right sums
    PYTHONPATH=$BATS_TEST_DIRNAME python3 - r/journal/all.jsonl <<'P'
import sys
from journal import lines_of, sealed
lines = lines_of(open(sys.argv[1], "rb").read())
for _, value in lines:
    if value.get("pack") == 1:
        value["pack"] = 99
open(sys.argv[1], "wb").write(sealed(lines))
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
    for change in 'pack_size 0' 'pack_weights -1' 'pixels 0' 'classes -7' 'samples 0' 'pack_columns 0' 'pack_bytes -1' \
        'pack_elements -9223372036854775808'; do
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
        sed -i "s/\"$key\": [0-9]*/\"$key\": 77/; /\"sum\":/d; s/\(\"plan\".*\),/\1/" bad/sweep.json # as earlier versions wrote it
        initlab sweep run bad
        exits 65
        has "bad/sweep.json was changed: its dataset has " "$stderr"
    done
}

@test "the limits of packs in sweep.json are whole numbers, of any size, and the plan's sum is of packs within them" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --pack-size 8 --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    limit() { # KEY VALUE: in bad/sweep.json, without its own sum, as somebody who knows of it would leave it
        rm -rf bad
        cp -r r bad
        sed -i "s/\"$1\": [0-9]*/\"$1\": $2/; /\"sum\":/d; s/\(\"plan\".*\),/\1/" bad/sweep.json
        ! cmp -s r/sweep.json bad/sweep.json
    }
    for key in pack_columns pack_bytes pack_elements; do
        grep -q "\"$key\": [1-9][0-9]*" r/sweep.json
        for value in '"64"' 64.5 null '[64]' '{}' true; do
            limit $key "$value"
            initlab sweep status bad
            exits 65
            has "bad/sweep.json: '$key' is no whole number" "$stderr"
        done
        limit $key 9223372036854775808
        initlab sweep status bad
        exits 65
        limit $key 1 # another plan: packs of one
        initlab sweep status bad
        exits 65
        has "its plan is not what this version makes of" "$stderr"
        limit $key 9223372036854775807 # the same plan
        initlab sweep status bad
        [ "$status" -eq 0 ]
        has "40 runs in 6 packs" "$output"
    done
    # a folder of an earlier version has none, and an addition to it gets none
    rm -rf old
    cp -r r old
    sed -i '/"pack_columns"/d; /"pack_bytes"/d; /"pack_elements"/d; /"sum":/d; s/\("plan".*\),$/\1/' old/sweep.json
    initlab sweep extend old --seeds 50
    [ "$status" -eq 0 ]
    run ! grep -q pack_bytes old/sweep.json
    initlab sweep run old --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
}

@test "a sweep.json that was edited is told as such, and no journal is blamed" {
    tiny set
    small
    initlab sweep run sweep.yaml --data set --out r --pack-size 8 --devices cpu:1 --quiet --diag every=epoch
    [ "$status" -eq 0 ]
    for change in 'device" "cuda"' 'pack_size" 4' 'pack_weights" 64' "data_sum\" \"$(printf '%064d' 7)\"" 'pixels" 15' 'classes" 4' \
        'samples" 95' 'pack_columns" 7' 'pack_bytes" 7' 'pack_elements" 7' 'runs" 39' 'packs" 9' "plan\" \"$(printf '%064d' 7)\"" 'version" "9"' "files\" {\"/w.npy\": \"$(printf '%064d' 7)\"}"; do
        key=${change%% *}
        rm -rf bad
        cp -r r bad
        sed -i "s|\"$key: .*[^,]\(,*\)\$|\"$key: ${change#* }\1|" bad/sweep.json
        ! cmp -s r/sweep.json bad/sweep.json
        for command in "sweep status" "sweep merge" "sweep export" compare "sweep repair" "sweep run"; do
            initlab $command bad
            exits 65
            has "bad/sweep.json was changed since initlab wrote it" "$stderr"
        done
        cmp r/results.sqlite bad/results.sqlite
    done
    # one of an earlier version, that has no sum: the words name sweep.json all the same
    for change in 'pixels 15' 'classes 4' 'samples 80'; do
        rm -rf bad
        cp -r r bad
        sed -i "s/\"${change% *}\": [0-9]*/\"${change% *}\": ${change#* }/; /\"sum\":/d; s/\(\"plan\".*\),/\1/" bad/sweep.json
        initlab sweep status bad
        [ "$status" -eq 0 ]
        has "sweep.json" "$stderr"
    done
    # where the dataset lies may be edited
    mv set moved
    sed -i "s|$PWD/set|$PWD/moved|" r/sweep.json
    rm r/journal/*
    initlab sweep run r --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
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
    mv r/journal kept-journal
    for make in "touch r/journal" "ln -s ../kept-journal r/journal"; do
        $make
        for command in status merge run; do
            initlab sweep $command r
            exits 65
            has "cannot read 'r/journal'" "$stderr"
        done
        rm r/journal
    done
    mv kept-journal r/journal
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
    [ "$(query kept "$all")" = "$(query whole "$all")" ]
}
