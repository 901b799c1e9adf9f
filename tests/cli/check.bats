# check.bats - a sweep held against another, for CI.
load common

# train FOLDER OPTIONS...: three schemes, eight seeds, one network, six epochs, unless others are given
train()
{
    local folder=$1
    shift
    [[ $* == *--seeds* ]] || set -- --seeds 0..7 "$@"
    [[ $* == *--init* ]] || set -- --init he_normal,zeros,normal:std=0.5 "$@"
    [[ $* == *--layers* ]] || set -- --layers in,8,out "$@"
    [[ $* == *--data* ]] || set -- --data set "$@"
    [[ $* == *--epochs* ]] || set -- --epochs 6 "$@"
    "$INITLAB" sweep run --batch 8 --devices cpu:1 --out "$folder" -q "$@" >/dev/null
}

@test "a sweep is as good as itself; one that learnt less is not, group by group" {
    tiny set
    train old
    train same
    initlab check same --baseline old
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(awk 'NR > 1 && NR < 5 { print $1, $2, $NF }' <<<"$output" | sort | tr '\n' ';')" = \
        "he_normal 8 ok;normal:std=0.5 8 ok;zeros 8 ok;" ]
    has "0 of 3 groups are worse by more than 0.005 in mean test_accuracy, or gone" "$output"
    train less --lr 0.001
    initlab check less --baseline old --by init
    [ "$status" -eq 1 ]
    [ -z "$stderr" ]
    has "changed: lr from 0.1 to 0.001" "$output"
    [ "$(awk '$1 == "he_normal" { print $NF }' <<<"$output")" = FELL ]
    # the other way round it is better, and a large limit forgives
    initlab check old --baseline less
    [ "$status" -eq 0 ]
    initlab check less --baseline old --max-drop 1
    [ "$status" -eq 0 ]
    initlab check less --baseline old --metric cost --max-drop 0.01
    [ "$status" -eq 1 ]
    initlab check less --baseline old -o junit
    [ "$status" -eq 1 ]
    python3 "$BATS_TEST_DIRNAME/junit_shape.py" <<<"$output" >cases
    [ "$(cut -d'|' -f1 cases | sort | tr '\n' ' ')" = "he_normal normal:std=0.5 zeros " ]
    grep -q "^he_normal|failure: test_accuracy was .*: worse by more than 0.005, 8 pairs, p = " cases
    has '<property name="lr" value="0.001"/>' "$output"
    has "changed: lr from 0.1 to 0.001" "$output"
    initlab check less --baseline old -o json
    python3 - "$output" "$BATS_TEST_TMPDIR" <<'P'
import itertools, json, sqlite3, sys
said = json.loads(sys.argv[1])
def runs(folder):
    rows = sqlite3.connect(f"{sys.argv[2]}/{folder}/results.sqlite").execute("SELECT init, seed, test_accuracy FROM runs")
    return {(init, seed): value for init, seed, value in rows}
old, new = runs("old"), runs("less")
p = {}
assert next(g for g in said["groups"] if g["group"] == "zeros")["p"] is None  # copies of one run, then and now
for init in {init for init, _ in old} - {"zeros"}:
    d = [new[key] - old[key] for key in old if key[0] == init]
    far = [abs(sum(s * x for s, x in zip(signs, d))) >= abs(sum(d)) - 1e-12 for signs in itertools.product([1, -1], repeat=8)]
    p[init] = sum(far) / 256, sum(d) / 8
most, adjusted = 0, {}
for i, init in enumerate(sorted(p, key=lambda init: p[init][0])):
    most = max(most, min(1, (2 - i) * p[init][0]))
    adjusted[init] = most
for g in (g for g in said["groups"] if g["group"] != "zeros"):
    assert abs(g["difference"] - p[g["group"]][1]) < 1e-12, g
    assert abs(g["p"] - adjusted[g["group"]]) < 1e-12, (g, adjusted)
    assert (g["verdict"] == "FELL") == (g["difference"] < -0.005 and g["p"] < .05), g
P
}

@test "what is gone fails, what is new does not; too few pairs are said" {
    tiny set
    train old --seeds 0..1
    "$INITLAB" sweep run --layers in,8,out --init he_normal,ones --seeds 0..1 --epochs 6 --batch 8 --data set --devices cpu:1 \
        --out new -q >/dev/null
    initlab check new --baseline old
    [ "$status" -eq 1 ]
    [ "$(awk 'NR > 1 && NR < 6 { print $1, $NF }' <<<"$output" | sort | tr '\n' ';')" = \
        "he_normal ok;normal:std=0.5 GONE;ones new;zeros GONE;" ]
    has "too few pairs or runs for a test: the mean alone decides" "$output"
}

@test "check is told what to do, and with what" {
    tiny set
    train old --seeds 0
    initlab check old
    exits 2
    has "--baseline" "$stderr"
    initlab check old --baseline none
    exits 65
    initlab check old --baseline old --metric cost
    exits 2
    has "--max-drop" "$stderr"
    initlab check old --baseline old --max-drop x
    exits 2
    initlab check old --baseline old --by lnit
    exits 2
    has "did you mean 'init'" "$stderr"
}

@test "other seeds: all runs then against all now; results that are lost; too little to check is no success" {
    tiny set
    train old --init he_normal,zeros
    train other --seeds 8..15 --init he_normal,zeros
    initlab check other --baseline old -o json
    python3 - "$output" <<'P'
import itertools, json, sqlite3, sys
x, y = ([r[0] for r in sqlite3.connect(f"{f}/results.sqlite").execute("SELECT test_accuracy FROM runs WHERE init = 'he_normal'")]
        for f in ("other", "old"))
d, both = sum(x) / 8 - sum(y) / 8, x + y
far = all = 0
for one in itertools.combinations(range(16), 8): # labels, permuted
    s = sum(both[i] for i in one)
    far += abs(s / 8 - (sum(both) - s) / 8) >= abs(d) - 1e-12
    all += 1
g, = (g for g in json.loads(sys.argv[1])["groups"] if g["group"] == "he_normal")
assert g["unit"] == "runs" and g["pairs"] == 0 and abs(g["difference"] - d) < 1e-12 and not g["few"], (g, d)
assert abs(g["p"] - min(1, 2 * far / all)) < 1e-12, (g, far / all)
P
    initlab check other --baseline old
    has "2 groups have no pairs, as of other seeds: all runs then are held against all now, unpaired" "$output"
    train broken --init he_normal,zeros --lr 1e30
    initlab check broken --baseline old --metric test_cost --max-drop 1e38
    [ "$status" -eq 1 ]
    lost=$(python3 -c 'import sqlite3
print(*sqlite3.connect("broken/results.sqlite").execute("SELECT count(*) FROM runs WHERE test_cost IS NULL").fetchone())')
    [ "$lost" -gt 0 ]
    has "test_cost: $lost runs had one and have none now, 0 the reverse" "$output"
    initlab check old --baseline broken --metric test_cost --max-drop 1e38
    [ "$status" -eq 0 ]
    # one folder twice is well, and said; nothing to hold against is an error
    initlab check old --baseline ./old -o md
    [ "$status" -eq 0 ]
    has "- this and the baseline are one folder: nothing can have changed" "$output"
    initlab check old --baseline old --metric validation_accuracy
    exits 65
    has "no run of the baseline has validation_accuracy: there is nothing to check" "$stderr"
    # what is not done
    "$INITLAB" sweep extend old --init ones >/dev/null
    initlab check other --baseline old -o junit
    has "of the baseline 16 of 24 runs done" "$output"
    python3 "$BATS_TEST_DIRNAME/junit_shape.py" <<<"$output" >/dev/null
}

@test "one shared seed does not decide for all runs; runs without a partner are named; two datasets are no pair" {
    tiny set
    train old --init he_normal --seeds 0..9 --epochs 3
    train new --init he_normal --seeds 9..18 --epochs 1
    initlab check new --baseline old --max-drop 0.001 --metric cost -o json
    [ "$status" -eq 1 ]
    python3 - "$output" <<'P'
import itertools, json, sqlite3, sys
x, y = ([r[0] for r in sqlite3.connect(f"{f}/results.sqlite").execute("SELECT cost FROM runs")] for f in ("new", "old"))
g, = json.loads(sys.argv[1])["groups"]
assert [g["unit"], g["pairs"], g["left_over"], g["few"]] == ["runs", 0, 0, False], g
assert abs(g["before"] - sum(y) / 10) < 1e-12 and abs(g["now"] - sum(x) / 10) < 1e-12, g
both, far = x + y, 0
for one in itertools.combinations(both, 10):  # labels, permuted: all 184,756 ways, of which 100,000 were tried
    far += abs(sum(one) / 5 - sum(both) / 10) >= abs(g["difference"]) - 1e-12
want = far / 184756
assert abs(g["p"] - want) < 5 * (want * (1 - want) / 100000) ** .5 + 1e-5, (g, want)
P
    initlab check new --baseline old --max-drop 0.001 --metric cost
    has "1 group has only 1 pair, which could show nothing, beside runs of other seeds: all runs then are held against all now" "$output"
    initlab check new --baseline old --max-drop 0.001 --metric cost -o junit
    has "10 and 10 runs, p = " "$output"
    initlab compare new old --by epochs --metric cost
    has "n = 10 and 10 runs, unpaired" "${lines[0]}"
    has "1 group has too few pairs with the best to show anything" "$output"
    [[ $output != *"without a partner"* ]]
    # two of each side could not show more than the pair does: it decides, and what it leaves is named
    train fewer --init he_normal --seeds 9..10 --epochs 1
    train two --init he_normal --seeds 8..9 --epochs 3
    for form in text junit json; do
        initlab check fewer --baseline two -o $form
        has "2 runs are without a partner of equal seeds: in no mean and no difference: 2 of all runs" "$output"
    done
    [ "$(python3 -c 'import json, sys; print([(g["pairs"], g["left_over"]) for g in json.load(sys.stdin)["groups"]])' <<<"$output")" \
        = "[(1, 2)]" ]
    # the same seeds on other samples
    python3 "$BATS_TEST_DIRNAME/make_idx.py" elsewhere 99
    train away --init he_normal --seeds 0..9 --epochs 3 --data elsewhere
    for by in "" "--by init"; do
        # shellcheck disable=SC2086
        initlab check away --baseline old $by
        exits 2
        has "the dataset 'set', this on 'elsewhere'" "$stderr"
    done
}

@test "groups that pool settings are held against each other within these" {
    tiny set
    train old --init he_normal --lr 0.1,0.5 --seeds 0..3
    train new --init he_normal --lr 0.1,0.5 --seeds 0..3 --epochs 3
    train other --init he_normal --lr 0.1,0.5 --seeds 4..8
    train draws --init he_normal --lr 0.2,0.3 --seeds 0..3
    while read -r folder unit pairs interval; do
        initlab check $folder --baseline old --by init --metric cost --max-drop 0.1 -o json
        python3 - "$output" $folder $unit $pairs "$interval" <<'P'
import json, sqlite3, sys
g, = json.loads(sys.argv[1])["groups"]
assert [g["unit"], str(g["pairs"]), g["difference_interval"]] == sys.argv[3:], g
mean = {f: dict(sqlite3.connect(f"{f}/results.sqlite").execute("SELECT lr, avg(cost) FROM runs GROUP BY lr"))
        for f in ("old", sys.argv[2])}
want = sum(mean[sys.argv[2]].values()) / 2 - sum(mean["old"].values()) / 2
assert abs(g["difference"] - want) < 1e-12, (g, want)
P
    done <<'E'
new pairs 8 t within
other runs 0 Welch
draws settings 0 Welch
E
    initlab check draws --baseline old --by init
    has "1 group has no pairs, and other settings: means of settings are held against each other, unpaired" "$output"
}

@test "of long values that changed the entries that differ are named; layers are short" {
    tiny set
    one=h1=zeros,h2=ones,h3=normal:std=0.25,h4=glorot_normal,h5=orthogonal,out=he_normal
    train old --seeds 0..1 --layers in,8x5,out --init $one
    train new --seeds 0..1 --layers in,8x5,out --init ${one/0.25/0.5}
    initlab check new --baseline old
    has "changed: init from h3=normal:std=0.25 to h3=normal:std=0.5; its other entries are the same" "$output"
    train more --seeds 0..1 --layers in,8x20,out --init zeros
    train less --seeds 0..1 --layers in,8x21,out --init zeros
    initlab check more --baseline less
    has "changed: layers from in,8x21,out to in,8x20,out" "$output"
    long=in,8,7,6,5,4,3,4,5,6,7,8,7,6,5,4,3,4,5,6,7,8,9,8,7,6,5,4,3,4,5,6,7,8,out
    train wide --seeds 0..1 --layers $long --init zeros
    train thin --seeds 0..1 --layers ${long/8,9,8/8,1,2,8} --init zeros
    initlab check thin --baseline wide
    has "changed: layers from 9 to 1,2; its other entries are the same" "$output"
    train less_so --seeds 0..1 --layers ${long/8,9,8/8,8} --init zeros
    initlab check less_so --baseline wide -o json
    has "changed: layers from" "$output"
    has "its other entries are the same" "$output"
}

@test "a failed run loses its result; names are safe in each format" {
    tiny set
    train old --seeds 0..1 --init zeros
    cp -r old new
    rm new/results.sqlite*
    python3 "$BATS_TEST_DIRNAME/sweep/fail_pack.py" new 'no <memory> & "so"'
    initlab check new --baseline old -o junit
    [ "$status" -eq 1 ]
    [ "$(python3 "$BATS_TEST_DIRNAME/junit_shape.py" <<<"$output")" = "all runs|failure: no run now has test_accuracy" ]
    name='a<b>&"c|_$\'$'\e''d'
    python3 "$BATS_TEST_DIRNAME/make_idx.py" "$name" 96
    python3 "$BATS_TEST_DIRNAME/make_idx.py" "other/$name" 99
    for data in "$name" "other/$name"; do
        "$INITLAB" sweep run --layers in,out --init zeros --seeds 0..1 --epochs 1 --batch 8 --data "$data" --devices cpu:1 \
            -q --out "runs of $(dirname "$data")" >/dev/null
    done
    initlab check "runs of other" --baseline "runs of ."
    exits 2
    has "results on different samples are not held against each other" "$stderr"
    no_escapes "$stderr"
    initlab check "runs of other" --baseline "runs of other" --by data -o junit
    [ "$status" -eq 0 ]
    python3 "$BATS_TEST_DIRNAME/junit_shape.py" <<<"$output" >/dev/null
    has 'a&#60;b&#62;&#38;&#34;c|_$\\x1bd' "$output"
    no_escapes "$output"
    while read -r format shown; do
        initlab compare "runs of ." "runs of other" --by data -o "$format"
        [ "$status" -eq 0 ]
        no_escapes "$output"
        has "$shown" "$output"
    done <<'E'
text other/a<b>&"c|_$\\x1bd
md other/a\<b>\&"c\|\_$\\\\x1bd
tex other/a<b>\&"c|\_\$\textbackslash{}\textbackslash{}x1bd
csv "other/a<b>&""c|_$\\x1bd"
json "other/a<b>&\"c|_$\\\u001Bd"
jsonl "other/a<b>&\"c|_$\\\u001Bd"
E
}
