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

@test "inspect in chaos: gradients and images have depths of their own" {
    initlab inspect --layers in,32x3,out --init mean_field:2:0.2 --activation tanh --samples 64 --json
    python3 - "$output" <<'P'
import json, sys
for layer in json.loads(sys.argv[1])["layers"]:
    assert abs(layer["theory_xi_grad"] - 3.3625) < 1e-3 and abs(layer["theory_xi_c"] - 7.1075) < 1e-3, layer
    assert abs(layer["theory_c_star"] - .13656) < 1e-4 and abs(layer["theory_slope"] - .32066) < 1e-4
    assert layer["theory_unstable_q"] is None and "theory_depth" not in layer
P
    initlab inspect --layers in,32x3,out --init mean_field:2:0.2 --activation tanh --samples 64
    has "xi_grad" "$output"
    has "xi_c" "$output"
    has " 3.362 " "$output"
    has " 0.137 " "$output"
    has " 7.11 " "$output"
}

@test "inspect says what falls from an unstable point, whatever rounding would say" {
    initlab inspect --layers in,32x3,out --init he_normal:gain=auto --activation gelu --samples 64
    has "layers 1 to 4: q = 1 is a fixed point of slope 1.144, unstable: q leaves this point, to 0" "$output"
    initlab inspect --layers in,32x3,out --init he_normal:gain=auto --activation gelu --samples 64 --json
    python3 - "$output" <<'P'
import json, sys
for layer in json.loads(sys.argv[1])["layers"]:
    assert layer["theory_q_star"] == 0 and layer["theory_c_star"] is None
    assert abs(layer["theory_chi1"] - .58793) < 1e-4 and abs(layer["theory_xi_grad"] - 1.8827) < 1e-3
P
    initlab inspect --layers in,32x3,out --init edge_of_chaos:q=0.25 --activation gelu --samples 64
    has "q = 0.25 is a fixed point of slope 1.105, unstable: q leaves this point, to inf" "$output"
    tiny set # its images begin below, at what is no fixed point of that, and are told all the same
    initlab inspect --data set --layers in,8x2,out --init edge_of_chaos:q=0.25 --activation gelu --samples 10
    has "q = 0.25 is a fixed point of slope 1.105, unstable: q leaves this point" "$output"
    initlab inspect --layers in,32x3,out --init edge_of_chaos:q=stable --activation gelu --samples 64
    [[ $output != *unstable* ]]
    has " 5.109 " "$output"
}

@test "inspect --plot draws a figure of the signal and its depths" {
    initlab inspect --layers in,32,32,out --plot signal.svg --samples 64
    [ "$status" -eq 0 ]
    python3 -c 'import xml.dom.minidom as m; m.parse("signal.svg")'
    has ": q* " "$(cat signal.svg)"
    has "variance of gradients, log scale" "$(cat signal.svg)"
    initlab inspect --layers in,32x3,out --init mean_field:2:0.2 --activation tanh --samples 64 --plot signal.svg
    has ": xi_grad 3.362" "$(cat signal.svg)"
    has ": c* 0.1366, xi_c 7.108" "$(cat signal.svg)"
    initlab inspect --layers in,32x3,out --init lecun_normal --activation tanh --samples 64 --plot signal.svg
    [ "$(grep -c "distance" signal.svg)" -eq 0 ]
    initlab inspect --layers in,32x3,out --init lsuv --init lecun_normal --activation tanh --samples 64 --plot signal.svg
    has ">lsuv<" "$(cat signal.svg)" # fitted to data: no theory, and no number of it
    [[ $(cat signal.svg) != *nan* ]]
}

@test "inspect draws zeros too, and says where; - is standard output" {
    tiny set
    zeros=(inspect --data set --layers in,8,8,out --init zeros --samples 10 --device cpu)
    initlab "${zeros[@]}" --plot -
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    has ">0</text>" "$output"
    has "variance of gradients, log scale" "$output"
    [ "$(grep -c '<path fill="none" stroke-width="2".* d="M[0-9. ]*L[0-9. ]*L[0-9. ]*"' <<<"$output")" -eq 2 ] # q, gradients
    has "Jacobian of logits by inputs:" "$stderr"
    initlab "${zeros[@]}" --plot - --json
    exits 2
    has "--plot - and --json" "$stderr"
    initlab inspect --data set --layers in,8,out --init he_normal --samples 10 --device cpu --plot -
    has "mean square of z (q)" "$output"
}

@test "--init several times: a table each, an array, and one figure with theory beneath" {
    tiny set
    all=(inspect --data set --layers in,16x3,out --samples 10 --device cpu --init he_normal --init h*=orthogonal,out=zeros --init ones)
    initlab "${all[@]}" --plot both.svg
    [ "$status" -eq 0 ]
    [ "$(grep -c "^layer  units" <<<"$output")" -eq 3 ]
    [ "${lines[0]}" = he_normal ]
    for name in he_normal: orthogonal "ones<"; do has "$name" "$(cat both.svg)"; done # ones has no theory
    [ "$(grep -n 'class="theory"' both.svg | head -1 | cut -d: -f1)" -lt "$(grep -n stroke-linejoin both.svg | head -1 | cut -d: -f1)" ]
    initlab inspect --data set --layers in,16x3,out --samples 10 --device cpu --init ones
    alone=$output
    initlab "${all[@]}"
    has "$alone" "$output"
    initlab "${all[@]}" --json
    [ "$(python3 -c 'import json, sys; print([o["init"] for o in json.load(sys.stdin)])' <<<"$output")" = \
        "['he_normal', 'h*=orthogonal,out=zeros', 'ones']" ]
    initlab "${all[@]}" --init he_norml
    exits 2
    has "did you mean" "$stderr"
}

@test "inspect --figure: weights and their singular values by layer; what has no law says so" {
    tiny set
    some=(inspect --data set --layers in,16x2,out --samples 10 --device cpu --init he_normal --init ones --init lsuv --init h*=orthogonal,out=zeros)
    initlab "${some[@]}" --plot signal.svg
    initlab "${some[@]}" --plot same.svg --figure signal
    [ "$status" -eq 0 ]
    cmp signal.svg same.svg
    table=$output
    initlab "${some[@]}" --plot weights.svg --figure spectrum # law: he_normal's three, two of orthogonal
    [ "$status" -eq 0 ]
    [ "$output" = "$table" ]
    [ "$(grep -c 'class="theory"' weights.svg)" -eq 5 ]
    for init in ones lsuv; do [ "$(grep -c ">$init: no law to compare with<" weights.svg)" -eq 3 ]; done
    [ "$(grep -c '>h\*=orthogonal,out=zeros: no law to compare with<' weights.svg)" -eq 1 ]
    has "singular value, layer 3" "$(cat weights.svg)"
    has "layers 1 (16 x 16), 2 (16 x 16) and 3 (16 x 3) of 3" "$(cat weights.svg)"
    initlab "${some[@]}" --plot - --figure histogram
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    [ "$(grep -c 'class="theory"' <<<"$output")" -eq 5 ]
    [ "$(grep -c '>ones: all are 1<' <<<"$output")" -eq 3 ]
    has ">h*=orthogonal,out=zeros: all are 0<" "$output"
    has "density, layer 2" "$output"
    export ASAN_OPTIONS=detect_leaks=0 # fontconfig keeps what it read
    initlab inspect --data set --layers in,out --samples 10 --device cpu --init normal:std=0.1 --plot one.png --figure histogram
    [ "$status" -eq 0 ] || has "librsvg" "$stderr"
}

@test "inspect draws weights that are far apart, few or huge" {
    tiny set
    few=(inspect --data set --samples 10 --device cpu --layers)
    initlab "${few[@]}" in,16,out --init normal:std=100 --init normal:std=0.01 --figure spectrum --plot far.svg
    has "singular value, layer 1, log scale" "$(cat far.svg)"
    initlab "${few[@]}" in,1,out --init normal --init orthogonal --figure histogram --plot narrow.svg
    [ "$status" -eq 0 ]
    initlab "${few[@]}" in,1,out --init normal --init orthogonal --figure spectrum --plot narrow.svg
    [ "$status" -eq 0 ]
    initlab "${few[@]}" in,4,out --init normal:std=1e30 --figure histogram --plot huge.svg
    [ "$status" -eq 0 ]
    [ "$(grep -c 'nan\|inf"' huge.svg)" -eq 0 ]
}

@test "inspect draws what leaves hidden layers; an output layer has no such thing" {
    tiny set
    few=(inspect --data set --samples 10 --device cpu --figure activations --plot a.svg --layers)
    initlab "${few[@]}" in,8,out --init zeros --init normal --activation tanh
    [ "$status" -eq 0 ]
    has ">zeros: all are 0<" "$(cat a.svg)"
    [ "$(grep -c 'class="theory"' a.svg)" -eq 1 ]
    initlab "${few[@]}" in,4,4,4,4,out --init lsuv --activation relu
    [ "$status" -eq 0 ]
    has ">lsuv: no law to compare with<" "$(cat a.svg)"
    has "density, layer 4" "$(cat a.svg)"
    has "layers 1 (16 x 4), 3 (4 x 4) and 4 (4 x 4) of 5" "$(cat a.svg)"
    rm a.svg
    initlab "${few[@]}" in,out --init normal
    exits 2
    has "no hidden layer" "$stderr"
    initlab "${few[@]}" in,4,out --init normal --activation softmax
    exits 2
    has "row-wise" "$stderr"
    [ ! -e a.svg ]
}

@test "inspect looks at the data, recipe and device that are named" {
    tiny set
    initlab inspect --data set --layers in,8,out --samples 10 --device cpu
    [ "$status" -eq 0 ]
    initlab inspect --recipe seed-zeros-softmax --json
    [ "$status" -eq 0 ]
    has '"init": "zeros"' "$output"
}

@test "fewer images than the default looks at are all looked at, and that is said; so is init's batch" {
    tiny set
    initlab inspect --data set --layers in,8,out --device cpu --json
    exits 0
    has "there are fewer training images than 256: all 96 are looked at" "$stderr"
    has '"samples": 96' "$output"
    initlab inspect --data set --layers in,8,out --device cpu --json --validation 40
    has "all 56 are looked at" "$stderr"
    initlab init --data set --layers in,8,out --init lsuv --device cpu
    exits 0
    has "there are fewer training samples than 128: all 96 are looked at" "$stderr"
    whole=$output
    initlab init --data set --layers in,8,out --init lsuv --device cpu --batch 96
    [ -z "$stderr" ]
    [ "$output" = "$whole" ]
    initlab init --data set --layers in,8,out --init lsuv --device cpu --batch 97
    exits 2
    has "97 is more than the 96 training samples" "$stderr"
}

@test "mistakes in inspect: one line each, and what is valid" {
    initlab inspect --samples 0
    exits 2
    has "from 1 to" "$stderr"
    tiny set
    initlab inspect --data set --samples 97 --layers in,out
    exits 2
    has "more than the training images" "$stderr"
    initlab inspect --plot signal.gif
    exits 2
    has ".svg" "$stderr"
    initlab inspect --figure histogram
    exits 2
    has "--figure histogram: --plot says where it goes" "$stderr"
    initlab inspect --plot x.svg --figure pie
    exits 2
    has "spectrum" "$stderr"
    [ ! -e x.svg ]
    initlab inspect --device cuda:7
    exits 69
    initlab inspect --layers in,8y3,out
    exits 2
    has "WIDTHxN" "$stderr"
}
