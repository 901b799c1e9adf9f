# report.bats - initlab report: a comparison of sweeps as one HTML file. In a browser: ../browser/report.py.
load common
load sweep/sweep

# sweep OUT ARGS: a small one
sweep()
{
    local out=$1
    shift
    "$INITLAB" sweep run --layers in,8,out --batch 8 --epochs 3 --data set --devices cpu:1 --quiet --out "$out" "$@" \
        >/dev/null
}

# rows FILE: the page is sound; the rows of its table, tabs between fields
rows() { python3 "$BATS_TEST_DIRNAME/report_check.py" "$1"; }

# as text: without tags, style and scripts; entities read
text()
{
    python3 -c 'import html, re, sys
text = re.sub("(?s)<(style|script)[ >].*?</\\1>|<[^>]*>", " ", open(sys.argv[1]).read())
print(html.unescape(re.sub(" +", " ", text)))' "$1"
}

@test "a page has the answer, the ranking, figures, what went wrong, every run and how to repeat it" {
    tiny set
    sweep r --init zeros,he_normal,normal:std=1e30 --lr 0.5 --seeds 0..4
    initlab report r
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    initlab compare r
    answer=${lines[0]}
    page=$(text report.html)
    has "$answer" "$page"
    has "Which init has the highest test_accuracy?" "$page"
    head=$(sed -n '/id="ranking"/,/<\/thead>/p' report.html | grep -o '<th [^>]*>[^<]*' | sed 's/.*>//' | xargs)
    [ "$head" = "init verdict n mean interval difference interval p (exact) d_z diverged stuck median iqm worst best best_run area" ]
    [ "$(rows report.html | wc -l)" -eq 15 ]
    [ "$(rows report.html | cut -f 2,3 | sort | uniq -c | awk '{print $1, $2, $3}')" = "5 he_normal ok
5 normal:std=1e+30 diverged
5 zeros stuck" ]
    "$INITLAB" sweep export r >runs.csv
    [ "$(rows report.html | cut -f 1 | sort)" = "$(tail -n +2 runs.csv | cut -d, -f 1 | sort)" ]
    rerun=$(rows report.html | head -n 1 | cut -f 4)
    [ "$rerun" = "initlab sweep rerun r $(rows report.html | head -n 1 | cut -f 1)" ]
    "$INITLAB" ${rerun#initlab }
    has "cost or weights were not finite in epoch 1" "$page"
    has "no better than a guess" "$page"
    has "one that diverged counts with what it had" "$page"
    "$INITLAB" report r --metric cost -o cost.html
    has "5 without a finite cost are in no mean" "$(text cost.html)"
    [[ $(text cost.html) != *"is left out of the ranking"* ]]
    has 'seeds: ["0..4"]' "$page"
    has "initlab sweep run r/sweep.yaml --data $PWD/set --devices cpu --out again" "$page"
    has "initlab report r" "$page"
    has "$("$INITLAB" version | awk '{print $2; exit}')" "$page"
    [ "$(grep -c '<svg ' report.html)" -ge 1 ]
    for part in 'role="img"' '<title>' '<desc>' '<caption>' 'prefers-color-scheme: dark' '@media print' 'max-width: 40rem'; do
        grep -q -- "$part" report.html
    done
    sed 's/initlab report r.*//' report.html >first
    initlab report r -o again.html
    sed 's/initlab report r.*//' again.html | cmp first -
}

@test "layers: medians of the diagnostics as results.sqlite has them, beside theory; without any, how to get them" {
    tiny set
    sweep none --init he_normal,zeros --lr 0.1 --seeds 0..2
    initlab report none -o none.html
    has "--diag every=epoch" "$(text none.html)"
    "$INITLAB" sweep run --layers in,8,8,out --init he_normal,zeros,normal:std=0.2 --activation tanh --lr 0.1 --seeds 0..2 \
        --diag every=epoch --batch 8 --epochs 3 --data set --devices cpu:1 --quiet --out r >/dev/null
    initlab report r
    [ "$status" -eq 0 ]
    rows report.html >/dev/null
    has "--devices cpu --diag every=epoch --out again" "$(text report.html)"
    python3 "$BATS_TEST_DIRNAME/report_check.py" report.html r/results.sqlite
    sweep colours --init constant:0,he_normal --lr 0.5 --seeds 0..2 --diag every=epoch # the best is not the first by name
    initlab report colours -o colours.html
    [ "$(rows colours.html | wc -l)" -eq 6 ]
    mv set moved
    initlab report r
    [ "$status" -eq 0 ]
    has "Without theory:" "$(text report.html)"
    initlab report r --data moved -o moved.html
    [[ "$(text moved.html)" != *"Without theory:"* ]]
    python3 "$BATS_TEST_DIRNAME/report_check.py" moved.html r/results.sqlite
}

@test "options choose runs and groups as compare's do; several folders are one page; - is standard output" {
    tiny set
    sweep a --init zeros,he_normal --lr 0.1,0.5 --seeds 0..4
    sweep b --init orthogonal,he_normal --lr 0.1,0.5 --seeds 0..4
    initlab report a b --by init --where lr=0.5 --control he_normal -o both.html
    [ "$status" -eq 0 ]
    [ "$(rows both.html | wc -l)" -eq 15 ]
    [ "$(rows both.html | cut -f 2 | sort | uniq -c | awk '{print $1 $2}' | xargs)" = "5he_normal 5orthogonal 5zeros" ]
    [ "$(rows both.html | grep orthogonal | cut -f 4 | cut -d ' ' -f 1-4 | sort -u)" = "initlab sweep rerun b" ]
    page=$(text both.html)
    has "he_normal is the control, and best: " "$page"
    has "10 runs are there more than once: each counts once" "$page"
    has "initlab report a b --by init --where lr=0.5 --control he_normal --out both.html" "$page"
    initlab report b --by init --control orthogonal --metric test_cost -o control.html
    has "orthogonal is the control" "$(text control.html)"
    initlab report a --where init=zeros,lr=0.1 -o -
    [ "$status" -eq 0 ]
    [[ $output == "<!DOCTYPE html>"*"</html>" ]]
    initlab report a --metric test_cost --target 0.9 -o cost.html
    has "lowest test_cost" "$(text cost.html)"
    [ "$(rows cost.html | wc -l)" -eq 20 ]
    initlab report a --best-over lr --select cost -o tuned.html
    [ "$status" -eq 0 ]
    [ "$(rows tuned.html | wc -l)" -eq 10 ]
}

@test "of files of train every run has the command that trains it again, to the same numbers" {
    tiny "it's a \$(set)"
    "$INITLAB" init --layers in,8,out --init he_normal --data "it's a \$(set)" --save "w'.safetensors" >/dev/null
    one() { "$INITLAB" train --data "it's a \$(set)" --device cpu --quiet --batch 8 --out "$1.jsonl" "${@:2}" >/dev/null; }
    one plain --epochs 2
    one deep --layers in,8x12,out --init 'h*=normal:std=0.2,out=zeros' --activation tanh --epochs 3 --lr 0.3 --diag every=epoch
    one odd --layers in,7,out --init uniform:-0.1:0.1 --seed 18446744073709551615 --drop-last --eval-train --validation 17 \
        --optimizer adam:beta1=0.8 --schedule cosine --weight-decay l2:1e-4 --label-smoothing 0.05 --epochs 4 --diag every=step:3
    one threads --layers in,8,out --threads 2 --loss mse --output sigmoid --epochs 2 --data-seed 3
    one weights --layers in,8,out --init "file:path=w'.safetensors" --epochs 1
    sed 's/"folder":"[^"]*",//' plain.jsonl >older.jsonl # before there was the key
    initlab report plain.jsonl deep.jsonl odd.jsonl threads.jsonl weights.jsonl -o report.html
    [ "$status" -eq 0 ]
    rows report.html >rows
    [ "$(wc -l <rows)" -eq 5 ]
    mkdir again
    cp "w'.safetensors" again
    cut -f 4 rows | sed 's/^initlab/"$INITLAB"/; s/$/ --quiet >\/dev\/null/' >again.sh
    (cd again && bash -eu ../again.sh)
    python3 - rows plain deep odd threads weights <<'P'
import json, sys
def read(path):
    """all but the clock's numbers, and what the folder was called"""
    lines = [json.loads(line) for line in open(path)]
    return [{k: v for k, v in line.items() if k not in ("seconds", "data")} for line in lines]
again = [read(f"again/{row.split(chr(9))[0]}.jsonl") for row in open(sys.argv[1])]
for name in sys.argv[2:]:
    assert read(name + ".jsonl") in again, name
assert len({json.dumps(run) for run in again}) == len(again) == 5
P
    python3 - report.html rows <<'P'
import html, re, sys
page = open(sys.argv[1]).read()
listed = html.unescape(re.search(r'id="again".*?<pre[^>]*><code>(.*?)</code>', page, re.S)[1]).split("\n")
assert listed == [row.rstrip("\n").split("\t")[3] for row in open(sys.argv[2])], listed
P
    initlab report older.jsonl -o older.html
    has "--data 'it'\\''s a \$(set)'" "$(rows older.html)"
    "$INITLAB" sweep run --layers in,8,out --init zeros --data "it's a \$(set)" --devices cpu:1 --batch 8 --epochs 2 --quiet --out r >/dev/null
    initlab report r plain.jsonl -o both.html # a folder and a file
    [ "$(rows both.html | cut -f 4 | cut -d ' ' -f 1-3 | sort -u)" = "initlab sweep rerun
initlab train --batch" ] || { rows both.html; false; }
    long=$(printf ',%d' {10..4000})
    sed "s/\"layers\":\"[^\"]*\"/\"layers\":\"in$long,out\"/" plain.jsonl >long.jsonl
    initlab report long.jsonl -o long.html # too long for a word of a command, and said so
    [ "$status" -eq 0 ]
    has "# and more, which is too long" "$(text long.html)"
    grep -q '"train":{}' long.html
}

@test "what files and paths say stays text: in tags, attributes, scripts and commands" {
    tiny set
    mkdir '<'
    path='</script><img src=x onerror=alert(1)>"&'"'"'.safetensors'
    "$INITLAB" train --layers in,8,out --batch 8 --epochs 1 --data set --device cpu --quiet --save "./$path" >/dev/null
    dir=$'--><b>\033[31m&amp; "quoted" \'r\''
    cat >sweep.yaml <<Y
description: "</pre><script>alert(2)</script>"
parameters:
  layers: "in,8,out"
  init: {values: ['file:$PWD/${path//\'/\'\'}', zeros]}
  batch: 8
  epochs: 2
seeds: 0..2
Y
    initlab sweep run sweep.yaml --data set --devices cpu:1 --quiet --out "./$dir"
    [ "$status" -eq 0 ]
    initlab report "./$dir" -o report.html
    [ "$status" -eq 0 ]
    [ "$(rows report.html | wc -l)" -eq 6 ]
    [ "$(rows report.html | grep -cF "file:path=$PWD/$path")" -eq 3 ]
    rerun=$(rows report.html | tail -n 1 | cut -f 4)
    run bash -c "\"\$INITLAB\" ${rerun#initlab }"
    [ "$status" -eq 0 ]
    [ "$(grep -c '<script' report.html)" -eq 3 ]
    [ "$(grep -c $'\033' report.html)" -eq 0 ]
    [ "$(grep -c '<img\|<b>' report.html)" -eq 0 ]
    has "alert(2)" "$(text report.html)"
}

@test "the file appears whole or not at all; mistakes have the documented exit codes" {
    tiny set
    sweep r --init zeros,he_normal --seeds 0..2
    for name in report report.pdf html; do
        initlab report r -o $name
        exits 2
        has "'$name' does not end in .html or .htm" "$stderr"
    done
    initlab report
    exits 2
    has "no folder and no file given" "$stderr"
    initlab report set -o x.html
    exits 65
    initlab report none -o x.html
    exits 65
    initlab report r -o no/such/x.html
    exits 73
    initlab report r --by layer -o x.html
    exits 2
    has "did you mean 'layers'?" "$stderr"
    initlab report r --where init=ones -o x.html
    exits 2
    initlab report r --target 2 -o x.html
    exits 2
    [ ! -e x.html ]
    echo old >x.html
    run --separate-stderr bash -c 'ulimit -f 8; exec "$INITLAB" report r -o x.html'
    exits 74
    [ "$(cat x.html)" = old ]
    [ -z "$(find . -name '.x.html*')" ]
    initlab sweep run --layers in,8,out --batch 8 --epochs 1 --data set --devices cpu:1 --seeds 0..2 --shard 2/9 --quiet --out part
    initlab report part -o x.html
    exits 65
    has "no run of 'part' has ended yet" "$stderr"
    [ "$(cat x.html)" = old ]
}

@test "a sweep in one group, and one that is not done, are pages, too" {
    tiny set
    sweep one --init he_normal --lr 0.5 --seeds 0..2
    initlab report one -o one.html
    [ "$status" -eq 0 ]
    [ "$(rows one.html | wc -l)" -eq 3 ]
    has "What is the test_accuracy?" "$(text one.html)"
    has "Nothing: no run failed" "$(text one.html)"
    "$INITLAB" sweep run --layers in,8,out --init zeros,he_normal --batch 8 --epochs 1 --data set --devices cpu:1 --seeds 0..2 \
        --pack-size 2 --shard 1/3 --quiet --out part >/dev/null
    initlab report part -o part.html
    [ "$status" -eq 0 ]
    has "2 of 6 runs done" "$(text part.html)"
}

@test "the commands of a page repeat a sweep that was extended, to the same runs and results" {
    tiny set
    sweep r --init zeros --seeds 0..2 --pack-size 3
    "$INITLAB" sweep extend r --seeds 5..6 --init "h*=normal:std=0.2,out=zeros" --init 'uniform:-0.1:0.1,he_normal' >/dev/null
    "$INITLAB" sweep extend r --data-seed 0,7 --depth 2 --width 4 >/dev/null
    "$INITLAB" sweep run r --quiet >/dev/null
    "$INITLAB" report r
    python3 - report.html >again.sh <<'P'
import html, re, sys
page = open(sys.argv[1]).read()
print(html.unescape(re.search(r'id="again".*?<code>(.*?)</code>', page, re.S)[1]))
P
    grep -q -- "--data $PWD/set --pack-size 3 --devices cpu --out again" again.sh
    [ "$(grep -c "^initlab sweep extend again --" again.sh)" -eq 2 ]
    mkdir bin
    ln -s "$INITLAB" bin/initlab
    PATH=$PWD/bin:$PATH bash -e again.sh >/dev/null
    query r "$all" >r.rows
    query again "$all" >again.rows
    [ "$(wc -l <r.rows)" -eq 80 ] # 4 schemes, 5 seeds, 2 orders, 2 networks
    cmp r.rows again.rows
    for folder in r again; do
        python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/sweep.json"))["plan"])' $folder
    done | uniq | wc -l >plans
    [ "$(cat plans)" -eq 1 ] # the same parts and packs, too
    "$INITLAB" report r again -o both.html
    has "are there more than once" "$(text both.html)"
    grep -q -- "--out again-2" both.html
}

@test "of more groups than there are colours each has a button of its own look, and its dash in the figures" {
    tiny set
    sweep r --init zeros,he_normal --lr 0.1,0.2,0.3,0.4,0.5,0.6 --seeds 0..2 --diag every=epoch
    initlab report r
    [ "$status" -eq 0 ]
    rows report.html >/dev/null
    [ "$(grep -c '<span class="key"><svg' report.html)" -eq 12 ]
    grep -A 1 '<g class="name" data-group' report.html | grep -q stroke-dasharray # or nothing was compared
}

@test "--across: ranks, Friedman's test and its figures, as compare has them, beside the ranking" {
    tiny set
    sweep r --init zeros,he_normal,orthogonal --activation tanh,relu --lr 0.1,0.5,1 --seeds 0..2
    "$INITLAB" report r --by init -o without.html
    [ "$(grep -c 'id="across"' without.html)" -eq 0 ]
    initlab report r --by init --across activation,lr -o with.html
    [ "$status" -eq 0 ]
    rows with.html | cmp - <(rows without.html)
    page=$(text with.html)
    "$INITLAB" compare r --by init --across activation,lr >ranks
    has "$(head -n 1 ranks)" "$page"
    has "$(tail -n 1 ranks)" "$page"
    "$INITLAB" compare r --by init --across activation,lr -o json >ranks.json
    python3 - with.html ranks.json <<'P'
import html, json, re, sys
section = re.search(r'<section id="across">.*?</section>', open(sys.argv[1]).read(), re.S)[0]
rows = [[html.unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r)] for r in re.findall(r"<tr>.*?</tr>", section)][1:]
groups = json.load(open(sys.argv[2]))["groups"]
assert len(rows) == 3 and [r[0] for r in rows] == [g["group"] for g in groups]
for row, g in zip(rows, groups):
    assert row[1] == f"{g['rank']:.2f}" and row[4] == g["same_as"], (row, g)
assert len(re.findall("<svg ", section)) == 3
for words in "Mean ranks", "cannot be told apart", "share of runs", "Friedman":
    assert words in section, words
P
    "$INITLAB" compare r --by init --across activation,lr --plot ranks.svg >/dev/null
    grep -qF "$(grep -o '<text .*he_normal.*' ranks.svg | head -n 1)" with.html
    initlab report r --by init --across activation,lr --control zeros -o x.html
    exits 2
    initlab report r --by init --across layer -o x.html
    exits 2
    initlab report r --by init --across layers -o x.html # the same in all runs
    exits 2
    [ ! -e x.html ]
}

@test "--across: where ranks over conditions and runs disagree, a line says why" {
    tiny set
    sweep r --init zeros,he_normal --activation tanh,relu,sigmoid --lr 0.5 --seeds 0..7 --layers in,8,out --epochs 2 --batch 8
    initlab report r --by init --across activation -o three.html
    [ "$status" -eq 0 ]
    # 3 conditions cannot tell anything apart, 24 pairs can
    has "1 of 1 groups is told apart from he_normal by runs, and not by ranks over conditions: ranks count each of 3 conditions once" \
        "$(text three.html)"
    initlab report r --by init --across activation,seed -o all.html
    has "n = 24 conditions, each by the groups' means in it" "$(text all.html)"
    [[ $(text all.html) != *"told apart from he_normal by"* ]]
    initlab compare r --by init --across activation
    has "n = 3 conditions, each by the groups' means in it; without --across n is pairs of runs of equal seeds" "$output"
}

# shard K of N: train that part of a sweep of 240 quick runs in 60 packs
shard()
{
    "$INITLAB" sweep run --layers in,3,out --init zeros,he_normal,orthogonal --lr 0.1,0.5 --batch 32 --epochs 1 --data set --out r \
        --seeds 0..39 --pack-size 4 --devices cpu:1 --quiet --shard "$1/$2" >/dev/null
}

# said TEXT PID: wait until the program of this number has said so, or has ended
said()
{
    until grep -qF -- "$1" said; do
        kill -0 "$2" || { cat said; return 1; }
        sleep 0.1
    done
}

@test "--watch: the page is made anew as runs end, reloads itself, and is the last when all have" {
    tiny set
    shard 1 3
    "$INITLAB" report r --by init --watch 1 -o page.html 2>said &
    said "page.html: 80 of 240 runs done" $!
    [ "$(rows page.html | wc -l)" -eq 80 ]
    grep -q '<main data-again="1">' page.html
    grep -q '<noscript><meta http-equiv="refresh" content="1"></noscript>' page.html
    has "The sweep is not done" "$(text page.html)"
    has "initlab report r --by init --out page.html" "$(text page.html)"
    shard 2 3
    said "page.html: 160 of 240 runs done" $!
    shard 3 3
    wait $!
    has "page.html: all runs have ended" "$(tail -n 1 said)"
    [ "$(rows page.html | wc -l)" -eq 240 ]
    [ "$(grep -c 'http-equiv="refresh"' page.html)" -eq 0 ]
    [[ "$(text page.html)" != *"The sweep is not done"* ]]
    [ "$(wc -l <said)" -ge 3 ] # as many pages, of which each said more than the one before
    sort -c -n -t ' ' -k 3,3 <(head -n -1 said)
    initlab report r --by init --watch 1 -o again.html # there is nothing to wait for
    [ "$status" -eq 0 ]
    initlab report r --by init -o plain.html
    sed 's/--out [a-z]*.html//' plain.html >plain
    sed 's/--out [a-z]*.html//' page.html | cmp plain -
}

@test "--watch waits for a sweep that has no run yet, and for one that was killed; SIGTERM and SIGINT end it" {
    tiny set
    "$INITLAB" sweep submit --engine mpi --kind cpu --layers in,3,out --init zeros,he_normal --batch 8 --epochs 100000 --data set \
        --out long --seeds 0..3 --pack-size 4 >/dev/null
    "$INITLAB" report long --watch 1 -o page.html 2>said &
    watcher=$!
    said "no run of 'long' has ended yet: waiting for more runs" $watcher
    [ ! -e page.html ]
    "$INITLAB" sweep run long --devices cpu:1 --quiet --progress json 2>progress >/dev/null &
    sweep=$!
    until [ -s progress ]; do sleep 0.1; done
    kill -KILL $sweep
    wait $sweep || [ $? -eq 137 ]
    kill -0 $watcher
    kill -TERM $watcher
    code=0
    wait $watcher || code=$?
    [ $code -eq 143 ]
    has "stopped by SIGTERM" "$(tail -n 1 said)"
    [ ! -e page.html ]

    shard 1 3
    env --default-signal=INT "$INITLAB" report r --watch 1 -o page.html 2>said &
    said "80 of 240 runs done" $!
    kill -INT $!
    code=0
    wait $! || code=$?
    [ $code -eq 130 ]
    [ "$(rows page.html | wc -l)" -eq 80 ]
}

@test "--watch: what asks for groups that are yet to come waits for them; what cannot be is refused" {
    tiny set
    shard 1 60
    "$INITLAB" report r --by init,lr --where init=orthogonal,lr=0.5 --watch 1 -o page.html 2>said &
    said ": waiting for more runs" $!
    shard 1 1
    wait $!
    [ "$(rows page.html | wc -l)" -eq 40 ]
    for seconds in 0 -1 x 1.5 86401; do
        initlab report r --watch "$seconds"
        exits 2
        has "--watch: '$seconds' is not a number from 1 to 86400" "$stderr"
    done
    initlab report r --watch 1 -o -
    exits 2
    initlab report set --watch 1
    exits 2
    has "--watch follows sweeps' folders, and 'set' is none" "$stderr"
    initlab report r --by layer --watch 1
    exits 2
    has "did you mean 'layers'?" "$stderr"
}
