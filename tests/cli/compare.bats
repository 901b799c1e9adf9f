# compare.bats - one table and one figure of what `train --out` left.
load common

two_runs()
{
    tiny data
    for init in zeros normal; do
        "$INITLAB" train --data data --device cpu --batch 8 --epochs 3 --init $init --quiet \
            --out $init.jsonl >/dev/null
    done
}

@test "a line a run, the best first, and every curve in the figure" {
    two_runs
    initlab compare zeros.jsonl normal.jsonl --plot both.svg
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    has "zeros" "$output"
    has "normal" "$output"
    first=$(echo "${lines[1]}" | awk '{print $5}')
    second=$(echo "${lines[2]}" | awk '{print $5}')
    awk -v a="$first" -v b="$second" 'BEGIN { exit !(a >= b) }'
    for run in zeros normal; do
        cost=$(python3 -c 'import json, sys; print("%.6f" % json.loads(open(sys.argv[1]).readlines()[2])["cost"])' $run.jsonl)
        grep -q "$cost" <<<"$output"
        grep -q ">$run<" both.svg
    done
}

@test "a run that was killed is shown as far as it came, a diverged one as diverged" {
    two_runs
    head -n 2 normal.jsonl >killed.jsonl
    "$INITLAB" train --data data --device cpu --batch 8 --epochs 2 --init zeros --output relu \
        --loss cross_entropy:log=raw --quiet --out nan.jsonl >/dev/null
    initlab compare killed.jsonl nan.jsonl
    [ "$status" -eq 0 ]
    has "unfinished" "$output"
    has "diverged" "$output"
    [[ $(grep nan <<<"$output") == *"  -  "* ]]
}

@test "mistakes: no file, a file that is not there, one that train did not write" {
    initlab compare
    exits 2
    initlab compare none.jsonl
    exits 65
    has "none.jsonl" "$stderr"
    echo '{"epoch": 1' >half.jsonl
    initlab compare half.jsonl
    exits 65
    has "half.jsonl:1" "$stderr"
    : >empty.jsonl
    initlab compare empty.jsonl
    exits 65
}
