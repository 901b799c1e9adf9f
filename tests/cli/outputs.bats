# outputs.bats - what is written cannot be written: each command ends with 74 and one line that says so, and no file is
# half there. A full device, streams that are closed, a limit of the file's size.
load common

# what each command is tried on: sweeps with diagnostics, a run's file, the id of a run
setup_file()
{
    cd "$BATS_FILE_TMPDIR" || return 1
    python3 "$BATS_TEST_DIRNAME/make_idx.py" set 96
    for folder in old new; do
        "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --seeds 0..3 --batch 8 --epochs 2 --data set \
            --devices cpu:1 --diag every=epoch --quiet --out $folder >/dev/null
    done
    "$INITLAB" train --layers in,8,out --batch 8 --epochs 2 --data set --device cpu --quiet --out run.jsonl >/dev/null
    "$INITLAB" sweep export new | sed -n 's/^\([0-9a-f]\{16\}\),.*/\1/p' | sed -n 1p >id
}

here() { cd "$BATS_FILE_TMPDIR" && id=$(cat id); }

net="--layers in,8,out --batch 8 --epochs 2 --data set --device cpu"
seen="--layers in,8,out --data set --device cpu --samples 96"

# every command that prints, in each of its forms
printing()
{
    cat <<END
train $net
train $net --quiet
train $net --quiet --out -
train $net --quiet --plot -
train $net --quiet --term
train $net --dry-run
compare new
compare new -o csv
compare new -o json
compare new -o jsonl
compare new -o md
compare new -o tex
compare new --by init --across seed
compare new --by init --across seed -o csv
compare new --by init --across seed -o json
compare new --by init --across seed -o jsonl
compare run.jsonl --runs
compare run.jsonl --runs --plot -
compare new --plot -
compare new --term
plot new intervals
plot new intervals -o -
plot new intervals --term
report new -o -
check new --baseline old
check new --baseline old -o md
check new --baseline old -o tex
check new --baseline old -o json
check new --baseline old -o junit
explain new $id
explain new $id --json
sweep run new
sweep plan new
sweep plan new --json
sweep status new
sweep status new --json
sweep show new
sweep show new --json
sweep show new $id
sweep show new $id --json
sweep extend new --seeds 0..3
sweep retry new --failed
sweep rerun new $id
sweep merge new
sweep repair new
sweep export new
sweep export new --to -
sweep export new --epochs
sweep export new --layers
sweep export new --diagnostics -o jsonl
sweep submit new --engine slurm
sweep submit new --engine mpi
schemes
schemes --json
schemes he_normal
schemes he_normal --json
init --layers 4,3 --save w.npy
inspect $seen
inspect $seen --json
inspect $seen --plot -
inspect $seen --term
selftest --device cpu --level 1
devices
devices --json
env
env --json
version
--version
help
help train
help activations
help layers
help recipes
help sweeps
train --help
sweep --help
completion bash
completion zsh
completion fish
END
}

# refused full|closed ARGUMENTS...: 74, and one line that says that standard output is at fault
refused()
{
    local to=$1 code=0
    shift
    if [ "$to" = closed ]; then
        "$INITLAB" "$@" >&- 2>"$BATS_TEST_TMPDIR/said" </dev/null || code=$?
    else
        "$INITLAB" "$@" >/dev/full 2>"$BATS_TEST_TMPDIR/said" </dev/null || code=$?
    fi
    [ "$code" -eq 74 ] && [ "$(grep -c "^initlab: cannot write to standard output: " "$BATS_TEST_TMPDIR/said")" -eq 1 ] && return
    echo "$to: exit $code of $*: $(cat "$BATS_TEST_TMPDIR/said")"
    return 1
}

@test "standard output is full, or closed: 74 and one line, of every command that prints" {
    [ -c /dev/full ] || skip "no /dev/full"
    here
    while read -r line; do
        # shellcheck disable=SC2086 # words
        refused full $line
        # shellcheck disable=SC2086
        refused closed $line
    done < <(printing)
    # no command is left out but the one that speaks to its parent
    printing | sed 's/^--version/version/; s/^sweep \([a-z]\)/sweep_\1/; s/ .*//' | sort -u >tried
    sed -n 's/^X(\(.*\))$/\1/p' "$BATS_TEST_DIRNAME/../../host/cli/commands.def" | grep -vx 'sweep_worker' | sort |
        diff - tried
}

# an epoch's line without its time
timeless() { sed 's/"seconds":[^,}]*//' "$1"; }

# with CLOSED ARGUMENTS...: the command with these streams closed; its code is $code
with()
{
    local closed=$1
    shift
    code=0
    eval '"$INITLAB" "$@" '"$closed" 2>/dev/null || code=$?
}

@test "streams that are closed: nothing that is said goes into a file that is opened then" {
    here
    # shellcheck disable=SC2086
    "$INITLAB" train $net --out want.jsonl --plot want.svg --save want.npy >/dev/null 2>&1
    while read -r want closed; do
        # shellcheck disable=SC2086
        with "$closed" train $net --out got.jsonl --plot got.svg --save got.npy
        [ "$code" -eq "$want" ] || { echo "$closed: $code"; return 1; }
        cmp <(timeless want.jsonl) <(timeless got.jsonl)
        cmp want.svg got.svg
        cmp want.layer1.weight.npy got.layer1.weight.npy
        with "$closed" sweep run --layers in,out --init zeros --batch 8 --epochs 1 --data set --devices cpu:2 --seeds 0..3 \
            --pack-size 1 --out s
        [ "$code" -eq "$want" ] || { echo "sweep, $closed: $code"; return 1; }
        initlab sweep status s
        has "done           4 runs" "$output"
        initlab sweep repair s
        has "nothing in the journals of s is damaged" "$output"
        rm -r s
    done <<'END'
74 >&-
0 2>&-
0 <&-
74 >&- 2>&-
74 <&- >&- 2>&-
END
    code=0
    "$INITLAB" compare - <&- 2>said || code=$?
    [ "$code" -eq 65 ]
    has "Bad file descriptor" "$(cat said)"
}

@test "a file cannot be written to its end: 74, its name, and what was there before" {
    here
    [ -c /dev/full ] || skip "no /dev/full"
    while read -r file command; do
        rm -f "$file"
        echo before >"$file"
        # what SQLite keeps of a folder is longer than any figure: there the device is full
        [[ $command != *new* ]] || ln -sf /dev/full "$file"
        # shellcheck disable=SC2086
        run --separate-stderr bash -c '[[ $* == *new* ]] || ulimit -f 1; exec "$@"' - "$INITLAB" $command
        [ "$status" -eq 74 ] || { echo "exit $status: $command: $stderr"; return 1; }
        [ "$(grep -c "^initlab: .*\($file\|/dev/full\)" <<<"$stderr")" -eq 1 ] || { echo "$command: $stderr"; return 1; }
        [ -L "$file" ] || [ "$(cat "$file")" = before ] || { echo "half: $command"; return 1; }
        [ -z "$(find . -name '*.tmp-*')" ]
    done <<END
got.svg compare new --plot got.svg
got.svg compare new --by init,seed --figure heatmap --plot got.svg
got.svg plot new intervals -o got.svg
got.html report new -o got.html
got.csv sweep export new --diagnostics --to got.csv
got.jsonl sweep export new --epochs -o jsonl --to got.jsonl
got.svg compare run.jsonl --runs --plot got.svg
got.safetensors init --layers 500,500 --save got.safetensors
got.svg inspect $seen --plot got.svg
got.safetensors train --layers in,500,out --batch 8 --epochs 1 --data set --device cpu --save got.safetensors
got.svg train $net --quiet --plot got.svg
END
    rm -f got.*
    # weights of a run of a sweep, and TensorBoard's folder
    ln -s /dev/full got.safetensors
    initlab sweep rerun new "$id" --save got.safetensors
    exits 74
    has /dev/full "$stderr"
    mkdir sealed
    chmod a-w sealed
    [ -w sealed ] || { # root may write it all the same
        initlab sweep export new -o tensorboard --to sealed/board
        exits 73
    }
}
