# selftest.bats - initlab selftest.
load common

@test "selftest of the CPU: every op, columns, trainings; a line each, and what it was" {
    initlab selftest -r 1 --device cpu
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    for op in fill orthogonal gather activate loss sgd adam gemm record; do
        has "op $op " "$output"
    done
    has "equal columns of products" "$output"
    has "training 784-64-32-10" "$output"
    has "0 failed" "$output"
    [[ $output != *FAIL* ]]
}

@test "selftest --json has every check, and its seed" {
    initlab selftest -r 1 --device cpu --json --seed 11
    [ "$status" -eq 0 ]
    python3 -c '
import json, sys
o = json.loads(sys.argv[1])
assert o["seed"] == 11 and o["level"] == 1 and o["failed"] == 0 and o["device"] == "cpu"
assert len(o["checks"]) > 20 and all(c["good"] for c in o["checks"])' "$output"
}

@test "a GPU that is asked for and not there is 69, also where auto may not be the CPU" {
    initlab selftest --device cuda:0
    exits 69
    INITLAB_REQUIRE_CUDA=1 initlab selftest
    exits 69
    has INITLAB_REQUIRE_CUDA "$stderr"
}

@test "mistakes in selftest" {
    initlab selftest -r 4
    exits 2
    has "1|2|3" "$stderr"
    for seed in x 18446744073709551616; do
        initlab selftest --seed $seed
        exits 2
    done
}
