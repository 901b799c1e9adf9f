# inspect.bats - initlab inspect.
load common

@test "inspect prints both tables, a line a layer, and the Jacobian" {
    initlab inspect --layers in,64,32,out --init he_normal
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(grep -cE '^ +[123] ' <<<"$output")" -eq 6 ]
    has "units distinct" "$output"
    has "gradient var" "$output"
    has "Jacobian of logits by inputs:" "$output"
}

@test "inspect --json: He keeps q, Glorot halves it, and the theory says so" {
    for init in he_normal glorot_normal; do
        initlab inspect --layers in,256x6,out --init $init --json
        [ "$status" -eq 0 ]
        python3 - "$output" $init <<'P'
import json, sys
o, rate = json.loads(sys.argv[1]), 1 if sys.argv[2] == "he_normal" else .5
assert o["init"] == sys.argv[2] and o["samples"] == 256 and len(o["layers"]) == 7
for a, b in zip(o["layers"][:5], o["layers"][1:6]):
    assert abs(b["theory_q"] / a["theory_q"] / rate - 1) < 1e-5, (a, b)
    # one network of 256 units: 5 sigma of sqrt(5 / 256)
    assert abs(b["q"] / a["q"] / rate - 1) < .7, (a, b)
    assert a["distinct"] == 256 and abs(b["theory_chi1"] - rate) < 1e-4
    assert len(b["singular_values"]) == 256 and b["rank"] > 250
    assert b["singular_values"] == sorted(b["singular_values"], reverse=True)
assert o["layers"][6]["a_mean"] is None and len(o["jacobian_singular_values"]) == 10
P
    done
}

@test "inspect shows the symmetry of constant weights" {
    initlab inspect --layers in,16,out --init const:0.01 --json
    python3 - "$output" <<'P'
import json, sys
o = json.loads(sys.argv[1])
assert o["layers"][0]["distinct"] == 1 and o["layers"][0]["rank"] == 1
assert o["layers"][0]["theory_q"] is None
P
}

@test "inspect --plot draws a figure of three curves" {
    initlab inspect --layers in,32,32,out --plot signal.svg --samples 64
    [ "$status" -eq 0 ]
    python3 -c 'import xml.dom.minidom as m; m.parse("signal.svg")'
    has "q, theory" "$(cat signal.svg)"
    has "gradient variance" "$(cat signal.svg)"
}

@test "inspect looks at the data, recipe and device that are named" {
    tiny set
    initlab inspect --data set --layers in,8,out --samples 10 --device cpu
    [ "$status" -eq 0 ]
    initlab inspect --recipe seed-zeros-softmax --json
    [ "$status" -eq 0 ]
    has '"init": "zeros"' "$output"
}

@test "mistakes in inspect: one line each, and what is valid" {
    initlab inspect --samples 0
    exits 2
    has "from 1 to" "$stderr"
    tiny set
    initlab inspect --data set --samples 97 --layers in,out
    exits 2
    has "more than the training images" "$stderr"
    initlab inspect --plot signal.png
    exits 2
    has ".svg" "$stderr"
    initlab inspect --device cuda:7
    exits 69
    initlab inspect --layers in,8y3,out
    exits 2
    has "WIDTHxN" "$stderr"
}
