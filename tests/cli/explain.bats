# explain.bats - initlab explain: where a run broke, or died.
load common

# sweep OPTIONS: in r, of one seed
sweep()
{
    tiny set
    initlab sweep run --batch 8 --epochs 3 --seeds 0 "$@" --data set --out r --devices cpu:1 --quiet
    [ "$status" -eq 0 ]
    ids=($("$INITLAB" sweep export r | cut -d , -f 1 | tail -n +2)) # in the order of the values
}

# explained RUN WANT: the object's what, epoch, step, name
explained()
{
    initlab explain r "$1" --json
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(picked what epoch step name <<<"$output")" = "$2" ] || { echo "$output, not $2"; return 1; }
}

@test "explain: a run that diverged, the step and the first numbers that are not finite" {
    # 16 inputs: pre-activations of h1 are near 1e20, those of h2 near 1e40: no float
    sweep --layers in,8,8,out --init he_normal,normal:std=1e20 --lr 0.5 --activation relu
    explained "${ids[1]}" "preactivations 1 1 h2"
    initlab explain r "${ids[1]:0:6}"
    [ "$output" = "run ${ids[1]}: diverged: in epoch 1, step 1, the first numbers that are not finite are the pre-activations of h2, of finite weights and inputs" ]
    [ -z "$stderr" ]
    rm -r r set
    # after a step weights are near 1e30: in the second h1 is near 1e30, h2 none
    sweep --layers in,8,8,out --init he_normal --lr 1e30 --activation relu
    explained "${ids[0]}" "preactivations 1 2 h2"
    rm -r r set
    # 0 log 0
    sweep --layers in,out --init zeros --output relu --loss cross_entropy:log=raw
    explained "${ids[0]}" "cost 1 1 out"
    # the step and the epoch are those of the results
    [ "$("$INITLAB" sweep export r -o jsonl | picked diverged_epoch diverged_step)" = "1 1" ]
    rm -r r set
    # outputs near 100 and a gradient of such size, which a rate of 9e37 makes no float: plain sgd has it in dL/dz, momentum
    # in the step; the cost, finite in that step, is not in the next
    sweep --layers in,out --init normal:std=100 --output linear --loss mse:reduction=sum --lr 9e37 --optimizer sgd,momentum
    explained "${ids[0]}" "gradient 1 1 out"
    explained "${ids[1]}" "weights 1 1 out"
    has "the way forward and back is finite; the first numbers that are not are the weights of out after the step" "$output"
    [ "$("$INITLAB" sweep export r -o jsonl | picked diverged_epoch diverged_step)" = "$(printf '1 2\n1 2')" ]
}

@test "explain: a run that is stuck, the layer where signal or gradient died" {
    sweep --layers in,8,8,out --init "zeros,h2=zeros,normal:std=30,normal:std=1e15" --activation relu,tanh --lr 0.5
    explained "${ids[0]}" "signal 0 0 h1"
    explained "${ids[1]}" "signal 0 0 h1"
    explained "${ids[2]}" "signal 0 0 h2"
    explained "${ids[3]}" "signal 0 0 h2"
    explained "${ids[4]}" "signal 1 0 h1"   # all units of h1 are dead after an epoch
    explained "${ids[7]}" "gradient 0 0 h2" # tanh' is 0 in h2
    initlab explain r "${ids[0]}"
    has "run ${ids[0]}: ok, stuck: before the first step the signal dies in h1: the activation of each of its 8 units is the same" "$output"
    [ "${#lines[@]}" -eq 5 ]
    [ "$(awk '{print $1, $5, $6}' <<<"${lines[2]}")" = "h1 1 0" ]
    initlab sweep run --layers in,8,out --init constant:0.1,he_normal --batch 8 --epochs 3 --lr 0.5 --data set --out r2 --devices cpu:1 --quiet
    mv r r1 && mv r2 r
    ids=($("$INITLAB" sweep export r | cut -d , -f 1 | tail -n +2))
    explained "${ids[0]}" "alike 0 0 h1"
    initlab explain r "${ids[1]}" --json
    has "no layer's signal or gradient is gone; the least gradient is that of " "$output"
}

@test "explain --json has the text's table, unrounded" {
    sweep --layers in,8,8,out --init "zeros,he_normal" --activation relu --lr 0.5
    for id in "${ids[@]}"; do
        "$INITLAB" explain r "$id" >text
        "$INITLAB" explain r "$id" --json >json
        python3 - text json <<'P'
import json, sys
lines = open(sys.argv[1]).read().splitlines()
head, said = lines[2].split(), [line.split() for line in lines[3:]]
o = json.load(open(sys.argv[2]))
assert lines[0].endswith(o["text"]), lines[0]
assert len(head) == 10 and head[0] == "layer" and [row[0] for row in said] == ["h1", "h2", "out"]
for row, layer in zip(said, o["layers"], strict=True):
    assert list(layer) == head[:1] + ["units"] + head[1:], layer
    for name, text in zip(head[1:], row[1:], strict=True):
        assert ("-" if layer[name] is None else f"{layer[name]:.4g}") == text, (name, layer[name], text)
assert [layer["units"] for layer in o["layers"]] == [8, 8, 3]
assert any(x != float(f"{x:.4g}") for layer in o["layers"] for x in layer.values() if isinstance(x, float))
P
    done
    rm -r r set
    # of a run that diverged the text has no table
    sweep --layers in,8,8,out --init normal:std=1e20 --lr 0.5 --activation relu
    initlab explain r "${ids[0]}" --json
    [ "$(picked layers <<<"$output")" = "[]" ]
    # weights that are 0 and stay so: no size that a step could change them by
    rm -r r set
    sweep --layers in,out --init zeros --lr 0
    initlab explain r "${ids[0]}"
    has "changes its weights by nan of their size" "$output"
    [ "$("$INITLAB" explain r "${ids[0]}" --json | picked layers | grep -o "'update_ratio': [^,]*")" = "'update_ratio': None" ]
}

@test "explain: mistakes, runs that have no results, runs that failed" {
    sweep --layers in,8,out --init he_normal,zeros --lr 0.5
    initlab explain
    [ "$status" -ne 0 ]
    initlab explain r
    exits 2
    has "no run given" "$stderr"
    initlab explain r ffffffffffffffff
    exits 2
    initlab explain nowhere 1234
    [ "$status" -ne 0 ]
    rm -r r/journal r/results.sqlite*
    initlab explain r "${ids[0]}"
    exits 2
    has "run ${ids[0]} has no results yet" "$stderr"
    before=$(find r -type f | sort)
    initlab explain r "${ids[0]}"
    [ "$(find r -type f | sort)" = "$before" ]
}
