# not_finite.bats - numbers that are not finite, as runs that diverge have them: nan, - or null, and -nan nowhere.
load common

# each command that shows what became of a run; r: runs that diverged, one: of one seed, worse: its check falls
printing()
{
    cat <<END
train $net
train $net --validation 16
train $net --out -
train $net --validation 16 --out t.csv
train $net --validation 16 --diag every=epoch --out t.jsonl
compare t.jsonl
compare t.jsonl --runs
compare r
compare r --metric cost
compare r --metric test_cost -o csv
compare r --metric test_cost -o json
compare r --metric test_cost -o jsonl
compare r --metric test_cost -o md
compare r --metric test_cost -o tex
compare r --by init --across activation --metric test_accuracy
compare r --by init --across activation --metric test_accuracy -o json
compare r --metric cost --plot -
compare r --metric cost --term
plot r curves --metric cost -o -
plot r layers -o -
report r -o -
check r --baseline r --metric cost --max-drop 1
check r --baseline r --metric cost --max-drop 1 -o json
check r --baseline r --metric cost --max-drop 1 -o junit
check worse --baseline one -o junit
check worse --baseline one
check worse --baseline one -o json
sweep show r
sweep show r --json
sweep show r $id
sweep export r
sweep export r -o jsonl
sweep export r --epochs
sweep export r --layers
sweep export r --diagnostics
sweep rerun r $id
sweep status r
explain r $id
explain r $id --json
inspect --layers in,8,8,out --init normal:std=1e25 --activation relu --data set --device cpu --samples 96
inspect --layers in,8,8,out --init normal:std=1e25 --activation relu --data set --device cpu --samples 96 --json
END
}

@test "what is not finite is nan, - or null in every command, and never -nan" {
    tiny set
    net="--layers in,8,8,out --init normal:std=1e20 --activation relu --batch 8 --epochs 2 --data set --device cpu"
    sweep=(--layers in,8,8,out --batch 8 --epochs 2 --data set --devices cpu:1 --quiet)
    "$INITLAB" sweep run "${sweep[@]}" --init he_normal,zeros,normal:std=1e20 --activation relu,tanh --seeds 0..1 \
        --diag every=epoch --out r >/dev/null
    "$INITLAB" sweep run "${sweep[@]}" --init he_normal --seeds 0 --out one >/dev/null
    "$INITLAB" sweep run "${sweep[@]}" --init zeros --seeds 7 --out worse >/dev/null
    id=$("$INITLAB" sweep export r | grep ,diverged, | cut -d , -f 1 | sed -n 1p)
    while read -r -a words; do
        initlab "${words[@]}"
        [ "$status" -le 1 ] || { echo "${words[*]}: exit $status: $stderr"; return 1; }
        [[ $output$stderr != *-nan* ]] || { echo "${words[*]}: $(grep -e -nan <<<"$output$stderr")"; return 1; }
    done <<<"$(printing)"
    ! grep -e -nan t.csv t.jsonl
    grep -q ",nan," t.csv
    # NaN is no weight that another unit could share
    python3 -c 'import sqlite3
rows = sqlite3.connect("r/results.sqlite").execute("SELECT status, init, distinct_units, distance FROM diagnostics JOIN runs USING (run_id)").fetchall()
assert any(status == "diverged" and distance is None for status, _, _, distance in rows)
for row in rows:
    assert (row[2] is None) == (row[3] is None), row'
    # rerun says what train says
    [ "$("$INITLAB" sweep rerun r "$id" | sed -n 1p)" = "epoch 1: cost nan, rate 0.1, train accuracy 0.0000, test accuracy 0.0000" ]
    [ "$("$INITLAB" train $net 2>/dev/null | awk '$1 == 1 {print $2}')" = nan ]
}
