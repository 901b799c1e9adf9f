# schemes.bats - initlab schemes and initlab init.
load common

@test "schemes lists every scheme with its law for a layer" {
    initlab schemes --fan-in 784 --fan-out 10
    [ "$status" -eq 0 ]
    has "784 -> 10" "$output"
    [[ $output == *"glorot_uniform       uniform            0.05018856    -0.08692914 to 0.08692914"* ]]
    rows=$("$INITLAB" schemes --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')
    [ "$rows" -ge 40 ]
    [ "$(grep -c . <<<"$output")" -eq $((rows + 1)) ]
}

@test "a scheme: law, bias and rate as numbers, and what frameworks call it" {
    initlab schemes he_normal:gain=auto --activation gelu --fan-in 512 --fan-out 512
    [ "$status" -eq 0 ]
    has "std 0.06777" "$output"     # 1.5335304 / sqrt 512
    has "torch.kaiming_normal_" "$output"
    initlab schemes torch.nn.Linear --fan-in 784 --json
    python3 - "$output" <<'P'
import json, math, sys
o = json.loads(sys.argv[1])
assert o["name"] == "torch"
for tensor in ("weights", "bias"):
    assert abs(o[tensor]["high"] * 28 - 1) < 1e-6 and o[tensor]["law"] == "uniform"
assert abs(o["weights"]["std"] * 28 * math.sqrt(3) - 1) < 1e-6
P
    initlab schemes mup --of 3 --layer 3 --fan-in 256 --fan-out 10
    has "learning rate times 0.5" "$output"
}

@test "a point on the edge of chaos that q leaves is told, with its slope" {
    initlab schemes edge_of_chaos:q=0.25 --activation gelu
    has "keeps q  0.25 from layer to layer, slope dq'/dq 1.105, unstable: q leaves this point" "$output"
    initlab schemes edge_of_chaos:q=stable --activation gelu
    has "keeps q  5.1086" "$output"
    has "slope dq'/dq 0.99" "$output"
    [[ $output != *unstable* ]]
    initlab schemes --activation gelu
    has "unstable: q leaves this point" "$(grep "^edge_of_chaos " <<<"$output")"
    initlab schemes --activation tanh
    [[ $output != *unstable* ]]
    initlab schemes edge_of_chaos --activation silu --json
    python3 - "$output" <<'P'
import json, sys
weights = json.loads(sys.argv[1])["weights"]
assert weights["keeps_q"] == 1 and abs(weights["slope"] - 1.0993) < 1e-4 and weights["unstable"] is True
P
}

@test "a scheme that has no law here is still shown" {
    for name in file load autoinit; do
        initlab schemes $name
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        has "for layer 1 of 1" "$output"
        initlab schemes $name --json
        python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["formula"] and "weights" not in o' "$output"
    done
    initlab schemes file
    has "weights  what the file has" "$output"
    has "path" "$output"
    initlab schemes autoinit
    has "needs a dataset" "$output"
    has "Bingham" "$output"
    initlab schemes file:path=x.npy
    [ "$status" -eq 0 ]
    has "weights  what the file has" "$output"
    has "bias     what the file has, or 0" "$output"
    [[ $output != *constant* ]]
    initlab schemes random_walk:1 --activation tanh
    exits 2
}

@test "mistakes in a scheme or a layer: 2, one line, the nearest name" {
    initlab schemes he_nromal
    exits 2
    has "did you mean 'he_normal'" "$stderr"
    initlab schemes he_normal --fan-in 0
    exits 2
    has "--fan-in" "$stderr"
    initlab schemes he_normal --layer 3
    exits 2
    initlab schemes he_normal:gain=auto --activation softmax
    exits 2
    has "whole rows" "$stderr"
    initlab schemes he_normal --activation tanhh
    exits 2
    has "'tanh'" "$stderr"
}

@test "init saves what train begins with" {
    tiny data
    initlab init --data data --batch 8 --layers in,8,out --init he_normal --seed 5 --save w.safetensors
    [ "$status" -eq 0 ]
    has "norm" "$output"
    "$INITLAB" train --data data --device cpu --layers in,8,out --batch 8 --epochs 2 --seed 5 \
        --init he_normal --quiet --out a.jsonl >/dev/null
    "$INITLAB" train --data data --device cpu --layers in,8,out --batch 8 --epochs 2 --seed 6 \
        --init file:w.safetensors --quiet --out b.jsonl >/dev/null
    for run in a b; do
        python3 -c 'import json, sys
for line in open(sys.argv[1]):
    print(json.loads(line).get("cost"))' $run.jsonl >$run.txt
    done
    cmp a.txt b.txt
}

@test "init takes any widths, and needs a dataset only for schemes that look at one" {
    initlab init --layers 7,3,2 --init orthogonal --save odd.npy
    [ "$status" -eq 0 ]
    [ -s odd.layer2.bias.npy ]
    initlab init --layers 784,30,1 --init 'h*=torch,out=he_normal' --save one.safetensors
    [ "$status" -eq 0 ]
    initlab init --layers 784,30,1 --init file:one.safetensors --save two.safetensors
    cmp one.safetensors two.safetensors
    initlab init --layers 5,1000
    [ "$status" -eq 0 ]
    initlab init --layers 1,1
    [ "$status" -eq 0 ]
    initlab init --layers 7,3,2 --init lsuv
    exits 2
    has "784 pixels" "$stderr"
    tiny data
    initlab init --data data --batch 8 --layers in,4,out --init lsuv
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    initlab init --layers 7,3,2 --init orthogonal --save no/w.npy
    exits 73
}

@test "weights from a file: wrong shapes and damaged files are named" {
    tiny data
    "$INITLAB" init --data data --batch 8 --layers in,8,out --save w.safetensors >/dev/null
    for bad in "in,9,out w.safetensors 65" "in,8,out none.npy 65" "in,8,out w.bin 2"; do
        set -- $bad
        initlab init --data data --batch 8 --layers "$1" --init "file:$2"
        exits "$3"
        has "$2" "$stderr"
    done
    # bytes after the end, or of no tensor between two
    cp w.safetensors long.safetensors
    printf abc >>long.safetensors
    initlab init --data data --batch 8 --layers in,8,out --init file:long.safetensors
    exits 65
    has "3 bytes after its last tensor are of none" "$stderr"
    "$INITLAB" init --layers 16,3 --save w.npy >/dev/null
    cp w.layer1.weight.npy long.npy
    printf abc >>long.npy
    initlab init --layers 16,3 --init file:long.npy
    exits 65
    has "195 bytes, not those of 16 x 3 numbers" "$stderr"
    python3 - <<'P'
import json, struct
head = json.dumps({"layer1.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]},
                   "b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}).encode()
open("hole.safetensors", "wb").write(struct.pack("<Q", len(head)) + head + bytes(12))
both = head.replace(b"[0, 4]", b"[4, 8]").replace(b"[8, 12]", b"[6, 10]") + b" "  # a hole as long as what is shared
open("both.safetensors", "wb").write(struct.pack("<Q", len(both)) + both + bytes(10))
tail = head.replace(b"[8, 12]", b"[4, 8]") + b" \0{"
open("tail.safetensors", "wb").write(struct.pack("<Q", len(tail)) + tail + bytes(8))
P
    python3 -c 'import struct
head = "{\x27descr\x27: \x27<f4\x27, \x27fortran_order\x27: 1, \x27shape\x27: (1, 1), }\n".encode()
open("order.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(4))'
    initlab init --layers 1,1 --init file:order.npy
    exits 65
    has "the header is not that of an array" "$stderr"
    for name in hole both; do
        initlab init --layers 1,1 --init file:$name.safetensors
        exits 65
        has "overlap, or leave bytes between them" "$stderr"
    done
    initlab init --layers 1,1 --init file:tail.safetensors
    exits 65
    has "the header is no JSON object" "$stderr"
    head -c 100 w.safetensors >cut.safetensors
    initlab init --data data --batch 8 --layers in,8,out --init file:cut.safetensors
    exits 65
}

@test "a path is as it is written, whatever is in it" {
    for folder in lr=0.1 'a:b' 'a,b' 'k=1,l=2:m=3' 'back\slash'; do
        mkdir "$folder"
        "$INITLAB" init --layers 4,3 --init ones --save "$folder/w.safetensors" >/dev/null
        for init in "file:$folder/w.safetensors" "out=file:$folder/w.safetensors,b=zeros" "file:path=$folder/w.safetensors" \
            "file:$folder/w.safetensors:transpose=no" "file:$folder/w.safetensors,name=layer1"; do
            initlab init --layers 4,3 --init "$init" --save again.npy
            [ "$status" -eq 0 ]
            [ "$(tail -c 48 again.layer1.weight.npy | od -An -v -tf4 -w4 | sort -u | tr -d ' \n')" = 1 ]
        done
    done
    # train's record has its content's sum
    tiny data
    "$INITLAB" init --layers 16,3 --init he_normal --save 'a:b/w.safetensors' >/dev/null
    initlab train --data data --device cpu --init 'file:a:b/w.safetensors' --batch 8 --epochs 1 --out run.jsonl --quiet
    [ "$status" -eq 0 ]
    sum=$(sha256sum a:b/w.safetensors)
    has "\"files\":{\"a:b/w.safetensors\":\"${sum%% *}\"}" "$(tail -n 1 run.jsonl)"
    initlab train --data data --device cpu --batch 8 --epochs 1 --out run.jsonl --quiet
    [[ $(tail -n 1 run.jsonl) != *'"files"'* ]]
    initlab init --layers 4,3 --init "file:lr=0.1/w.safetensors,b=const:x"
    exits 2
    has "value must be a number" "$stderr"
}

@test "weights from files that others wrote: names, types, commas in a path" {
    python3 - <<'P'
import json, struct

def save(path, tensors):
    header, data = {}, b""
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)

def npy(path, descr, raw):
    text = str({"descr": descr, "fortran_order": False, "shape": (2, 3)}).encode().ljust(117) + b"\n"
    open(path, "wb").write(b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text + raw)

# a half's smallest numbers and its largest
half = struct.pack("<6e", 1.5, -2, 0.25, 2**-14, 2**-24, -65504)
bfloat = b"".join(struct.pack("<f", x)[2:] for x in (1, -2, 0.5, 3, -0.25, 2**-100))
save("net,1:a.safetensors", {"0.weight": ("F16", [3, 2], half), "0.bias": ("F32", [3], struct.pack("<3f", 1, 2, 3)),
     "head/kernel": ("BF16", [3, 2], bfloat)})
save("bad.safetensors", {"layer1.weight": ("F64", [2, 3], struct.pack("<6d", 1, float("nan"), 1e300, 4, 5, 6))})
npy("half.npy", "<f2", half)
npy("bytes.npy", "|u1", bytes(6))
P
    file='file:net\,1\:a.safetensors'
    initlab init --layers 2,3,2 --init "h1=$file:transpose=yes:name=0,out=$file:name=head/kernel" --save w.safetensors
    [ "$status" -eq 0 ]
    python3 - <<'P'
import json, struct
raw = open("w.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
head = json.loads(raw[8:8 + n])
def read(name):
    a, b = head[name]["data_offsets"]
    return list(struct.unpack(f"<{(b - a) // 4}f", raw[8 + n + a:8 + n + b]))
assert read("layer1.weight") == [1.5, 0.25, 2**-24, -2, 2**-14, -65504]
assert read("layer1.bias") == [1, 2, 3]     # 0.bias comes along
assert read("layer2.weight") == [1, -2, 0.5, 3, -0.25, 2**-100]
assert read("layer2.bias") == [0, 0]        # there is none
P
    initlab init --layers 2,3 --init file:half.npy
    [ "$status" -eq 0 ]
    initlab init --layers 2,3 --init file:half.npy:name=a
    exits 2
    has "name is for .safetensors files" "$stderr"
    initlab init --layers 2,3 --init "$file"
    exits 65
    has "no tensor named 'layer1.weight' in it; there is '0.weight'" "$stderr"
    initlab init --layers 2,3 --init file:bad.safetensors
    exits 65
    has "2 of the 6 numbers of layer1.weight are not finite" "$stderr"
    initlab init --layers 2,3 --init file:bytes.npy
    exits 65
    has "numbers of type '|u1'; valid are '<f2', '<f4' and '<f8'" "$stderr"
}

@test "a layer behind a dead one is left as drawn by schemes that fit, and that is said once" {
    tiny data
    for scheme in lsuv kraehenbuehl; do
        for command in train init inspect; do
            options=(--batch 64)
            [ $command = train ] && options+=(--epochs 1)
            [ $command = inspect ] && options=(--samples 64)
            initlab $command --data data "${options[@]}" --layers in,5,3,out \
                    --init "h*=$scheme,h1=const:-1,out=$scheme"
            [ "$status" -eq 0 ]
            has "left as drawn, as what comes in is the same for every sample, or too small or large to be fitted: h2 (3 of 3 units), out (3 of 3 units)" "$stderr"
            [ "$(grep -c 'left as drawn' <<<"$stderr")" -eq 1 ]
            [[ $output != *inf* && $output != *nan* ]]
        done
    done
    initlab train --data data --quiet --epochs 1 --batch 64 --layers in,5,3,out --init "h*=lsuv,h1=const:-1,out=zeros"
    [ -z "$stderr" ]
    # no float times a weight makes 1e30 of 1e-10
    initlab init --data data --batch 64 --layers in,5,4,out --init "lsuv:std=1e30,h1=normal:0:1e-10,out=zeros"
    [ "$status" -eq 0 ]
    has "large to be fitted: h2 (4 of 4 units)" "$stderr"
    [[ $output != *inf* && $output != *nan* ]]
}

@test "init shows the spread of weights far from 0, and none of equal ones" {
    initlab init --layers 1000,300 --init normal:1000:0.001
    [ "$(awk 'NR == 2 { print ($5 > 0.00099 && $5 < 0.00101) }' <<<"$output")" = 1 ]
    initlab init --layers 784,256 --init const:.3
    [ "$(awk 'NR == 2 { print $4, $5 }' <<<"$output")" = "0.3 0" ]
    initlab schemes trunc_normal:mean=0:std=1:low=1:high=1.00001 --fan-in 5 --fan-out 5
    has "std 2.89" "$output"
}
