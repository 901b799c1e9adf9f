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
    # a line without an end takes no memory without an end
    for file in /dev/zero -; do
        run --separate-stderr bash -c 'ldd "$0" | grep -qE "lib[at]san" || ulimit -v 1000000; exec timeout 60 "$0" compare "$1" </dev/zero' "$INITLAB" "$file"
        exits 65
        has "$file:1: a line of more than 16777216 bytes" "$stderr"
    done
}

@test "a file of 200,000 runs is read in seconds" {
    yes '{"epoch":1,"cost":0.5}' | head -n 200000 >many.jsonl
    timeout 30 "$INITLAB" compare many.jsonl >out
    [ "$(wc -l <out)" -eq 200001 ]
    [ "$(tail -n 1 out | cut -d' ' -f1)" = many:200000 ]
}

# run_file FILE [COST...]: what train --out leaves, with an epoch for each cost
run_file()
{
    local file=$1 epoch=0
    shift
    mkdir -p "$(dirname "$file")"
    for cost; do
        echo "{\"epoch\":$((++epoch)),\"cost\":$cost,\"test_accuracy\":0.5}" >>"$file"
    done
    echo '{"status":"ok","test_accuracy":0.5}' >>"$file"
}

# names of the rows, in the order of their names
names() { tail -n +2 <<<"$output" | sed 's/  .*//' | LC_ALL=C sort | tr '\n' ' '; }

@test "every run has a name of its own, in the table and in the figure" {
    for file in a/run.jsonl b/run.jsonl x/c/run.jsonl y/c/run.jsonl one.jsonl two.jsonl same.json same.jsonl; do
        run_file $file 1 0.5
    done
    run_file two.jsonl 2 1.5 1
    initlab compare a/run.jsonl b/run.jsonl --plot two.svg
    [ "$status" -eq 0 ]
    [ "$(names)" = "a/run b/run " ]
    [ "$(grep -c '>a/run<\|>b/run<' two.svg)" -eq 2 ]
    initlab compare a/run.jsonl x/c/run.jsonl y/c/run.jsonl one.jsonl
    [ "$(names)" = "a/run one x/c/run y/c/run " ]
    initlab compare same.json same.jsonl one.jsonl one.jsonl "$PWD/a/run.jsonl" a/run.jsonl
    [ "$(names | tr ' ' '\n' | LC_ALL=C sort | tr '\n' ' ')" = \
        "$(LC_ALL=C sort <<<"(2)
$(basename "$PWD")/a/run
a/run
one
one
same.json
same.jsonl" | tr '\n' ' ')" ]
    initlab compare two.jsonl one.jsonl
    [ "$(names)" = "one two:1 two:2 " ]
    [ "$(awk '$1 == "two:2" { print $2, $3, $4 }' <<<"$output")" = "3 2.000000 1.000000" ]
    long=$(printf 'x%.0s' {1..90})
    run_file "$long-1.jsonl" 1 2
    run_file "$long-2.jsonl" 1 2
    initlab compare "$long-1.jsonl" "$long-2.jsonl" --plot long.svg
    [ "$(names)" = "$long-1 $long-2 " ]
    [ "$(grep -o '>x*…x*-[12]<' long.svg | sort -u | wc -l)" -eq 2 ]
}

@test "a run that was killed ends where the next begins; one stopped in its first epoch has a row" {
    head -c -1 < <(run_file /dev/stdout 3 2 1) | sed '$d' >runs.jsonl
    run_file runs.jsonl 5 4
    echo '{"status":"interrupted","test_accuracy":null}' >>runs.jsonl
    initlab compare runs.jsonl
    [ "$status" -eq 0 ]
    [ "$(names)" = "runs:1 runs:2 runs:3 " ]
    [ "$(awk '$1 == "runs:1" { print $2, $4, $6 }' <<<"$output")" = "3 1.000000 unfinished" ]
    [ "$(awk '$1 == "runs:2" { print $2, $4, $6 }' <<<"$output")" = "2 4.000000 ok" ]
    [ "$(awk '$1 == "runs:3" { print $2, $4, $6 }' <<<"$output")" = "0 - interrupted" ]
    echo '{"a": 1}' >>runs.jsonl
    initlab compare runs.jsonl
    exits 65
    has "runs.jsonl:8: neither an epoch nor the end of a run" "$stderr"
}

@test "- is standard input, and standard output of --plot: the table goes to standard error" {
    run_file a.jsonl 1 2
    run_file b.jsonl 2 2
    run --separate-stderr bash -c 'cat a.jsonl | "$INITLAB" compare - b.jsonl --plot -'
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    has ">stdin<" "$output"
    has "first cost" "$stderr"
    [ "$(wc -l <<<"$stderr")" -eq 3 ]
    [ ! -e ./- ]
    initlab compare - - <a.jsonl
    exits 2
    has "can be read once" "$stderr"
    run bash -c '"$INITLAB" compare a.jsonl --plot - >/dev/full'
    [ "$status" -eq 74 ]
}

@test "a figure is SVG, PNG or PDF: other endings are refused before anything is read" {
    for name in x.gif x.svg.txt losses; do
        initlab compare none.jsonl --plot $name
        exits 2
        has "'$name' does not end in .svg, .png or .pdf" "$stderr"
        [ ! -e $name ]
    done
    initlab compare none.jsonl --plot ./.svg
    exits 2
    has "'./.svg' has no name before its ending" "$stderr"
    initlab compare none.jsonl --plot no/such.svg
    exits 73
}
