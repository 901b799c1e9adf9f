# compare.bats - what `train --out` left: as groups, and with --runs as one table and one figure.
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
    initlab compare --runs zeros.jsonl normal.jsonl --plot both.svg
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
    initlab compare --runs killed.jsonl nan.jsonl
    [ "$status" -eq 0 ]
    has "unfinished" "$output"
    has "diverged" "$output"
    [[ $(grep nan <<<"$output") == *"  -  "* ]]
}

@test "--runs says which runs are stuck, as a sweep's folder does, and draws no costs of different losses together" {
    tiny data
    for init in he_normal zeros; do
        "$INITLAB" train --layers in,8,out --data data --device cpu --batch 8 --epochs 4 --lr 0.5 --init $init --quiet \
            --out $init.jsonl >/dev/null
    done
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --lr 0.5 --data data --devices cpu:1 --batch 8 --epochs 4 \
        --quiet --out r >/dev/null
    initlab compare --runs he_normal.jsonl zeros.jsonl --plot both.svg
    [ "$status" -eq 0 ]
    for init in he_normal zeros; do
        [ "$(awk -v run=$init '$1 == run { print $6 }' <<<"$output")" = "$("$INITLAB" sweep show r | awk "/init=$init/ { print \$3 }")" ]
    done
    [ "$(awk '$1 == "zeros" { print $6 }' <<<"$output")" = stuck ]
    sed 's/"stuck":true,//' zeros.jsonl >older.jsonl # before there was the key
    initlab compare --runs older.jsonl
    [ "$(awk '$1 == "older" { print $6 }' <<<"$output")" = ok ]

    "$INITLAB" train --layers in,8,out --data data --device cpu --batch 8 --epochs 2 --loss mse --quiet --out mse.jsonl >/dev/null
    "$INITLAB" train --layers in,8,out --data data --device cpu --batch 8 --epochs 2 --label-smoothing 0.1 --quiet \
        --out smooth.jsonl >/dev/null
    initlab compare --runs he_normal.jsonl mse.jsonl
    [ "$status" -eq 0 ]
    for other in mse:loss smooth:label_smoothing; do
        for where in "--plot no.svg" --term "--plot -"; do
            # shellcheck disable=SC2086
            initlab compare --runs he_normal.jsonl zeros.jsonl ${other%:*}.jsonl $where
            exits 2
            has "the runs differ in ${other#*:}, and costs of different definitions cannot be compared: name files of one" "$stderr"
        done
    done
    [ ! -e no.svg ]
    head -n 1 mse.jsonl >killed.jsonl # it does not say what it was
    initlab compare --runs he_normal.jsonl killed.jsonl --plot yes.svg
    [ "$status" -eq 0 ]
}

@test "mistakes: no file, a file that is not there, one that train did not write" {
    initlab compare
    exits 2
    mkdir folder
    initlab compare folder
    exits 65
    has "'folder' is a folder, and not a sweep's" "$stderr"
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
    timeout 30 "$INITLAB" compare --runs many.jsonl >out
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
    initlab compare --runs a/run.jsonl b/run.jsonl --plot two.svg
    [ "$status" -eq 0 ]
    [ "$(names)" = "a/run b/run " ]
    [ "$(grep -c '>a/run<\|>b/run<' two.svg)" -eq 2 ]
    initlab compare --runs a/run.jsonl x/c/run.jsonl y/c/run.jsonl one.jsonl
    [ "$(names)" = "a/run one x/c/run y/c/run " ]
    initlab compare --runs same.json same.jsonl one.jsonl one.jsonl "$PWD/a/run.jsonl" a/run.jsonl
    [ "$(names | tr ' ' '\n' | LC_ALL=C sort | tr '\n' ' ')" = \
        "$(LC_ALL=C sort <<<"(2)
$(basename "$PWD")/a/run
a/run
one
one
same.json
same.jsonl" | tr '\n' ' ')" ]
    initlab compare --runs two.jsonl one.jsonl
    [ "$(names)" = "one two:1 two:2 " ]
    [ "$(awk '$1 == "two:2" { print $2, $3, $4 }' <<<"$output")" = "3 2.000000 1.000000" ]
    long=$(printf 'x%.0s' {1..90})
    run_file "$long-1.jsonl" 1 2
    run_file "$long-2.jsonl" 1 2
    initlab compare --runs "$long-1.jsonl" "$long-2.jsonl" --plot long.svg
    [ "$(names)" = "$long-1 $long-2 " ]
    [ "$(grep -o '>x*…x*-[12]<' long.svg | sort -u | wc -l)" -eq 2 ]
}

@test "a run that was killed ends where the next begins; one stopped in its first epoch has a row" {
    head -c -1 < <(run_file /dev/stdout 3 2 1) | sed '$d' >runs.jsonl
    run_file runs.jsonl 5 4
    echo '{"status":"interrupted","test_accuracy":null}' >>runs.jsonl
    initlab compare --runs runs.jsonl
    [ "$status" -eq 0 ]
    [ "$(names)" = "runs:1 runs:2 runs:3 " ]
    [ "$(awk '$1 == "runs:1" { print $2, $4, $6 }' <<<"$output")" = "3 1.000000 unfinished" ]
    [ "$(awk '$1 == "runs:2" { print $2, $4, $6 }' <<<"$output")" = "2 4.000000 ok" ]
    [ "$(awk '$1 == "runs:3" { print $2, $4, $6 }' <<<"$output")" = "0 - interrupted" ]
    echo '{"a": 1}' >>runs.jsonl
    initlab compare --runs runs.jsonl
    exits 65
    has "runs.jsonl:8: neither an epoch nor the end of a run" "$stderr"
}

@test "- is standard input, and standard output of --plot: the table goes to standard error" {
    run_file a.jsonl 1 2
    run_file b.jsonl 2 2
    run --separate-stderr bash -c 'cat a.jsonl | "$INITLAB" compare --runs - b.jsonl --plot -'
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    has ">stdin<" "$output"
    has "first cost" "$stderr"
    [ "$(wc -l <<<"$stderr")" -eq 3 ]
    [ ! -e ./- ]
    initlab compare --runs - - <a.jsonl
    exits 2
    has "can be read once" "$stderr"
    run bash -c '"$INITLAB" compare --runs a.jsonl --plot - >/dev/full'
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

# trained FILE OPTIONS...
trained()
{
    "$INITLAB" train --layers in,8,out --data data --device cpu --batch 8 --epochs 2 --validation 16 --quiet \
        --out "$@" >/dev/null
}

swept()
{
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --data data --devices cpu:1 --batch 8 --epochs 2 \
        --validation 16 --quiet --out "$@" >/dev/null
}

@test "files of single runs are groups as a sweep of the same runs is, to the byte, and mix with it" {
    tiny data
    swept r --seeds 0..5
    for seed in 0 1 2 3 4 5; do
        for init in he_normal zeros; do
            trained $init-$seed.jsonl --init $init --seed $seed
        done
    done
    for format in text csv json jsonl md tex; do
        for more in "" "--metric validation_accuracy --target 0.6" "--control zeros" "--by init,seed"; do
            # shellcheck disable=SC2086 # words
            initlab compare r -o $format $more
            [ "$status" -eq 0 ]
            want=$output
            # shellcheck disable=SC2086
            initlab compare he_normal-?.jsonl zeros-?.jsonl -o $format $more
            [ "$status" -eq 0 ]
            [ "$output" = "$want" ]
        done
    done
    initlab compare r
    has "validation " "$output"
    has "--metric validation_accuracy ranks by samples held back" "$output"
    want=$output
    # one file of all, the half of them with a folder of the rest, one twice: each run counts once
    cat he_normal-?.jsonl zeros-?.jsonl >all.jsonl
    swept half --seeds 0..2
    for inputs in "all.jsonl he_normal-3.jsonl all.jsonl" "half all.jsonl" "he_normal-1.jsonl half r zeros-5.jsonl"; do
        # shellcheck disable=SC2086
        initlab compare $inputs
        [ "$status" -eq 0 ]
        has "there more than once: each counts once" "$output"
        [ "$(grep -v "more than once" <<<"$output")" = "$want" ]
    done
    initlab compare all.jsonl all.jsonl -o csv
    has "12 runs are there more than once: each counts once" "$stderr"
    initlab compare - <all.jsonl
    [ "$output" = "$want" ]
    initlab report half he_normal-?.jsonl zeros-?.jsonl -o page.html
    [ "$status" -eq 0 ]
    python3 - <<'P'
import json, re
data = json.loads(re.search('<script type="application/json" id="data">(.*?)</script>', open("page.html").read(), re.S)[1])
assert len(data["rows"]) == 12 and data["rerun"][1] is None and data["rerun"][0].startswith("initlab sweep rerun half")
P
}

@test "of a file's runs those that ended count; what they were must be there, and be possible" {
    tiny data
    trained a.jsonl --init he_normal
    trained b.jsonl --init zeros --diag every=epoch
    head -n 1 a.jsonl >killed.jsonl
    initlab compare killed.jsonl
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    has "no run of 'killed.jsonl' has ended yet; --runs shows how far it came" "$stderr"
    cat killed.jsonl a.jsonl b.jsonl >two.jsonl # the first ends where the next begins
    initlab compare two.jsonl
    [ "$status" -eq 0 ]
    has "left out: 1 run of files that had not ended" "$output"
    [ "$(grep -c '^he_normal  \|^zeros  ' <<<"$output")" -eq 2 ]
    initlab compare two.jsonl --runs
    [ "${#lines[@]}" -eq 4 ]
    # a.jsonl, edited by sed, and what is said then
    while IFS='|' read -r edit said; do
        sed "$edit" a.jsonl >bad.jsonl
        ! cmp -s a.jsonl bad.jsonl
        initlab compare bad.jsonl
        exits 65
        has "bad.jsonl:" "$stderr"
        has "$said" "$stderr"
    done <<'E'
1s/"cost":[^,]*/"cost":NaN/|bad.jsonl:1: not an object
1s/"cost":[^,]*/"cost":"0.5"/|bad.jsonl:1: an epoch with numbers that no run has
2s/"test_accuracy":[^,]*/"test_accuracy":1.5/|bad.jsonl:2: an epoch with numbers that no run has
3s/"config"/"konfig"/|bad.jsonl:3: the end of a run that does not say what it was: 'config' is missing
3s/"data_sum"/"sum"/|'data_sum' is missing
3s/"he_normal"/"he_norma"/|did you mean 'he_normal'
3s/"he_normal"/["he_normal"]/|a value of 'config'
3s/"init"/"inlt"/|inlt
3s/"epochs":2,"seed"/"epochs":3,"seed"/|not all of its epochs are there
1d|not all of its epochs are there
3s/"status":"ok"/"status":"diverged"/|a run that diverged, and not when
3s/"status":"ok"/"status":"fine"/|a status that no run has
3s/"test_accuracy":[^,]*/"test_accuracy":-1/|the end of a run with an accuracy that none has
3s/^/rubbish/|bad.jsonl:3: not an object
E
    sed '1s/"layer":1/"layer":7/' b.jsonl >bad.jsonl
    initlab compare bad.jsonl
    exits 65
    has "looks at more layers than it has" "$stderr"
    # numbers that are left out are not there, as null is
    sed '1s/,"test_cost":[^,]*//; 2s/,"test_cost":[^,]*//' a.jsonl >less.jsonl
    initlab compare less.jsonl b.jsonl --metric test_cost -o csv
    [ "$status" -eq 0 ]
    [ "$(grep -c '^he_normal,test_cost,none,,none,none,none,none,none,1,0,' <<<"$output")" -eq 1 ]
}

@test "--runs is a view of files alone, and has no options of groups" {
    tiny data
    trained a.jsonl --init zeros
    swept r --seeds 0
    initlab compare a.jsonl r --runs
    exits 2
    has "'initlab sweep show' lists the runs of a folder" "$stderr"
    initlab compare a.jsonl --runs --by init
    exits 2
    has "--by is of groups: not with --runs" "$stderr"
}

@test "--where: values with commas, other spellings, backslashes; given again both hold" {
    tiny data
    "$INITLAB" sweep run --layers in,8x3,out --layers in,8,out --init he_normal --init 'h*=zeros,out=ones' --lr 0.1,0.5 \
        --seeds 0..1 --data data --devices cpu:1 --batch 8 --epochs 1 --quiet --out r >/dev/null
    while IFS='|' read -r where runs; do
        # shellcheck disable=SC2086 # several words
        initlab compare r --by status -o csv $where
        [ "$status" -eq 0 ]
        [ "$(cut -d, -f10 <<<"${lines[1]}")" = "$runs" ] || { echo "$where: $output"; return 1; }
    done <<'E'
--where layers=in,8x3,out|8
--where layers=in,8,8,8,out|8
--where layers=in,8,8x2,out,init=he_normal|4
--where init=h*=zeros,out=ones,lr=0.5|4
--where init=h*=zeros\,out=ones,lr=.50|4
--where layers=in\,8\,out,lr=5e-1,lr=0.1|8
--where lr=0.1 --where layers=in,8,out --where seed=0,seed=1|4
--where init=he_normal --where init=he_normal|8
E
    while IFS='|' read -r where said; do
        # shellcheck disable=SC2086
        initlab compare r $where
        exits 2
        has "$said" "$stderr"
    done <<'E'
--where init=he_normal --where init=zeros|no run has init zeros and what was asked of init before, which left he_normal; init=A,init=B in one condition takes either
--where seed=0,seed=1 --where init=nosuch|no run has init nosuch: they have he_normal, h*=zeros,out=ones
--where layers=in,9x2,out|no run has layers in,9x2,out: they have in,8,8,8,out, in,8,out
--where layers=in,8x999999999,out|no run has layers
--where lr=0.1,|no run has lr 0.1,: they have 0.1, 0.5
--where lnit=he_normal|did you mean 'init'
--where init|'init' is not COLUMN=VALUE
--where =|runs have no column ''
E
    initlab compare r --where ''
    exits 2
    has "'' is not COLUMN=VALUE" "$stderr"
    initlab report r --where lr=0.1 --where layers=in,8x3,out -o page.html
    [ "$status" -eq 0 ]
    grep -q -- "--where lr=0.1 --where layers=in,8x3,out" page.html
}

@test "what follows from what groups are by is not pooled, and keeps no pairs apart; what is pooled is named" {
    tiny set
    "$INITLAB" sweep run --depth 1,2 --width 4 --init he_normal,zeros --lr 0.1,0.2 --batch 8 --epochs 1 --seeds 0..3 \
        --data set --out r --devices cpu:1 --quiet >/dev/null
    initlab compare r --by init,depth --where lr=0.1 -o json
    [ "$(picked comparisons pooled <<<"$output")" = "5 []" ] # runs of zeros of one depth are copies: no p of two such groups
    [ "$(python3 -c 'import json, sys; print([g["pairs"] for g in json.load(sys.stdin)["groups"]])' <<<"$output")" = "[0, 4, 4, 4]" ]
    initlab compare r --by init,depth
    has "pooled within groups: lr" "$output"
    [[ $output != *"pooled within groups: lr, "* && $output != *layers* ]]
    initlab compare r --by init --across depth
    has "pooled within groups and conditions: lr" "$output"
    [[ $output != *layers* ]]
    initlab compare r --by init --across depth -o json
    [ "$(picked pooled <<<"$output")" = "['lr']" ]
    for kind in critical-difference profile improvement; do
        initlab plot r $kind --by init --across depth
        has "pooled within groups and conditions: lr" "$output"
    done
    initlab plot r profile --by init,depth
    has "pooled within groups: lr" "$output"
    for kind in curves profile heatmap; do # no intervals of means are in these
        initlab plot r $kind --by init,depth
        has "pooled within groups: lr" "$output"
        [[ $output != *"within each setting"* ]]
    done
    initlab plot r intervals --by init,depth
    has "intervals are of how runs differ within each setting of these" "$output"
    initlab compare r --across depth # groups by all else
    [[ $output != *pooled* ]]
}

@test "layers are short where people read them, and whole for programs; --where and --control take both" {
    tiny set
    "$INITLAB" sweep run --layers in,8x6,out --layers in,4,4,8,out --init he_normal,zeros --lr 0.1,0.2 --batch 8 --epochs 1 \
        --seeds 0..2 --data set --out r --devices cpu:1 --validation 16 --quiet >/dev/null
    whole=in,8,8,8,8,8,8,out
    for form in text md tex; do
        for more in "" "--across lr" "--by layers --best-over lr --budget" "--by layers"; do
            # shellcheck disable=SC2086
            initlab compare r -o $form $more
            [ "$status" -eq 0 ]
            has in,8x6,out "$output"
            has in,4x2,8,out "$output"
            [[ $output != *in,8,8* && $output != *in,4,4* ]]
        done
    done
    initlab check r --baseline r --by layers
    has in,8x6,out "$output"
    [[ $output != *in,8,8* ]]
    for form in csv json jsonl; do
        for more in "" "--by layers --across lr" "--by layers --best-over lr $([ $form = json ] && echo --budget)"; do
            # shellcheck disable=SC2086
            initlab compare r -o $form $more
            has $whole "$output"
            [ "$form" = json ] || [[ $output != *in,8x6,out* ]]
        done
    done
    for form in json junit; do
        initlab check r --baseline r --by layers -o $form
        has $whole "$output"
    done
    initlab compare r --by layers --across lr -o json
    [ "$(python3 -c 'import json, sys
said = json.load(sys.stdin)
print(*sorted({p[k] for p in said["improvements"] for k in ("group", "beats")} | set(said["profile"]["groups"])))' <<<"$output")" \
        = "in,4,4,8,out $whole" ]
    for kind in intervals curves rates "heatmap --by layers,lr" "profile --by layers" "improvement --by layers"; do
        # shellcheck disable=SC2086
        initlab plot r $kind
        [ "$status" -eq 0 ]
        has in,8x6,out "$output"
        [[ $output != *in,8,8* ]]
    done
    initlab report r -o page.html
    grep -q '<th scope="row" data-of="layers">in,8x6,out</th>' page.html
    has "layers=in,8x6,out" "$("$INITLAB" sweep show r)"
    for name in in,8x6,out $whole; do
        initlab compare r --by layers --control $name
        has "in,8x6,out is the control" "$output"
        initlab compare r --where layers=$name --by init --control he_normal
        [ "$status" -eq 0 ]
        initlab compare r --where lr=0.1 --control "layers=$name, init=zeros"
        has "layers=in,8x6,out, init=zeros is the control" "$output"
    done
}

@test "the last column ends where its header does; the best group is called best, a control the control" {
    tiny data
    swept r --seeds 0..3
    for more in "" "--by init --across seed" "--where init=zeros" "--by init --metric seconds" "--target 0.5"; do
        # shellcheck disable=SC2086
        initlab compare r $more
        [ "$status" -eq 0 ]
        # the table's lines, from its header to the empty line behind it, are as long as each other
        [ "$(awk 'NR > 2 && !NF { exit } NR > 2 { print length }' <<<"$output" | sort -u | wc -l)" -eq 1 ]
    done
    for form in csv jsonl; do
        initlab compare r -o $form
        [[ $output == *best* && $output != *reference* && $output != *control* ]]
        initlab compare r -o $form --control zeros
        [[ $output == *control* && $output != *reference* ]]
    done
    initlab compare r
    [[ ${lines[2]} == *" best" ]]
    # who is best is the control, where it was named beforehand
    best=$(cut -d' ' -f1 <<<"${lines[2]}")
    initlab compare r --control "$best"
    [[ ${lines[2]} == *" control" ]]
    has "$best is the control, and best: " "${lines[0]}"
}

@test "numbers of JSON have as few digits as read back" {
    tiny data
    swept r --seeds 0..3
    trained a.jsonl --init he_normal --lr 0.3 --diag every=epoch
    {
        for words in "compare r -o json" "compare r -o jsonl" "compare r --across seed --by init -o json" \
            "check r --baseline r -o json" "sweep status r --json" "sweep export r -o jsonl"; do
            # shellcheck disable=SC2086
            "$INITLAB" $words
        done
        cat a.jsonl r/journal/*.jsonl
    } >all
    python3 - <<'P'
import json
text, reals = open("all").read().lstrip(), 0
def real(digits):
    global reals
    reals += 1
    assert len(digits) <= len(repr(float(digits))), digits
    return float(digits)
reader = json.JSONDecoder(parse_float=real)
while text:
    if text[0] not in "{[":  # what stands before or behind a journal's object
        text = text[min(text.find(c) % len(text) for c in "{[\n"):].lstrip() if text[0] != "\n" else text.lstrip()
        continue
    value, n = reader.raw_decode(text)
    text = text[n:].lstrip()
assert reals > 300, reals
P
    initlab compare r -o json
    has '"level": 0.95,' "$output"
}

# drawn FIGURE: its words, in a line
drawn()
{
    python3 -c 'import re, sys
print(" ".join(re.findall(r">([^<>]+)<", open(sys.argv[1]).read())))' "$1"
}

@test "people read numbers in as few digits as tell values apart, 4 at least; programs and commands have all" {
    tiny set
    long=0.0031622776601683794
    "$INITLAB" sweep run --layers in,8,out --init he_normal,normal:std=0.123456789 --lr $long,0.0031624,0.1 --batch 8 --epochs 1 \
        --seeds 0..2 --data set --out r --devices cpu:1 --validation 16 --quiet >/dev/null
    "$INITLAB" sweep show r >list
    has "init=normal:std=0.1235, lr=0.0031623, seed=0" "$(cat list)"
    for form in text md tex; do
        for more in "" "--by lr --across init" "--by init,lr --best-over lr --budget" "--by lr"; do
            # shellcheck disable=SC2086
            initlab compare r -o $form $more
            [ "$status" -eq 0 ]
            [[ $output != *$long* && $output != *0.123456789* ]]
        done
        has 0.0031623 "$output"
        has 0.0031624 "$output"
    done
    initlab check r --baseline r --by lr
    has 0.0031623 "$output"
    [[ $output != *$long* ]]
    for form in csv json jsonl; do
        initlab compare r -o $form
        has $long "$output"
        has normal:std=0.123456789 "$output"
    done
    for name in 0.0031623 $long; do
        initlab compare r --by lr --control $name
        has "0.0031623 is the control" "${lines[0]}"
    done
    initlab compare r --by lr --where init=he_normal,lr=0.1,lr=$long # of these two 4 digits are enough
    has 0.003162 "$output"
    [[ $output != *0.0031623* ]]
    initlab report r -o page.html
    has '<th scope="row" data-of="lr">0.0031623</th>' "$(cat page.html)"
    python3 - page.html <<'P'
import json, re, sys
data = json.loads(re.search(r'id="data">(.*?)</script>', open(sys.argv[1]).read(), re.S)[1])
lr = 4 + data["columns"].index("lr")
assert {row[lr] for row in data["rows"]} == {0.0031623, 0.0031624, 0.1}, {row[lr] for row in data["rows"]}
assert {row[4 + data["columns"].index("init")] for row in data["rows"]} == {"he_normal", "normal:std=0.1235"}, data["rows"][0]
assert any("lr=0.0031623" in g for g in data["groups"]) and not any("0.00316227" in g for g in data["groups"]), data["groups"]
P
    # the file that repeats the sweep has all digits
    grep -q "lr: .*$long" page.html
}

@test "what is said of one run is said of one" {
    tiny set
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --seeds 0 --epochs 1 --batch 8 --data set --devices cpu:1 --quiet \
        --out r >/dev/null
    initlab compare r --where init=zeros
    has "the only run has: test_accuracy" "${lines[0]}"
    has "n = 1, which is stuck." "${lines[0]}"
    initlab plot r profile --where init=zeros -o x.svg
    has "n = 1 run of 1 group" "$(drawn x.svg)"
    has "no band: its 95 % interval at each t, which takes 3 runs at least" "$(drawn x.svg)"
    initlab plot r improvement -o x.svg
    has "no line: its 95 % interval" "$(drawn x.svg)"
    initlab plot r intervals -o x.svg
    has "n = 1 run a group; marker: mean; no line: no group has an interval, which takes 3 runs" "$(drawn x.svg)"
    initlab plot r intervals --metric validation_accuracy -o x.svg
    has "n = 0: no run of any group has a finite value" "$(drawn x.svg)"
    [[ $(drawn x.svg) != *"95 % interval"* ]]
    initlab compare r --where init=zeros --figure profile --across seed --plot x.svg
    exits 2
    has "ranks want 2 groups at least under 2 conditions at least: there is 1 group, and 1 condition with a run of each" "$stderr"
}

@test "a group whose runs all diverged ranks last across conditions and is drawn; its conditions stay" {
    tiny set
    "$INITLAB" sweep run --layers in,8x3,out --activation relu,tanh --init he_normal,normal:std=2,normal:std=1e20 --lr 0.1 --batch 16 \
        --epochs 1 --seeds 0..2 --data set --out r --devices cpu:1 --quiet >/dev/null
    initlab compare r --by init --across activation --metric cost
    [ "$status" -eq 0 ]
    has "Over 2 conditions (activation)" "$output"
    [[ $output != *"left out"* ]]
    has "3 of 18 runs have no finite cost, as those that diverged: each is worse than any that has one" "$output"
    has "runs drawn again 2000 times within each condition" "$output"
    [[ $(grep '^normal:std=1e+20' <<<"$output") == *" 3.00 "* ]]
    # all lost in every condition: no mean, and the worst all the same
    initlab compare r --where activation=relu --by init --across lr,seed --metric cost
    [[ $(grep '^normal:std=1e+20' <<<"$output") =~ ^normal:std=1e\+20\ +3\.00\ +-\ +100\ %\ \[100,\ 100\] ]]
    initlab compare r --where activation=relu --by init --across seed --metric cost -o json
    [ "$(python3 -c 'import json, sys
said = json.load(sys.stdin)
print(said["groups"][2]["mean"], said["groups"][2]["lost"], set(said["profile"]["groups"]["normal:std=1e+20"]["share"]))' <<<"$output")" = "None 3 {0.0}" ]
    initlab compare r --where activation=relu --by init --across seed --metric cost -o csv
    [ "$(head -1 <<<"$output")" = group,rank,mean,improvement,improvement_low,improvement_high,same_as,lost ]
    [[ $(tail -1 <<<"$output") == normal:std=1e+20,3,,1,1,1,?*,3 ]]
    for more in "" "--across seed"; do
        for kind in profile improvement; do
            # shellcheck disable=SC2086 # words
            initlab plot r $kind --by init --metric cost --where activation=relu $more -o x.svg
            [ "$status" -eq 0 ]
            has "normal:std=1e+20" "$(drawn x.svg)"
            has "n = 9 runs of 3 groups" "$(drawn x.svg)"
        done
    done
    initlab plot r profile --by init --metric cost --where activation=relu -o x.svg # one line is level, at 0; others end at 1
    [ "$(python3 -c 'import re, sys
lines = [[float(y) for y in re.findall(r" ([0-9.]+)", p)] for p in re.findall(r"stroke-linejoin=[^>]* d=\"([^\"]*)", open("x.svg").read())]
bottom, top = max(max(y) for y in lines), min(min(y) for y in lines)
print(sorted([set(y) == {bottom}, y[-1] == top] for y in lines))')" = "[[False, True], [False, True], [True, False]]" ]
    initlab plot r profile --metric cost --where activation=relu --where init=normal:std=1e+20 -o y.svg
    [ "$status" -eq 2 ]
    has "no run has a finite cost" "$stderr"
    [ ! -e y.svg ]
}

@test "one run a condition: conditions are drawn again, of 3 at least; a condition without a run of a group is left out" {
    tiny set
    "$INITLAB" sweep run --layers in,8,out --init he_normal,glorot_normal --lr 0.1 --batch 16 --epochs 1 --seeds 0..1 \
        --data set --out r --devices cpu:1 --quiet >/dev/null
    "$INITLAB" sweep run --layers in,8,out --init he_normal,glorot_normal --lr 0.1 --batch 16 --epochs 1 --seeds 2..7 \
        --data set --out more --devices cpu:1 --quiet >/dev/null
    "$INITLAB" sweep run --layers in,8,out --init zeros,he_normal --lr 0.1 --batch 16 --epochs 1 --seeds 0..6 \
        --data set --out zeros --devices cpu:1 --quiet >/dev/null
    initlab compare r --by init --across seed
    has " % [-] " "$output"
    has "95 % interval (which takes 3 conditions at least)" "$output"
    initlab compare r --by init --across seed -o json
    [ "$(python3 -c 'import json, sys
said = json.load(sys.stdin)
print(said["groups"][1]["improvement_low"], said["improvements"][0]["high"], {v for g in said["profile"]["groups"].values() for v in g["low"] + g["high"]})' \
        <<<"$output")" = "None None {None}" ]
    initlab plot r improvement --by init --across seed -o x.svg
    [ "$(grep -c 'fill="#fff" stroke="#' x.svg)" -ge 1 ] # hollow: nothing is sure
    has "conditions at least" "$(drawn x.svg)"
    initlab compare r more --by init --across seed
    has "interval (conditions drawn again 2000 times, as each has one run of a group)" "$output"
    [[ $output != *" % [-] "* ]]
    for kind in profile improvement; do
        initlab plot more $kind --by init --across seed -o x.svg
        has "conditions drawn again 2000 times" "$(drawn x.svg)"
    done
    initlab compare r more zeros --by init --across seed
    has "1 condition lacks a run of some group and is left out" "$output"
    initlab plot more profile --where init=he_normal --where seed=2 -o x.svg
    has "n = 1 run of 1 group" "$(drawn x.svg)"
}

@test "of more than 100 groups the sentence claims no test" {
    tiny data
    "$INITLAB" sweep run --layers in,4,out --init he_normal --lr "$(seq -s, 0.01 0.01 1.01)" --seeds 0..1 --data data --devices cpu:1 \
        --batch 48 --epochs 1 --quiet --out r >/dev/null
    initlab compare r --metric test_cost
    [ "$status" -eq 0 ]
    [ "$(grep -c '^[01][0-9.]* * 2  *[0-9]' <<<"$output")" -eq 101 ]
    has "more than 100 groups: no test was made." "${lines[0]}"
    [[ $output != *"detectable"* ]]
    initlab compare r --control 0.01
    [[ $output != *"no test was made"* ]]
}

@test "groups without pairs are compared unpaired: by runs, or by settings where they share none; why is said" {
    tiny data
    while read -r words; do
        # shellcheck disable=SC2086
        "$INITLAB" sweep run --layers in,8,out --data data --devices cpu:1 --batch 8 --epochs 1 --quiet --out $words >/dev/null
    done <<'E'
a --init he_normal --lr 0.1,0.3 --seeds 0..2
b --init zeros --lr 0.2 --seeds 0..2
c --init glorot_normal --lr 0.1 --seeds 3..4
E
    # 6 runs at two rates, 3 at another: the means of 2 settings and of 1
    initlab compare a b --by init --control he_normal
    has "with n = 1 and 2 settings, unpaired (1 and 2 settings cannot show one)" "${lines[0]}"
    has "unpaired: 1 group shares no values of what is pooled with the control: means of settings are held against each other" "$output"
    initlab compare a c --by init --control he_normal --where lr=0.1
    has "with n = 2 and 3 runs, unpaired (2 and 3 runs cannot show one); about " "${lines[0]}"
    has " runs of each would." "${lines[0]}"
    has "unpaired: 1 group has no run that is alike in seed to one of the control: runs are held against runs, with Welch's interval, labels permuted and Cohen's d" "$output"
    has "below 0.05 takes 4 of each group at least" "$output"
    # at the rate that both have; he_normal's runs at the other are in its mean alone
    initlab compare a c --by init --control he_normal -o csv
    [ "$(python3 -c 'import csv, sys
print(*(" ".join(r[c] for c in ("init", "unit", "pairs", "units_here", "units_there", "left_over")) for r in csv.DictReader(sys.stdin)), sep=";")' \
        <<<"$output" | tr ';' '\n' | sort | tr '\n' ';')" = "glorot_normal runs 0 2 3 0;he_normal none 0 0 0 3;" ]
}

@test "runs that are copies are no sample: no interval, no share's interval, no p but of another group's runs" {
    tiny data
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros,constant:value=0.1 --data data --devices cpu:1 --batch 8 --epochs 4 \
        --seeds 0..9 --quiet --out r >/dev/null
    initlab compare r --metric cost --target 0.7 -o json
    python3 - "$output" <<'P'
import json, sys
said = json.loads(sys.argv[1])
for g in said["groups"]:
    one = g["by"]["init"] != "he_normal"
    kinds = [g["mean_interval"] == "none", g["mean_low"] is None, g["reached_low"] is None]
    assert kinds == [one] * 3 and g["n"] == 10 and g["copies"] == one, g
best, = (g for g in said["groups"] if g["verdict"] == "best")
for g in said["groups"]:  # beside he_normal pairs differ; two groups of copies have one difference, ten times over
    if g is not best:
        none = "he_normal" not in (g["by"]["init"], best["by"]["init"])
        assert (g["p"] is None) == none and (g["difference_low"] is None) == none, g
P
    initlab compare r --metric cost --target 0.7
    has "10 runs of zeros" "$(grep ^copies: <<<"$output")"
    has "the seed changes nothing in them" "$output"
    initlab compare r --metric cost --where init=zeros,init=constant:value=0.1
    has "n = 10 pairs; runs that are copies: no test was made." "${lines[0]}"
    [[ $output != *$'\np: '* ]]
    initlab check r --baseline r
    [ "$status" -eq 0 ]
    has "2 groups have runs that are equal to the bit: the seed changes nothing in them, and the mean alone decides" "$output"
    # with samples in another order for each seed they differ
    "$INITLAB" sweep run --layers in,8,out --init zeros --data data --devices cpu:1 --batch 8 --epochs 4 --seeds 0 --data-seed 0,1,2,3,4 \
        --quiet --out orders >/dev/null
    initlab compare orders --metric cost
    [[ $output != *copies* ]]
    has "they cover orders of samples, of one seed of weights" "$output"
    initlab compare r
    has "they cover seeds of weights, in one order of samples (one data_seed)" "$output"
    "$INITLAB" sweep run --layers in,8,out --init he_normal --data data --devices cpu:1 --batch 8 --epochs 1 --seeds 0..2 --data-seed 0,1 \
        --quiet --out crossed >/dev/null
    initlab compare crossed
    has "n is of runs, of 3 seeds and 2 data_seeds, and runs that share one are not independent" "$output"
    for over in seed lr,data_seed; do
        initlab compare crossed --best-over $over --select test_accuracy
        exits 2
        has "is luck, and no setting: choose over parameters, as lr" "$stderr"
    done
}

@test "of equal trials any may be chosen: a budget has their mean, in any order; one that diverged is chosen last" {
    tiny a 96
    "$INITLAB" sweep run --layers in,8,out --init he_normal --lr 0.01,0.1,1e30 --data a --devices cpu:1 --batch 8 --epochs 2 \
        --validation 16 --seeds 0..2 --quiet --out one >/dev/null
    "$INITLAB" sweep run --layers in,8,out --init he_normal --lr 0.2,0.5 --data a --devices cpu:1 --batch 8 --epochs 2 \
        --validation 16 --seeds 0..3 --quiet --out two >/dev/null
    for select in validation_accuracy validation_cost; do
        initlab compare one two --by init --best-over lr --select $select --budget -o json
        there=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["budgets"])' <<<"$output")
        initlab compare two one --by init --best-over lr --select $select --budget -o json
        [ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["budgets"])' <<<"$output")" = "$there" ]
        python3 - "$output" $select <<'P'
import itertools, json, math, sqlite3, sys
t = [r for f in ("one", "two") for r in sqlite3.connect(f"{f}/results.sqlite").execute(f"SELECT {sys.argv[2]}, test_accuracy FROM runs")]
sign = -1 if "cost" in sys.argv[2] else 1
t = [(-math.inf if s is None else sign * s, m) for s, m in t]
assert len(t) == 17 and len({s for s, _ in t}) < 17
said, = json.loads(sys.argv[1])["budgets"].values()
for k in (1, 2, 3):
    total = count = 0
    for some in itertools.combinations(t, k):
        best = max(s for s, _ in some)
        total += sum(m for s, m in some if s == best) / sum(s == best for s, _ in some)
        count += 1
    assert abs(said[k - 1] - total / count) < 1e-12, (k, said, total / count)
P
    done
}

@test "--best-over: settings that lost runs are counted; a scheme that has no other stands last, and is named" {
    tiny data
    for more in "he_normal --lr 0.1,1e30" "normal:std=1e20 --lr 0.1,0.2"; do
        # shellcheck disable=SC2086
        "$INITLAB" sweep run --layers in,8,out --data data --devices cpu:1 --batch 8 --epochs 2 --validation 16 --seeds 0..2 --quiet \
            --init $more --out "r${more%%[_:]*}" >/dev/null
    done
    initlab compare rhe rnormal --by init --best-over lr --select validation_cost
    [ "$status" -eq 0 ]
    has "init=he_normal, lr=0.1 is best" "${lines[0]}"
    has "3 settings with a run that has no validation_cost could not be chosen" "$output"
    has "normal:std=1e+20 has no other, and stands last without a result" "$output"
    initlab compare rnormal --by init --best-over lr --select validation_cost
    exits 2
}

@test "what an option cannot do is refused, and not done in silence; rows for programs say what is pooled" {
    tiny data
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --lr 0.1,0.2 --data data --devices cpu:1 --batch 8 --epochs 2 \
        --seeds 0..1 --quiet --out r >/dev/null
    for more in "--best-over lr --select test_accuracy --budget -o csv" "--best-over lr --select test_accuracy --budget -o jsonl" \
        "--by init --across lr --target 0.5"; do
        # shellcheck disable=SC2086
        initlab compare r $more
        exits 2
    done
    for form in csv jsonl; do
        initlab compare r --by init -o $form
        has "pooled within groups: lr" "$stderr"
        has "ranked on test samples" "$stderr"
    done
    # a run that failed did not fail to reach a target
    "$INITLAB" sweep run --layers in,8,out --init he_normal --data data --devices cpu:1 --batch 8 --epochs 2 --seeds 0..3 --quiet \
        --out f >/dev/null
    cp -r f broken
    rm broken/results.sqlite*
    python3 "$BATS_TEST_DIRNAME/sweep/fail_pack.py" broken 'no memory'
    initlab compare r broken --where init=he_normal --by init,source --target 0.01
    [ "$status" -eq 0 ]
    has "4 runs that failed are left out" "$output"
    initlab compare r broken --where init=he_normal --by init --target 0.01
    [[ $output =~ \ [0-9]/4\  ]] # of 6, of which 2 failed
}

@test "a control without the metric is why there is no test, and not its dataset" {
    tiny data
    for init in he_normal zeros; do
        "$INITLAB" train --layers in,8,out --data data --device cpu --batch 8 --epochs 2 --init $init --quiet \
            --validation "$([ $init = zeros ] && echo 16 || echo 0)" --out $init.jsonl >/dev/null
    done
    initlab compare he_normal.jsonl zeros.jsonl --by init --metric validation_accuracy --control he_normal
    has "no run of he_normal has a validation_accuracy: no test." "${lines[0]}"
}

@test "pairs whose differences are all equal have no effect size, and a line says so" {
    tiny data
    # nothing is drawn, and the order of samples is one for all seeds: runs of a scheme are the same run
    "$INITLAB" sweep run --layers in,8,out --init constant:value=0.01,constant:value=0.5 --data data --devices cpu:1 --batch 8 --epochs 1 \
        --seeds 0..4 --quiet --out r >/dev/null
    initlab compare r --metric cost
    [ "$status" -eq 0 ]
    has "no d_z of 1 group: the differences of all pairs are equal, as far as rounding lets that be told" "$output"
    initlab compare r --metric cost -o json
    [ "$(python3 -c 'import json, sys
g = json.load(sys.stdin)["groups"][1]
print(g["effect"], g["difference_sd"], g["difference_interval"], g["difference"] != 0)' <<<"$output")" = "None 0.0 none True" ]
}

@test "costs of different losses are not compared, drawn together, or summed up as areas" {
    tiny data
    "$INITLAB" sweep run --layers in,8,out --init he_normal,zeros --loss cross_entropy,mse --data data --devices cpu:1 --batch 8 \
        --epochs 2 --validation 16 --seeds 0..2 --quiet --out r >/dev/null
    for metric in cost test_cost validation_cost; do
        for words in "compare r" "compare r --by init" "compare r --across loss" "plot r curves" "plot r intervals" \
            "report r --out page.html" "compare r --by loss --best-over init --select validation_accuracy"; do
            # shellcheck disable=SC2086
            initlab $words --metric $metric
            exits 2
            has "$metric: the runs differ in loss" "$stderr"
            has "--where loss=VALUE takes those of one, --metric test_accuracy compares all" "$stderr"
        done
        initlab compare r --where loss=mse --metric $metric
        [ "$status" -eq 0 ]
        initlab compare r --by init --best-over loss --select $metric
        exits 2
        has "settings of one group differ in loss: no $metric can choose between them" "$stderr"
        initlab compare r --by init,loss --best-over lr --select $metric
        [ "$status" -eq 0 ]
    done
    [ ! -e page.html ]
    initlab compare r
    has "no area under the loss curve: the runs differ in loss" "$output"
    [[ ${lines[1]} != *area* ]]
    initlab compare r -o json
    [ "$(python3 -c 'import json, sys; print({g["area"] for g in json.load(sys.stdin)["groups"]})' <<<"$output")" = "{None}" ]
    initlab compare r --where loss=mse
    has " area " "${lines[1]}"
    # label smoothing is part of what a cost is
    "$INITLAB" sweep run --layers in,8,out --init zeros --label-smoothing 0,0.1 --data data --devices cpu:1 --batch 8 --epochs 1 \
        --seeds 0..1 --quiet --out s >/dev/null
    initlab compare s --metric cost
    exits 2
    has "differ in label_smoothing" "$stderr"
    # and what is held against a baseline of another
    for loss in cross_entropy mse; do
        "$INITLAB" sweep run --layers in,8,out --init zeros --loss $loss --data data --devices cpu:1 --batch 8 --epochs 1 --seeds 0..1 \
            --quiet --out $loss >/dev/null
    done
    initlab check mse --baseline cross_entropy --metric cost --max-drop 0.1
    exits 2
    has "cost: loss was 'cross_entropy' and is 'mse'" "$stderr"
    initlab check mse --baseline mse --metric cost --max-drop 0.1
    [ "$status" -eq 0 ]
}

@test "seconds are of a pack: no test, no interval, and a line says why" {
    tiny data
    swept r --seeds 0..9
    for control in "" "--control zeros"; do
        # shellcheck disable=SC2086
        initlab compare r --metric seconds $control -o json
        [ "$status" -eq 0 ]
        python3 -c 'import json, sys
said = json.load(sys.stdin)
assert len(said["groups"]) == 2
for g in said["groups"]:
    assert g["n"] == 10 and g["mean"] > 0 and g["least"] > 0, g
    assert (g["mean_interval"], g["difference_interval"], g["p_kind"]) == ("none",) * 3, g
    assert all(g[k] is None for k in ("p", "p_alone", "mean_low", "difference_low")), g' <<<"$output"
        # shellcheck disable=SC2086
        initlab compare r --metric seconds $control
        has "no p and no intervals: runs of a pack share their seconds" "$output"
    done
    for words in "compare r --by init --across seed" "plot r profile" "plot r improvement"; do
        # shellcheck disable=SC2086
        initlab $words --metric seconds
        exits 2
        has "runs of a pack share their seconds" "$stderr"
    done
    initlab plot r intervals --metric seconds --out x.svg
    [ "$status" -eq 0 ]
    initlab report r --metric seconds --out page.html
    [ "$status" -eq 0 ]
    initlab check r --baseline r --metric seconds --max-drop 1 -o json
    [ "$status" -eq 0 ]
    [ "$(python3 -c 'import json, sys; print({(g["p"], g["p_kind"]) for g in json.load(sys.stdin)["groups"]})' <<<"$output")" = "{(None, 'none')}" ]
    initlab check r --baseline r --metric seconds --max-drop 1
    has "runs of a pack share their seconds: the mean alone decides" "$output"
}

@test "--best-over on test samples says so; what that choice is worth beside validation is as counted here" {
    tiny data
    "$INITLAB" sweep run --layers in,8,out --init he_normal,glorot_uniform,orthogonal --lr 0.4,0.5,0.6,0.7 --data data --devices cpu:1 --batch 8 \
        --epochs 1 --validation 16 --seeds 0..2 --quiet --out r >/dev/null
    "$INITLAB" sweep export r -o jsonl >runs.jsonl
    for metric in test_accuracy test_cost; do
        initlab compare r --best-over lr --metric $metric
        validation=$(grep "^chosen on test samples $metric would look" <<<"$output")
        initlab compare r --best-over lr --metric $metric --select test_accuracy
        has "chosen and told on test samples: each group looks better than it is; by validation_accuracy $metric would be" "$output"
        on_test=$(grep "^chosen and told" <<<"$output")
        python3 - $metric "$validation" "$on_test" <<'P'
import collections, json, re, sys
metric, sign = sys.argv[1], 1 if sys.argv[1] == "test_accuracy" else -1
runs = collections.defaultdict(list)
for line in open("runs.jsonl"):
    r = json.loads(line)
    runs[r["init"], r["lr"]].append(r)
def mean(key, column):
    return sum(r[column] for r in runs[key]) / len(runs[key])
def gains(on_test, sign_of_test):
    for init in sorted({k[0] for k in runs}):
        keys = [k for k in runs if k[0] == init]
        test = max(keys, key=lambda k: sign_of_test * mean(k, on_test))
        held = max(keys, key=lambda k: mean(k, "validation_accuracy"))
        yield sign * (mean(test, metric) - mean(held, metric))
for said, want in ((sys.argv[2], list(gains(metric, sign))), (sys.argv[3], list(gains("test_accuracy", 1)))):
    got = [float(x) for x in re.search(r"(?:look|be) (\S+) (?:better|worse) \(mean of 3 groups; (\S+) at most\)", said).groups()]
    # four decimals, or four digits, are shown
    assert all(abs(g - w) <= 6e-5 + 6e-4 * abs(w) for g, w in zip(got, (sum(want) / 3, max(want)))), (said, want)
    assert max(want) > 0 or metric == "test_accuracy" or said == sys.argv[3], want
P
    done
    initlab compare r --best-over lr --select cost
    [[ $output != *"chosen"*"test samples"* ]]
    initlab compare r --best-over lr --metric validation_accuracy
    has "chosen and told on validation samples: each group looks better than it is" "$output"
    initlab compare r --best-over lr --select seconds
    exits 2
    has "settings are chosen by an accuracy or a cost, not by seconds" "$stderr"
}

@test "values that runs have are whole in what --where says; groups of equal runs are equal; all without a partner count" {
    tiny data
    "$INITLAB" sweep run --layers in,8,out --init "$(seq -s, -f 'normal:std=0.12345678901%02.0f' 1 9)" --data data --devices cpu:1 \
        --batch 8 --epochs 1 --seeds 0 --quiet --out many >/dev/null
    initlab compare many --where init=nosuch
    exits 2
    said=${stderr#*they have }
    has " and more" "$said"
    said=${said% and more}
    for value in ${said//, / }; do
        [[ $value =~ ^normal:std=0.12345678901[0-9]{2}$ ]]
    done
    # nothing is learned from zeros or ones: both guess, run for run
    "$INITLAB" sweep run --layers in,8,out --init zeros,ones --data data --devices cpu:1 --batch 8 --epochs 1 --seeds 0..2 --quiet \
        --out equal >/dev/null
    initlab compare equal
    has ": equal in all of 3 pairs." "${lines[0]}"
    swept a --seeds 0..4
    swept b --seeds 3..9
    swept c --seeds 7..9
    initlab compare a b --where init=zeros --by source
    has "8 runs without a partner: in the means, not in the differences" "$output"
    initlab compare a c --where init=zeros --by source
    has ": equal in all of 3 and 5 runs." "${lines[0]}"
    [[ $output != *"without a partner"* ]]
    initlab compare a b c --by init
    [[ $output != *"without a partner"* ]]
}

@test "no two columns have one name: what groups are by says so where it is called as what is told of them" {
    tiny set
    "$INITLAB" sweep run --layers in,4,out --batch 8 --epochs 1 --init zeros,he_normal --validation 8,16 --seeds 0..2 \
        --data set --out r --devices cpu:1 --quiet >/dev/null
    for by in validation,init stuck,init; do
        initlab compare r --by "$by" -o csv
        head=${lines[0]}
        [[ $head == "by_${by%,*},init,metric,"* ]]
        [ -z "$(tr , '\n' <<<"$head" | sort | uniq -d)" ]
        initlab compare r --by "$by"
        has "by_${by%,*}" "$output"
    done
}
