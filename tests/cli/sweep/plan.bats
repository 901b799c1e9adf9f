# plan.bats - initlab sweep: what files and options mean; what cannot be is told before anything is trained.
load ../common
load sweep

@test "sweep plan prints packs, runs and memory, and trains nothing" {
    tiny set
    small
    initlab sweep plan sweep.yaml --data set --device cpu --pack-size 8
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    [ "$(grep -cE '^ +[12] +3 +20 +8 +[0-9.]+ MiB +[0-9.]+ MiB +[0-9.]+ s$' <<<"$output")" -eq 2 ]
    [[ $output =~ "one worker takes about "[0-9.]+" s, estimated"$ ]]
}

@test "sweep plan takes options and a sweep's folder, as sweep run does" {
    tiny set
    small
    runs=(--layers in,out --layers in,8,out --init he_normal,zeros --batch 8 --epochs 2 --seeds 0..9)
    initlab sweep plan "${runs[@]}" --data set --device cpu --pack-size 8
    [ "$status" -eq 0 ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    initlab sweep submit --engine mpi --kind cpu --out r --pack-size 8 --data set "${runs[@]}"
    initlab sweep plan r
    [ "$status" -eq 0 ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    initlab sweep plan r --device cuda
    exits 2
    has "--device: the sweep was planned for cpu" "$stderr"
    initlab sweep plan r --pack-size 9
    exits 2
    tiny other 64
    initlab sweep plan r --data other
    exits 65
    initlab sweep plan --lr 2..1 --data set
    exits 2
    has "--lr: " "$stderr"
    initlab sweep plan sweep.yaml --lr 1 --data set
    exits 2
    has "the file alone" "$stderr"
}

@test "sweep plan and run take the name of an installed sweep, as train takes a recipe's" {
    mkdir -p own/sweeps
    printf 'parameters: {init: zeros, batch: 8, epochs: 1, layers: "in,out"}\n' >own/sweeps/mine.yaml
    printf 'parameters: {init: zeros, batch: 8, epochs: 1, layers: "in,4,out"}\n' >own/sweeps/taken.yaml
    tiny set
    export INITLAB_DATA=$PWD/own
    initlab help sweeps
    has "mine" "$output"
    initlab sweep plan mine --data set --device cpu
    [ "$status" -eq 0 ]
    has "1 run" "$output"
    initlab sweep run mine --data set --out r --device cpu --quiet
    [ "$status" -eq 0 ]
    [ "$(query r 'SELECT layers FROM runs')" = in,out ]
    cp own/sweeps/mine.yaml taken # a file of that name is meant
    initlab sweep run taken --data set --out other --device cpu --quiet
    [ "$(query other 'SELECT layers FROM runs')" = in,out ]
    initlab sweep plan mnie --data set
    exits 65
    has "no file, folder or installed sweep 'mnie'; did you mean 'mine'?" "$stderr"
    mkdir -p own/sweeps/set/deeper
    cp own/sweeps/mine.yaml own/sweeps/set/first.yaml # in a folder: set/first, and no deeper
    cp own/sweeps/mine.yaml own/sweeps/set/deeper/second.yaml
    initlab help sweeps
    has "  set/first" "$output"
    run ! grep -q second <<<"$output"
    initlab sweep plan set/first --data set --device cpu
    [ "$status" -eq 0 ]
    has "1 run" "$output"
    initlab sweep plan set/frist --data set
    exits 65
    has "no file, folder or installed sweep 'set/frist'; did you mean 'set/first'?" "$stderr"
    initlab sweep plan ../sweeps/mine --data set
    exits 65
    has "cannot read '../sweeps/mine'" "$stderr"
    initlab sweep plan mine.yaml --data set
    exits 65
    has "cannot read 'mine.yaml'" "$stderr"
}

@test "sweep plan --measure estimates the time; --json has the numbers" {
    tiny set
    small
    initlab sweep plan sweep.yaml --data set --device cpu --measure --json
    [ "$status" -eq 0 ]
    python3 - "$output" <<'P'
import json, sys
o = json.loads(sys.argv[1])
assert o["runs"] == 40 and o["packs"] == 2 and o["pack_size"] == 32 and o["device"] == "cpu"
assert [k["runs"] for k in o["keys"]] == [20, 20]
assert all(0 < k["memory"] < k["memory_watched"] and 0 < k["seconds"] < 60 for k in o["keys"])
assert o["measured"] is True and abs(o["seconds"] - sum(k["seconds"] for k in o["keys"])) < 1e-6
P
    initlab sweep plan sweep.yaml --data set --device cpu --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["measured"] is False and o["seconds"] > 0' "$output"
}

@test "a backslash keeps a comma in a list" {
    tiny set
    "$INITLAB" init --layers 16,3 --save a,b.safetensors >/dev/null
    initlab sweep run --init "file:$PWD/a\\,b.safetensors,zeros" --data set --device cpu --layers in,out --batch 8 \
        --epochs 1 --out out
    [ "$status" -eq 0 ]
    has "file:path=$PWD/a\\,b.safetensors" "$output"
    has "zeros" "$output"
}

@test "mistakes in a sweep: one line each" {
    tiny set
    small
    initlab sweep plan nowhere.yaml
    exits 65
    has "nowhere.yaml" "$stderr"
    sed -i 's/he_normal/he_nromal/' sweep.yaml
    initlab sweep plan sweep.yaml --data set
    exits 65
    has "sweep.yaml:3:19: " "$stderr"
    has "did you mean 'he_normal'" "$stderr"
    initlab sweep
    exits 2
    has "run, plan, status" "$stderr"
    initlab sweep rnu
    exits 2
    initlab sweep plan
    exits 2
    small
    initlab sweep plan sweep.yaml --pack-size 0
    exits 2
    sed -i 's/batch: 8/batch: 9999/' sweep.yaml
    initlab sweep plan sweep.yaml --data set
    exits 65
    has "sweep.yaml:4:3: run 0 (" "$stderr"
    has "batch: 9999 is more than the 96 training samples" "$stderr"
}

@test "lists and ranges of options are a sweep, too" {
    tiny set
    initlab sweep run --data set --out r --init he_normal,glorot_uniform:gain=2 --init 'h*=zeros,out=he_normal' \
        --depth 1..2 --width 4..5 --lr 1e-2..1*10 --batch 8 --epochs 1 --seeds 0..1 --quiet
    [ "$status" -eq 0 ]
    [ "$(query r 'SELECT count(*) FROM runs')" = 72 ] # 3 schemes, 2 depths of 2 widths, 3 rates, 2 seeds
    initlab sweep plan --data set --depth 1 --width 4 --depth 2..3 --width 5,6 --batch 8 --epochs 1
    has "9 runs in " "$output"
    [ "$(query r 'SELECT DISTINCT lr FROM runs ORDER BY lr' | tr '\n' ' ')" = "0.01 0.1 1 " ]
    [ "$(query r 'SELECT DISTINCT layers FROM runs ORDER BY layers' | tr '\n' ' ')" = \
        "in,4,4,out in,4,out in,5,5,out in,5,out " ]
    [ "$(query r 'SELECT DISTINCT init FROM runs ORDER BY init' | tr '\n' ' ')" = \
        "glorot_uniform:gain=2 h*=zeros,out=he_normal he_normal " ]
}

@test "a run that cannot be is found before anything is trained" {
    tiny set
    initlab sweep run --data set --out r --init he_normal --batch 8,9999 --epochs 1
    exits 2
    has "batch=9999" "$stderr"
    [ ! -e r ]
    has "--batch: run 1 (" "$stderr"
    while read -r option value text; do
        initlab sweep run --data set --out r --batch 8 "$option" "$value"
        exits 2
        has "$option: $text" "$stderr"
        [[ $stderr != *options:* ]]
    done <<'E'
--lr 1..0 a range is FIRST..LAST
--weight-decay l2:x l2: factor must be a number
--seeds 1,x 'x' is not a whole number
--init he_nromal no scheme named 'he_nromal'; did you mean 'he_normal'?
--width 0 '0x1' is not a width
--width 4-8 expected numbers of units, as 64 or 16..256*2, not '4-8'
--width 4x2 expected numbers of units
--depth 1-10 expected numbers of hidden layers, as 1..10 or 2,4,8, not '1-10'
--depth 1:10 expected numbers of hidden layers
--depth 1e1 expected numbers of hidden layers
--lr 0.1:0.3 a range is FIRST..LAST
--epochs 1-3 a range is FIRST..LAST
--layers in-3-out,in-4-out between widths stand commas or dashes, not both
--layers in,3,out,in,4,out 'in' stands behind 'out', where a second network begins
E
    initlab sweep run --data set --out r --lr 1
    exits 2
    has "run 0: batch: 128 is more than the 96" "$stderr"
    initlab sweep run --data set --out r
    exits 2
    has "no sweep given" "$stderr"
    initlab sweep run --data set --batch 8
    exits 2
    has "--out" "$stderr"
    small
    initlab sweep run sweep.yaml --data set --out r --lr 1
    exits 2
    initlab sweep run nowhere --data set --out r
    exits 65
    initlab sweep run sweep.yaml --data set --out -
    exits 2
    has "--out: a sweep's results are a folder" "$stderr"
    initlab sweep submit sweep.yaml --data set --engine slurm --out -
    exits 2
    [ ! -e ./- ]
    initlab sweep run sweep.yaml --data set --out r --devices gpu
    exits 2
    initlab sweep run sweep.yaml --data set --out r --shard 3/2
    exits 2
    for words in '--max-failures x' '--max-failures 0' '--checkpoint 1.5' '--fail-fast --keep-going' \
        '--fail-fast --max-failures 2' '--keep-going --max-failures 2'; do
        # shellcheck disable=SC2086 # words
        initlab sweep run sweep.yaml --data set --out r $words
        exits 2
    done
    initlab sweep run sweep.yaml --data set --out r --by initt
    exits 2
    has "did you mean 'init'" "$stderr"
    mkdir full; : >full/file
    initlab sweep run sweep.yaml --data set --out full
    exits 2
    has "not empty" "$stderr"
    initlab sweep status full
    exits 65
    [ ! -e r ]
}

@test "a sweep's file may be standard input; its mistakes are told of stdin" {
    tiny set
    initlab sweep plan - --data set --device cpu <<<'parameters: {layers: "in,out", batch: 8, epoch: 1}'
    exits 65
    has "stdin:1:" "$stderr"
    initlab sweep plan - --data set --device cpu <<<'parameters: {layers: "in,out", batch: 8, epochs: 1}'
    [ "$status" -eq 0 ]
    has "1 runs in 1 packs" "$output"
}

@test "a run that cannot be trained fails alone in its pack; sweep plan refuses it" {
    tiny set
    "$INITLAB" init --layers 16,4,3 --init ones --save w.safetensors
    cat >sweep.yaml <<Y
parameters:
  layers: ["in,4,out", "in,5,out"]
  init: ["h1=file:path=$PWD/w.safetensors", he_normal]
  batch: 8
  epochs: 2
seeds: 0..1
Y
    wrong="layer1.weight is 16 x 4, but 16 x 5 is wanted"
    initlab sweep plan sweep.yaml --data set --device cpu
    exits 65
    has "run 4 (layers=in,5,out, init=h1=file:path=$PWD/w.safetensors, seed=0): $PWD/w.safetensors: $wrong" "$stderr"
    has "2 of the 8 runs cannot be trained, 'sweep run' trains the others" "$stderr"
    initlab sweep run sweep.yaml --data set --out r --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "pack 1: 2 of its 4 runs failed: $PWD/w.safetensors: $wrong" "$stderr"
    has "2 runs of 1 pack failed; 'initlab sweep retry r --failed' tries them again" "$stderr"
    initlab sweep status r
    has "done           6 runs, 2 packs, 100 % of the cost" "$output"
    has "failed         2 runs, 0 packs" "$output"
    has "pack 1: 2 of its 4 runs failed, 1 attempt: $PWD/w.safetensors: $wrong" "$output"
    initlab sweep status r --json
    python3 -c 'import json, sys; o = json.loads(sys.argv[1]); f = o["failures"][0]; \
        assert (o["done"], o["failed"], o["left"]) == (6, 2, 0) and (f["pack"], f["runs"], f["failed"]) == (1, 4, 2), o' "$output"
    [ "$(query r 'SELECT number, status, error FROM runs WHERE pack = 1 ORDER BY number')" = \
        "4|failed|$PWD/w.safetensors: $wrong
5|failed|$PWD/w.safetensors: $wrong
6|ok|None
7|ok|None" ]
    initlab sweep rerun r "$(query r 'SELECT run_id FROM runs WHERE number = 4')"
    exits 65
    has "the run cannot be trained: $PWD/w.safetensors: $wrong" "$stderr"
    initlab sweep rerun r "$(query r 'SELECT run_id FROM runs WHERE number = 6')"
    [ "$status" -eq 0 ]
    has "to the bit" "$output"
    initlab sweep run sweep.yaml --data set --out fast --devices cpu:1 --quiet --fail-fast
    [ "$status" -eq 1 ]
    has "stopped after 1 failed pack" "$stderr"

    # other content is no longer this sweep; and of what was not there nobody knows what it was to be
    rm w.safetensors
    initlab sweep run sweep.yaml --data set --out late --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "4 runs of 2 packs failed" "$stderr"
    rows='SELECT epochs.* FROM epochs JOIN runs USING (run_id) WHERE pack = 1 ORDER BY number, epoch'
    others=$(query late "$rows")
    "$INITLAB" init --layers 16,5,3 --init ones --save w.safetensors
    initlab sweep retry r --failed --devices cpu:1 --quiet
    exits 65
    has "is not what it was when the sweep was made" "$stderr"
    initlab sweep retry late --failed --devices cpu:1 --quiet
    [ "$status" -eq 1 ]
    has "pack 0: 2 of its 4 runs failed: '$PWD/w.safetensors' could not be read when the sweep was made" "$stderr"
    initlab sweep status late
    has "failed         4 runs, 0 packs" "$output"
    [ "$(query late 'SELECT number, status FROM runs WHERE pack = 1 ORDER BY number' | tr '\n' ' ')" = \
        "4|failed 5|failed 6|ok 7|ok " ]
    [ "$(query late "$rows" | tail -n 4)" = "$others" ]
}

@test "sweep plan refuses an arithmetic that its device does not have" {
    tiny set
    initlab sweep plan --math tf32 --layers in,out --batch 8 --data set --device cpu
    exits 69
    has "tf32 and bf16 are for GPUs" "$stderr"
}

@test "20,000 runs: planned within a second, the supervisor within 200 MB" {
    ! ldd "$INITLAB" | grep -qE 'lib[at]san' || skip "built with sanitizers"
    tiny set
    cat >big.yaml <<'Y'
parameters:
  init: {values: [he_normal, glorot_uniform, orthogonal, zeros]}
  activation: [relu, tanh, sigmoid, gelu, elu]
  lr: 0.01..0.1+0.01
  batch: 96
  epochs: 1
seeds: 0..99
Y
    python3 - "$INITLAB" <<'P'
import os, resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run([sys.argv[1], "sweep", "plan", "big.yaml", "--data", "set", "--device", "cpu"], check=True,
               stdout=subprocess.DEVNULL)
seconds = time.monotonic() - begin
print(f"planned in {seconds:.2f} s")
done = subprocess.Popen([sys.argv[1], "sweep", "run", "big.yaml", "--data", "set", "--out", "r", "--devices", "cpu:2",
                         "--quiet"], stdout=subprocess.DEVNULL)
peak = 0
while done.poll() is None:
    try:
        peak = max(peak, *(int(line.split()[1]) for line in open(f"/proc/{done.pid}/status") if "VmHWM" in line))
    except (OSError, TypeError):
        pass
    time.sleep(0.05)
print(f"the supervisor took {peak / 1024:.0f} MiB")
assert done.returncode == 0 and 0 < peak < 200 * 1024, (done.returncode, peak)
P
    [ "$(query r 'SELECT count(*) FROM runs')" = 20000 ]
}
