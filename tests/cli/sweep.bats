# sweep.bats - initlab sweep plan.
load common

small()
{
    cat >sweep.yaml <<'Y'
parameters:
  layers: ["in,out", "in,8,out"]
  init: {values: [he_normal, zeros]}
  batch: 8
  epochs: 2
seeds: 0..9
Y
}

@test "sweep plan prints packs, runs and memory, and trains nothing" {
    tiny set
    small
    initlab sweep plan sweep.yaml --data set --device cpu --pack-size 8
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    has "40 runs in 6 packs of at most 8 on cpu" "$output"
    [ "$(grep -cE '^ +[12] +3 +20 +8 ' <<<"$output")" -eq 2 ]
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
assert all(k["memory"] > 0 and 0 < k["seconds"] < 60 for k in o["keys"])
P
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
    initlab sweep plan
    exits 2
    small
    initlab sweep plan sweep.yaml --pack-size 0
    exits 2
    sed -i 's/batch: 8/batch: 9999/' sweep.yaml
    initlab sweep plan sweep.yaml --data set
    exits 2
    has "more than the 96 training samples" "$stderr"
}
