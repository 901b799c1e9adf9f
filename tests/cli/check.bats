# check.bats - a sweep held against another, for CI.
load common

# train FOLDER OPTIONS...: three schemes, eight seeds
train()
{
    local folder=$1
    shift
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros,normal:std=0.5 --seeds 0..7 --epochs 6 --batch 8 \
        --data set --devices cpu:1 --out "$folder" -q "$@" >/dev/null
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
    python3 - "$output" <<'P'
import sys, xml.etree.ElementTree as xml
suite = xml.fromstring(sys.argv[1].encode())
cases = {case.get("name"): case.find("failure") for case in suite}
assert suite.get("tests") == "3" and int(suite.get("failures")) == sum(f is not None for f in cases.values()) >= 1, cases
assert cases["he_normal"] is not None and "worse by more than 0.005" in cases["he_normal"].get("message")
P
    initlab check less --baseline old -o json
    python3 - "$output" "$BATS_TEST_TMPDIR" <<'P'
import itertools, json, sqlite3, sys
said = json.loads(sys.argv[1])
def runs(folder):
    rows = sqlite3.connect(f"{sys.argv[2]}/{folder}/results.sqlite").execute("SELECT init, seed, test_accuracy FROM runs")
    return {(init, seed): value for init, seed, value in rows}
old, new = runs("old"), runs("less")
p = {}
for init in {init for init, _ in old}:
    d = [new[key] - old[key] for key in old if key[0] == init]
    far = [abs(sum(s * x for s, x in zip(signs, d))) >= abs(sum(d)) - 1e-12 for signs in itertools.product([1, -1], repeat=8)]
    p[init] = sum(far) / 256, sum(d) / 8
most, adjusted = 0, {}
for i, init in enumerate(sorted(p, key=lambda init: p[init][0])):
    most = max(most, min(1, (3 - i) * p[init][0]))
    adjusted[init] = most
for g in said["groups"]:
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
    has "too few pairs for a test: the mean alone decides" "$output"
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
