# compare_join.bats - `compare A B`: folders whose sweeps differ in what they vary, in their data, their numbers, their state.
load common

# swept FOLDER OPTIONS..., on the dataset $data
data=set
swept()
{
    "$INITLAB" sweep run --layers in,8,out --devices cpu:1 --batch 8 --epochs 2 --quiet --data "$data" --out "$@" >/dev/null
}

# rows of --format csv: these columns, sorted
columns()
{
    python3 -c 'import csv, sys
print(*sorted(" ".join(row[c] for c in sys.argv[1:]) for row in csv.DictReader(sys.stdin)), sep=";")' "$@" <<<"$output"
}

# forge FOLDER: its journal with what standard input, Python, does to the object of each line, value; with right sums
forge()
{
    PYTHONPATH=$BATS_TEST_DIRNAME/sweep python3 -c 'import pathlib, sys
from journal import lines_of, sealed
path, = pathlib.Path(sys.argv[1], "journal").glob("*.jsonl")
lines, change = lines_of(path.read_bytes()), sys.stdin.read()
for _, value in lines:
    exec(change)
path.write_bytes(sealed(lines))' "$1"
}

@test "other axes: what varies in either makes groups, and runs of both pair by seed" {
    tiny set
    swept a --init he_normal,zeros --seeds 0..7
    swept b --init he_normal,orthogonal --lr 0.1,0.5 --seeds 2..9
    initlab compare a b -o csv --control "init=he_normal, lr=0.1"
    [ "$status" -eq 0 ]
    # 6 runs of he_normal at lr 0.1 are in both
    has "6 runs are there more than once: each counts once" "$stderr"
    [[ $stderr != *"another result"* ]]
    [ "$(columns init lr n pairs)" = \
        "he_normal 0.1 10 0;he_normal 0.5 8 8;orthogonal 0.1 8 8;orthogonal 0.5 8 8;zeros 0.1 8 8" ]
    python3 - "$output" <<'P'
import csv, io, sqlite3, sys
runs = {}
for folder in "ab":
    for init, lr, seed, x in sqlite3.connect(f"{folder}/results.sqlite").execute("SELECT init, lr, seed, test_accuracy FROM runs"):
        assert runs.setdefault((init, float(lr), seed), x) == x
for row in csv.DictReader(io.StringIO(sys.argv[1])):
    key = row["init"], float(row["lr"])
    if row["verdict"] == "control":
        continue
    d = [x - runs["he_normal", 0.1, seed] for (init, lr, seed), x in runs.items() if (init, lr) == key]
    assert int(row["pairs"]) == len(d) == 8 and abs(float(row["difference"]) - sum(d) / 8) < 1e-12, row
P
    # the order of folders changes nothing but which of equals is first
    want=$(columns init lr n mean pairs difference p)
    initlab compare b a -o csv --control "init=he_normal, lr=0.1"
    [ "$(columns init lr n mean pairs difference p)" = "$want" ]
}

@test "one that was extended, and one that was watched, add what they alone have" {
    tiny set
    swept a --init he_normal,zeros --seeds 0..3
    cp -r a old
    "$INITLAB" sweep extend a --seeds 4..7 >/dev/null
    "$INITLAB" sweep run a --devices cpu:1 --quiet >/dev/null
    initlab compare a
    want=$output
    initlab compare old a
    [ "$status" -eq 0 ]
    has "8 runs are there more than once: each counts once" "$output"
    [ "$(grep -v "more than once" <<<"$output")" = "$want" ]
    swept watched --init he_normal,zeros --seeds 0..7 --diag every=epoch
    initlab compare watched a
    has "16 runs are there more than once: each counts once" "$output"
    [[ $output != *"another result"* ]]
    [ "$(grep -v "more than once" <<<"$output")" = "$want" ]
    # of one that is not done, what is done
    "$INITLAB" sweep extend a --init ones >/dev/null
    initlab compare watched a
    has "a: 16 of 24 runs done" "$output"
}

@test "other data: a column as any other, and no test between datasets" {
    python3 "$BATS_TEST_DIRNAME/make_idx.py" MNIST/raw 96
    python3 "$BATS_TEST_DIRNAME/make_idx.py" Fashion/raw 120
    cp -r MNIST/raw same
    data=MNIST/raw swept m --init he_normal,zeros --seeds 0..7
    data=Fashion/raw swept f --init he_normal,zeros --seeds 0..7
    data=same swept s --init ones --seeds 0..7
    initlab compare m f -o csv
    [ "$status" -eq 0 ]
    [ "$(columns init data n)" = "he_normal Fashion/raw 8;he_normal MNIST/raw 8;zeros Fashion/raw 8;zeros MNIST/raw 8" ]
    # one pair of groups in each of two datasets
    initlab compare m f
    has "after Holm over 2 comparisons" "$output"
    has "groups of different datasets are not tested against each other" "$output"
    has "all runs of a dataset share one test set" "$output"
    [ "$(grep -c 'raw  8 .*  -$' <<<"$output")" -eq 2 ]
    initlab compare f --where data=Fashion/raw -o csv # one dataset is called by its folder's last name
    exits 2
    has "no run has data Fashion/raw: they have raw" "$stderr"
    initlab compare m f --where data=Fashion/raw -o csv
    [ "$(columns init n pairs)" = "he_normal 8 0;zeros 8 8" ]
    # the best is alone in its dataset: the p of others is of no column
    data=MNIST/raw swept alone --init he_normal --seeds 0..7
    data=Fashion/raw swept zeros --init zeros,ones --seeds 0..7
    initlab compare alone zeros
    has "is of another dataset: no test." "${lines[0]}"
    [[ $output != *"after Holm"* ]]
    # pooled where that is asked for: pairs stay within a dataset
    initlab compare m f --by init
    has "pooled within groups: data" "$output"
    has "n = 16 pairs" "$output"
    initlab compare m f --across data
    has "Over 2 conditions (data) he_normal has the best mean rank" "$output"
    # the same bytes elsewhere are the same data
    initlab compare m s -o csv
    [ "$(columns init n pairs)" = "he_normal 8 0;ones 8 8;zeros 8 8" ]
    # other bytes in the same place: their sums tell them apart
    mv MNIST old
    mv Fashion MNIST
    data=MNIST/raw swept g --init he_normal --seeds 0
    initlab compare m g -o csv
    [ "$(columns data n | sed 's/:[0-9a-f]\{8\} / /g')" = "raw 8;raw 8;raw 1" ]
    # files of single runs say what they were trained on, too
    for data in same MNIST/raw; do
        "$INITLAB" train --layers in,8,out --batch 8 --epochs 2 --device cpu --data $data --quiet --out ${data%/raw}.jsonl >/dev/null
    done
    initlab compare same.jsonl MNIST.jsonl m -o csv
    [ "$(columns init n pairs)" = "he_normal 8 0;uniform 1 0;uniform 1 1;zeros 8 8" ]
}

@test "other numbers are said, and which of two results counts; one that failed is no result" {
    tiny set
    swept a --init he_normal,zeros --seeds 0..3
    cp -r a b
    rm b/results.sqlite*
    forge b <<'P'
if "journal" in value:
    value["numbers"] = 1
if value.get("number") in (1, 2, 5):
    value["epochs"][-1][5] = 0.25
P
    initlab compare a b -o csv
    [ "$status" -eq 0 ]
    has "8 runs are there more than once: each counts once; 3 with another result the second time: what is named first counts" "$stderr"
    has "a has numbers $NUMBERS of cpu, b has numbers 1 of cpu: a run of one is not that of another to the bit" "$stderr"
    want=$output
    initlab compare a -o csv
    [ "$output" = "$want" ]
    initlab compare b -o csv
    want=$output
    initlab compare b a -o csv
    [ "$output" = "$want" ]
    python3 "$BATS_TEST_DIRNAME/sweep/fail_pack.py" b "no memory"
    rm b/results.sqlite*
    initlab compare a -o csv
    want=$output
    initlab compare b a -o csv
    [ "$output" = "$want" ]
    initlab compare b
    [ "$status" -eq 0 ]
    has "failed" "$output"
}

@test "little to compare: no run with the metric, groups of one, none done, a target that nobody reaches" {
    tiny set
    swept broken --init normal:std=1e30 --seeds 0..2
    for format in text md tex json; do
        initlab compare broken --metric test_cost -o $format
        [ "$status" -eq 0 ]
        has "none of 3 runs has a test" "$output"
        has "cost: 3 diverged, 0 failed." "$output"
    done
    swept one --init he_normal,zeros --seeds 0
    initlab compare one broken --metric test_cost --by init
    has "he_normal is best: test_cost " "$output"
    has "zeros: no detectable difference" "$output"
    has "(1 pair cannot show one)" "$output"
    [ "$(grep -c '^normal:std=1e+30  0  *-  *-  *-' <<<"$output")" -eq 1 ]
    initlab compare one --target 0.9999
    [ "$(grep -c ' 0/1 ' <<<"$output")" -eq 2 ]
    "$INITLAB" sweep submit --engine slurm --kind cpu --init zeros,ones --batch 8 --epochs 1 --data set --out none >/dev/null 2>&1
    initlab compare none
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    has "no run of 'none' has ended yet" "$stderr"
    initlab compare none -o json
    [ "$(picked metric groups <<<"$output")" = "test_accuracy []" ]
    initlab compare none one -o csv
    has "none: 0 of 2 runs done" "$stderr"
    [ "$(columns init n)" = "he_normal 1;zeros 1" ]
    initlab check one --baseline none
    exits 65
    initlab check none --baseline one
    [ "$status" -eq 1 ]
    has "2 of 2 groups are worse" "$output"
    has "now 0 of 2 runs done" "$output"
    while IFS='|' read -r options said; do
        # shellcheck disable=SC2086
        initlab compare one $options
        exits 2
        has "$said" "$stderr"
    done <<'E'
--by lnit|did you mean 'init'
--by init,|no column ''
--metric accuracy|runs have no result 'accuracy'
--control none|no group is called 'none': the best one is 'he_normal'
--target nan|an accuracy above 0, up to 1
--target 0|an accuracy above 0, up to 1
--across seed|1 condition with a run of each
--best-over lr|train with --validation N
--where init=ones|no run has init ones: they have he_normal, zeros
E
}

@test "--by source: one folder against another, a run that is in both once for each" {
    tiny set
    swept a --init he_normal,zeros --seeds 0..7
    cp -r a b
    rm b/results.sqlite*
    forge b <<'P'
if "number" in value:
    value["epochs"][-1][5] /= 2
P
    cp -r a $'\xff'
    initlab compare $'\xff' b --by source -o json # JSON has no such byte
    [ "$status" -eq 0 ]
    has '"source": "?"' "$output"
    initlab compare a b --by init,source -o csv
    [ "$status" -eq 0 ]
    [[ $stderr != *twice* && $stderr != *"more than once"* ]]
    [ "$(columns init source n pairs)" = "he_normal a 8 0;he_normal b 8 8;zeros a 8 8;zeros b 8 8" ]
    [ "$(columns init mean | cut -d';' -f1,2 | tr ';' '\n' | awk '{ print $2 }' | sort -g | paste -sd' ' | awk '{ print 2 * $1 == $2 }')" = 1 ]
    # the page's runs are in the groups that they were compared in
    initlab report a b --by init,source -o page.html
    [ "$status" -eq 0 ]
    python3 - <<'P'
import collections, json, re, sqlite3
data = json.loads(re.search('<script type="application/json" id="data">(.*?)</script>', open("page.html").read(), re.S)[1])
at = data["columns"].index("init") + 4
seen = collections.Counter((data["groups"][row[2]], row[at], row[1]) for row in data["rows"])
assert seen == {(f"init={init}, source={folder}", init, i): 8 for init in ("he_normal", "zeros") for i, folder in enumerate("ab")}, seen
P
    initlab compare a b --by source
    has "pooled within groups: init" "$output"
    has "n = 16 pairs" "$output"
    initlab compare a b --where source=b --by init -o csv
    [ "$(columns init n)" = "he_normal 8;zeros 8" ]
    initlab compare a b --by init --across source
    has "Over 2 conditions (source)" "$output"
}

# rows in the order that `columns` has them in
in_order() { printf '%s\n' "$@" | LC_ALL=C sort | paste -sd ';'; }

@test "files of weights of other contents are other groups, called by what is in them; --where takes them with it or without" {
    tiny set
    for init in he_normal zeros; do
        "$INITLAB" init --layers 16,8,3 --init $init --save w.safetensors >/dev/null
        cp w.safetensors $init.safetensors
        swept $init --init "file:$PWD/w.safetensors" --init orthogonal --seeds 0..2
        swept more-$init --init "file:$PWD/w.safetensors" --seeds 3..4
    done
    file="file:path=$PWD/w.safetensors"
    he=$(sha256sum <he_normal.safetensors | head -c 8)
    zeros=$(sha256sum <zeros.safetensors | head -c 8)
    # of one content they are one group, called as ever
    initlab compare he_normal more-he_normal -o csv
    [ "$(columns init n)" = "$file 5;orthogonal 3" ]
    # of two contents they are two, also where no seed is in both
    initlab compare he_normal more-zeros -o csv
    [ "$(columns init n)" = "$(in_order "$file ($he) 3" "$file ($zeros) 2" "orthogonal 3")" ]
    initlab compare zeros he_normal more-he_normal -o csv
    [ "$(columns init n)" = "$(in_order "$file ($he) 5" "$file ($zeros) 3" "orthogonal 3")" ]
    want=$(columns init n mean)
    initlab compare more-he_normal he_normal zeros -o csv
    [ "$(columns init n mean)" = "$want" ]
    initlab compare he_normal zeros --by lr
    has "pooled within groups: init" "$output"
    # where the source is asked for it tells them apart, and check holds each group against the same one
    initlab compare he_normal zeros --by init,source -o csv
    [ "$(columns init source n)" = "$file he_normal 3;$file zeros 3;orthogonal he_normal 3;orthogonal zeros 3" ]
    initlab check zeros --baseline he_normal -o json
    [ "$(python3 -c 'import json, sys; print(*sorted(g["group"] for g in json.load(sys.stdin)["groups"]))' <<<"$output")" = "$file orthogonal" ]
    while IFS='|' read -r where groups; do
        initlab compare he_normal zeros --by init -o csv --where "$where"
        [ "$status" -eq 0 ]
        [ "$(columns init n)" = "$groups" ]
    done <<E
init=$file|$(in_order "$file ($he) 3" "$file ($zeros) 3")
init=file:$PWD/w.safetensors|$(in_order "$file ($he) 3" "$file ($zeros) 3")
init=$file ($he)|$file ($he) 3
E
    initlab compare he_normal zeros --control "$file ($zeros)"
    has "w.safetensors ($zeros) is the control" "$output"
    # files of train say what they began with, too
    for init in he_normal zeros; do
        cp $init.safetensors w.safetensors
        "$INITLAB" train --layers in,8,out --data set --device cpu --batch 8 --epochs 2 --quiet --seed 7 \
            --init "file:$PWD/w.safetensors" --out $init.jsonl >/dev/null
    done
    initlab compare he_normal.jsonl zeros.jsonl more-zeros -o csv
    [ "$(columns init n)" = "$(in_order "$file ($he) 1" "$file ($zeros) 3")" ]
}
