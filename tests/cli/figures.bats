# figures.bats - compare --plot of sweeps: which figure, where to, and what is refused. golden.figures reads them back.
load common

sweep_of()
{
    tiny data
    "$INITLAB" sweep run --data data --layers in,out --batch 16 --epochs 2 --devices cpu:1 --out r -q "$@" >/dev/null
}

@test "one option names the figure; intervals unless it is given; the table stays" {
    sweep_of --init zeros,he_normal --lr 0.1,0.5 --seeds 0..2
    initlab compare r --plot x.svg
    [ "$status" -eq 0 ]
    has "difference to the best" "$(cat x.svg)"
    has "is best" "${lines[0]}"
    for kind in intervals:95 curves:interquartile rates:"learning rate"; do
        initlab compare r --plot x.svg --figure "${kind%%:*}"
        [ "$status" -eq 0 ]
        has "${kind#*:}" "$(cat x.svg)"
        has "n = 3 runs" "$(cat x.svg)"
    done
    initlab compare r --plot x.svg --figure heatmap --by init,lr
    has "n = 3 runs a cell" "$(cat x.svg)"
    initlab compare r --by init --plot x.svg
    has "pooled within groups: lr" "$(cat x.svg)"
    initlab compare r --control "init=he_normal, lr=0.1" --plot x.svg
    has "difference to the control" "$(cat x.svg)"
}

@test "the description, which is read out, has the small print whole: its lines one behind the other" {
    sweep_of --init zeros,he_normal --seeds 0..2
    for kind in intervals curves "heatmap --by init,lr"; do
        initlab plot r $kind
        described=$(sed -n 's/.*<desc>\(.*\)<\/desc>.*/\1/p' <<<"$output")
        has "n = 3 runs" "$described"
        [[ $described != *"?"* ]]
    done
    initlab plot r intervals
    has "; intervals: 95 % of the mean over the runs of a group, by Student's t; all runs" "$output"
}

@test "across conditions: ranks unless another figure is named; - is standard output of each kind" {
    sweep_of --init zeros,he_normal,glorot_uniform --lr 0.1,0.5 --seeds 0..2
    initlab compare r --by init --across lr,seed --plot x.svg
    [ "$status" -eq 0 ]
    has "Mean ranks by test accuracy over lr,seed" "$(cat x.svg)"
    has "n = 6 conditions" "$(cat x.svg)"
    has "n = 18 runs of 3 groups" "$(cat x.svg)"
    for kind in profile improvement critical-difference; do
        initlab compare r --by init --across lr --plot - --figure $kind
        [ "$status" -eq 0 ]
        [[ $output == "<svg "*"</svg>" ]]
        has "over lr" "$output"
        has "n = 2 conditions" "$output"
    done
    for kind in intervals curves rates profile heatmap; do
        initlab compare r --by init,lr --plot - --figure $kind
        [ "$status" -eq 0 ]
        [[ $output == "<svg "*"</svg>" ]]
    done
}

@test "- is standard output, and the table goes to standard error" {
    sweep_of --init zeros,he_normal --seeds 0..2
    initlab compare r --plot - --figure curves --metric cost -o csv
    [ "$status" -eq 0 ]
    [[ $output == "<svg "*"</svg>" ]]
    has "mean_low" "$stderr"
    [ ! -e ./- ]
    run bash -c '"$INITLAB" compare r --plot - >/dev/full'
    [ "$status" -eq 74 ]
}

@test "plot draws the figures of compare, byte for byte, by the same options; SVG to standard output unless --out" {
    sweep_of --init zeros,he_normal --lr 0.1,0.5 --seeds 0..2
    for kind in intervals curves rates "heatmap --by init,lr" "profile --by init" "critical-difference --by init --across lr,seed"; do
        initlab compare r --plot x.svg --figure $kind
        [ "$status" -eq 0 ]
        initlab plot r $kind
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [ "$output" = "$(cat x.svg)" ]
        initlab plot r $kind -o y.svg
        [ -z "$output" ]
        cmp x.svg y.svg
    done
    initlab plot r curves --where init=zeros --metric cost --out z.svg
    [ "$status" -eq 0 ]
    has "cost" "$(cat z.svg)"
    [[ $(cat z.svg) != *he_normal* ]]
    "$INITLAB" sweep run --data data --layers in,out --batch 16 --epochs 2 --devices cpu:1 --init ones --lr 0.1 --seeds 0..2 --out other -q >/dev/null
    initlab plot r other intervals -o two.svg
    [ "$status" -eq 0 ]
    has "init=ones" "$(cat two.svg)"
}

@test "plot: the kinds are those of --figure, in help and completions; mistakes are told" {
    sweep_of --init zeros,he_normal --seeds 0..2
    words="intervals|curves|heatmap|rates|layers|budget|profile|improvement|critical-difference"
    for wrong in "plot" "plot r" "plot r pie" "plot curves r"; do
        initlab $wrong
        exits 2
        has "$words" "$stderr"
    done
    initlab plot curves
    exits 2
    has "no folder and no file given before curves" "$stderr"
    initlab plot r heatmap
    exits 2
    has "figure heatmap: --by A,B" "$stderr"
    initlab plot r curves -o x.txt
    exits 2
    has "--out: 'x.txt' does not end in .svg, .png or .pdf" "$stderr"
    initlab plot r critical-difference
    exits 2
    has "--across COLUMNS names its conditions" "$stderr"
    initlab plot no-such curves
    [ "$status" -ne 0 ]
    has no-such "$stderr"
    run bash -c '"$INITLAB" plot r curves >/dev/full'
    [ "$status" -eq 74 ]
    initlab help plot
    has "KIND" "$output"
    initlab completion fish
    has "from plot' -F -a '${words//|/ }'" "$output"
}

@test "runs that diverged are counted under the axis, and a band breaks off where it is not finite" {
    tiny data
    "$INITLAB" sweep run --data data --layers in,8,8,out --activation identity --init he_normal --lr 0.3,0.5,0.9 --batch 8 --epochs 6 --seeds 0..3 --devices cpu:1 --out r -q >/dev/null
    # of 0.5 half of the runs diverge, one in its first epoch, which leaves no mark; of 0.9 all
    initlab plot r curves --metric cost
    [ "$status" -eq 0 ]
    has "runs that diverged: 0.5 (2 of 4), 0.9 (all 4)" "$output"
    [ "$(grep -c 'class="band"' <<<"$output")" -eq 1 ] # of 0.3
    has "a line ends where half of" "$output"
    # what survived of 0.5 is better than 0.3, and 0.3 is best
    initlab compare r --metric cost
    has "0.3 is best: cost 0.00" "$output"
    [ "$(sed -n "s/^\(0\.[0-9]\)  .*/\1/p" <<<"$output" | tr '\n' ' ')" = "0.3 0.5 0.9 " ]
    initlab plot r rates --metric cost
    has "runs that diverged: at 0.5 (2 of 4), at 0.9 (all 4)" "$output"
}

@test "a narrow heat map: what theory's line is stands below the colour bar" {
    tiny data
    "$INITLAB" sweep run --data data --layers in,8x4,out --layers in,8x30,out --activation tanh --init mean_field:0.5:0.05,mean_field:2.5:0.05 --batch 8 --epochs 1 --devices cpu:1 --out r -q >/dev/null
    initlab plot r heatmap --by depth,init
    [ "$status" -eq 0 ]
    python3 - "$output" <<'E'
import re, sys
bar = [float(y) + float(high) for y, high in re.findall(r'class="bar"[^>]* y="([0-9.]+)"[^>]* height="([0-9.]+)"', sys.argv[1])]
words = float(re.search(r'y="([0-9.]+)"[^>]*>6 correlation lengths', sys.argv[1]).group(1))
assert words - 11 > max(bar), (words, max(bar))
E
}

@test "where groups have no interval, the small print does not say what one is" {
    sweep_of --init he_uniform,he_normal --lr 0.1,0.5 --seeds 0..3
    initlab plot r intervals
    has "marker: mean; line: its 95 % interval" "$output"
    [[ $output != *"which takes 3 runs"* ]]
    for metric in "--metric seconds" "--where seed=0,seed=1"; do
        # shellcheck disable=SC2086
        initlab plot r intervals $metric
        has "marker: mean; no line: no group has an interval" "$output"
        # shellcheck disable=SC2086
        initlab plot r rates $metric
        has "marker: mean; no band: no group has an interval" "$output"
        [[ $output != *"95 % interval"* ]]
    done
    "$INITLAB" sweep extend r --init zeros >/dev/null
    "$INITLAB" sweep run r --quiet >/dev/null
    initlab plot r intervals --by init --where init=he_normal --where seed=0
    has "no group has an interval, which takes 3 runs that differ" "$output"
    initlab plot r intervals # copies have none
    has "line: its 95 % interval, which takes 3 runs that differ" "$output"
    initlab plot r rates --where init=he_normal
    has "band: its 95 % interval" "$output"
}

@test "bands of more than 8 lines over the learning rate are left out, and that is said" {
    sweep_of --init normal:std=0.1,normal:std=0.2,normal:std=0.3,normal:std=0.4,normal:std=0.5,lecun_normal,glorot_normal,he_normal,he_uniform --lr 0.1,0.5 --seeds 0..2
    initlab plot r rates
    has "bands are left out of more than 8 lines" "$output"
    [ "$(grep -c 'class="band"' <<<"$output")" -eq 0 ]
    initlab plot r rates --where init=he_normal,init=he_uniform
    [ "$(grep -c 'class="band"' <<<"$output")" -eq 2 ]
}

@test "an axis of shares ends at 1, though all are 1" {
    tiny data
    "$INITLAB" sweep run --data data --layers in,8,out --lr 0.5 --batch 8 --epochs 6 --devices cpu:1 --init he_normal,orthogonal \
        --seeds 0..2 --out r -q >/dev/null
    for kind in curves intervals rates profile; do
        initlab plot r $kind --by init,lr
        [ "$status" -eq 0 ]
        grep -q '>1\(\.0*\)\?</text>' <<<"$output"
        [ "$(grep -c '>1\.0*[1-9][0-9]*</text>' <<<"$output")" -eq 0 ]
    done
    initlab plot r curves --where epochs=6 --term
    [[ $output != *1.05* ]] && [[ $output != *1.1* ]]
}

@test "names that are too long for a terminal are cut in their middle, and stay apart" {
    sweep_of --init "he_normal:gain=relu:mode=fan_out,he_normal:gain=relu:mode=fan_avg" --lr 0.1,0.2 --seeds 0..2
    for kind in intervals "critical-difference --by init,lr --across seed"; do
        # shellcheck disable=SC2086
        COLUMNS=72 initlab plot r $kind --term
        [ "$(grep '^[^ ]*…' <<<"$output" | awk '{ print $1, $2 }' | sort -u | wc -l)" -eq 4 ] || { echo "$output"; false; }
    done
    COLUMNS=46 initlab plot r heatmap --by lr,init --term
    [ "$(grep -c '^he_norm…fan_\(avg\|out\) ' <<<"$output")" -eq 2 ]
}

@test "a scheme that has no c* is named where the distance to it is drawn" {
    tiny data
    initlab inspect --data data --layers in,16x4,out --activation tanh --samples 32 --device cpu --init he_normal --init zeros --plot -
    [ "$status" -eq 0 ]
    has "zeros: no c* (no finite value)" "$output"
    initlab inspect --data data --layers in,16x4,out --activation tanh --samples 32 --device cpu --init zeros --init ones --plot -
    [[ $output != *"distance |c"* ]]
}

@test "layers through training: of runs with --diag, one column of them" {
    sweep_of --init zeros,he_normal --seeds 0..2
    initlab plot r layers
    exits 65
    has "--diag every=epoch" "$stderr"
    initlab plot r curves --diagnostic saturated
    exits 2
    has "--diagnostic is of the figure layers" "$stderr"
    initlab plot r layers --diagnostic weight
    exits 2
    has "activation_mean|activation_variance|saturated|dead|gradient_norm" "$stderr"
    "$INITLAB" sweep run --data data --layers in,4,out --activation tanh --batch 16 --epochs 2 --devices cpu:1 --init he_normal --seeds 0..2 --diag every=epoch --out d -q >/dev/null
    initlab plot d layers
    [ "$status" -eq 0 ]
    has "variance of activations" "$output"
    initlab compare d --figure layers --plot x.svg --diagnostic gradient_norm
    [ "$status" -eq 0 ]
    has "layer 2" "$(cat x.svg)"
    ! grep -q "rule of thumb" x.svg
    initlab plot d layers --diagnostic update_ratio
    has "dashed: 1e-3, by rule of thumb" "$output"
    grep -q 'class="theory"' <<<"$output"
    initlab plot r d layers --by lr,init,layers,activation --diagnostic gradient_norm -o two.svg # one of them was not watched
    [ "$status" -eq 0 ]
}

@test "--term shows every kind in as many columns as there are, without a colour where none is wanted" {
    sweep_of --init zeros,he_normal,glorot_uniform --lr 0.1,0.5,0.7,0.9 --seeds 0..2 --diag every=epoch
    for kind in intervals curves rates layers profile improvement "heatmap --by init,lr" "critical-difference --by init --across lr,seed"; do
        for columns in 40 80 133; do
            COLUMNS=$columns initlab plot r $kind --term
            [ "$status" -eq 0 ]
            has "n = " "$output"
            [[ $output != *$'\033'* ]] && [[ $output != *"<svg"* ]]
            [ "$(wc -L <<<"$output")" -le "$columns" ]
        done
        initlab plot r $kind --term --color always
        [[ $output == *$'\033['* ]]
        [ "$(tail -n 1 <<<"$output" | grep -c $'\033\[[^0]*m$')" -eq 0 ] # no colour is left behind
    done
    NO_COLOR=1 initlab plot r curves --term
    [[ $output != *$'\033'* ]]
    initlab plot r curves --term -o x.svg
    has "zeros" "$output"
    has "<svg" "$(cat x.svg)"
    initlab plot r curves
    has "<svg" "$output"
    # a terminal of 60 columns: shown by itself
    /usr/bin/python3 -c '
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.execvp(os.environ["INITLAB"], ["initlab", "plot", "r", "curves", "--color", "never"])
out = b""
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    out += more
sys.stdout.write(out.decode().replace("\r", ""))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' >shown.txt
    has "zeros" "$(cat shown.txt)"
    [ "$(wc -L <shown.txt)" -le 60 ] && [ "$(wc -L <shown.txt)" -ge 50 ]
    initlab compare r --by init --term
    has "is best" "$output"
    has "left: test accuracy (share of samples); right: difference to the best" "$output"
    initlab compare r --term -o csv
    exits 2
    has "--term is beside the table as text" "$stderr"
    initlab inspect --data data --layers in,8,8,out --samples 16 --device cpu --init he_normal --init zeros --term
    [ "$status" -eq 0 ]
    has "a he_normal" "$output"
    initlab inspect --data data --layers in,8,8,out --samples 16 --device cpu --term --figure activations
    has "activation, f(z)" "$output"
    run bash -c '"$INITLAB" plot r curves --term >/dev/full'
    [ "$status" -eq 74 ]
}

@test "--term escapes what a file says" {
    sweep_of --init zeros,he_normal --seeds 0..2
    /usr/bin/python3 -c "import sqlite3; d = sqlite3.connect('r/results.sqlite'); d.execute('UPDATE runs SET init = ? WHERE init = ?', ('\x1b[31mred\x9b2J\u202e', 'zeros')); d.commit()"
    initlab plot r intervals --term
    [ "$status" -eq 0 ]
    [[ $output == *"?[31mred?2J"* ]]
    [[ $output != *$'\033'* && $output != *$'\xc2\x9b'* ]]
}

@test "PNG and PDF, or what to install" {
    sweep_of --init zeros,he_normal --seeds 0..2
    export ASAN_OPTIONS=detect_leaks=0 # fontconfig keeps what it read
    for ending in png pdf; do
        initlab compare r --plot x.$ending
        if [ "$status" -eq 2 ]; then
            has "librsvg" "$stderr"
            [ ! -e x.$ending ]
        else
            [ "$status" -eq 0 ]
            has "${ending^^}" "$(head -c 8 x.$ending)"
        fi
    done
}

@test "the program starts without librsvg: nothing links it" {
    run bash -c 'readelf -d "$INITLAB" | grep -E "rsvg|cairo|glib"'
    [ -z "$output" ]
}

@test "mistakes: one line each, and what is valid; no figure is left" {
    sweep_of --init zeros,he_normal --seeds 0..2
    initlab compare r --figure curves
    exits 2
    has "--plot says where it goes, or --term" "$stderr"
    initlab compare r --plot x.svg --figure pie
    exits 2
    has "intervals|curves|heatmap|rates|layers|budget|profile|improvement|critical-difference" "$stderr"
    initlab compare r --plot x.svg --figure critical-difference
    exits 2
    has "--across COLUMNS names its conditions" "$stderr"
    initlab compare r --plot x.svg --figure curves --across seed
    exits 2
    has "curves is not of --across" "$stderr"
    initlab compare r --plot x.svg --figure improvement --where init=zeros
    exits 2
    has "2 to 20 groups" "$stderr"
    initlab compare r --plot x.svg --figure heatmap
    exits 2
    has "--by A,B" "$stderr"
    initlab compare r --plot x.svg --figure heatmap --by init
    exits 2
    initlab compare r --plot x.svg --figure heatmap --by init,init
    exits 2
    initlab compare r --plot x.svg --figure rates
    exits 2
    has "not by lr" "$stderr"
    initlab compare r --plot x.svg --figure curves --metric seconds
    exits 2
    has "epochs have no seconds: they have test_accuracy, test_cost, cost" "$stderr"
    echo '{"status":"ok","test_accuracy":0.5}' >run.jsonl
    initlab compare --runs run.jsonl --plot x.svg --figure curves
    exits 2
    has "--figure is of groups: not with --runs" "$stderr"
    initlab compare r --plot no/such/x.svg
    exits 73
    [ ! -e x.svg ]
}

@test "more groups than can be told apart are refused, not left out" {
    sweep_of --init zeros --lr "$(seq -s, 0.01 0.01 1.01)" --seeds 0
    initlab compare r --plot x.svg
    exits 2
    has "101 groups are too many" "$stderr"
    initlab compare r --plot x.svg --figure rates
    [ "$status" -eq 0 ]
}

@test "what the metric loses is said of it: cells, medians that are not finite, profiles of one value" {
    tiny data
    "$INITLAB" sweep run --data data --layers in,8,out --output linear --loss mse --init ones,normal:std=1e30 --lr 0.1 --batch 8 \
        --epochs 2 --seeds 0 --devices cpu:1 --out r -q >/dev/null
    initlab plot r profile --metric cost
    [ "$status" -eq 0 ]
    # a step at the one value, from one end of the axis to the other: its line has both
    [ "$(grep -c 'stroke-linejoin="round".* d="M[0-9. ]*L[0-9. ]*L[0-9. ]*L[0-9. ]*"' <<<"$output")" -eq 2 ]
    initlab plot r heatmap --by init,lr # an accuracy is there, though it diverged
    has "n = 1, 1 of 1 diverged or failed" "$output"
    initlab plot r heatmap --by init,lr --term
    has "behind a cell: some of its runs diverged or failed" "$output"
    "$INITLAB" sweep run --data data --layers in,8,8,out --activation identity --init he_normal --lr 0.5,0.9 --batch 8 --epochs 6 --seeds 0..3 --devices cpu:1 --out d -q >/dev/null
    initlab plot d curves --metric cost --where lr=0.5,lr=0.9 --where seed=0,seed=1 # which diverged at once
    has "0.5 (median not finite)" "$output"
    initlab plot d heatmap --by init,lr --metric cost
    has "n = 2 runs a cell" "$output"
    has "n = 2, 2 of 4 diverged or failed" "$output"
    has "n = 0, 4 of 4 diverged or failed" "$output"
    has "6 of 8 runs have no finite cost, as those that diverged: they are in no mean" "$output"
    [[ $output != *iqm* ]]
}

@test "budget: a point for each number of trials, as --budget prints them; with --best-over alone" {
    tiny data
    "$INITLAB" sweep run --data data --layers in,out --init zeros,he_normal --lr 0.01,0.1,0.5 --batch 8 --epochs 2 --seeds 0..1 --validation 16 \
        --devices cpu:1 --out r -q >/dev/null
    initlab compare r --best-over lr --budget
    has "expected test_accuracy  best of 1  best of 2" "$output"
    printed=$(grep -A2 "^expected" <<<"$output")
    initlab plot r budget --best-over lr
    [ "$status" -eq 0 ]
    has "Expected test accuracy of the best of k trials" "$output"
    has "n = 6 runs a group, each a trial" "$output"
    has "of the trial with the best validation_accuracy" "$output"
    python3 - "$output" "$printed" <<'E'
import re, sys
svg, printed = sys.argv[1:]
labels = svg.split('text-anchor="end"', 1)[1].split("</g>")[0]
ticks = [(float(y) - 4, float(v)) for y, v in re.findall(r'y="([0-9.]+)">([0-9.]+)</text>', labels)]
(p, a), (q, b) = ticks[0], ticks[-1]
lines = [[tuple(map(float, at.split())) for at in re.split("[ML]", d)[1:]]
         for d in re.findall(r'stroke-linejoin="round"[^>]* d="([^"]*)"', svg)]
want = sorted([float(v) for v in re.findall(r" ([01][.][0-9]+)", row)] for row in printed.splitlines()[1:])
got = sorted([a + (y - p) / (q - p) * (b - a) for _, y in line] for line in lines)
assert [len(line) for line in got] == [6, 6] and [len(row) for row in want] == [4, 4], (got, want)
for line, row in zip(got, want):
    for k, value in zip((1, 2, 4, 6), row):
        assert abs(line[k - 1] - value) < .005 * (b - a), (k, line, row)
E
    initlab compare r --best-over lr --plot b.svg --figure budget
    [[ $output != *"best of 1"* ]]
    "$INITLAB" plot r budget --best-over lr | cmp - b.svg
    "$INITLAB" report r --best-over lr -o r.html
    grep -q "Expected test accuracy of the best of k trials" r.html
    "$INITLAB" report r -o r.html
    [ "$(grep -c "of the best of k trials" r.html)" -eq 0 ]
    initlab plot r budget
    [ "$status" -eq 2 ]
    has "figure budget: --best-over COLUMNS" "$stderr"
}

@test "profiles of more groups than there are styles: the best and the worst are told apart, the others grey" {
    sweep_of --init he_normal --lr 0.01..0.31+0.01 --seeds 0
    initlab plot r profile
    [ "$status" -eq 0 ]
    has "by name: the best 5 and the worst 3 of 31 groups; grey: the other 23" "$output"
    [ "$(grep -c 'class="faint"' <<<"$output")" -eq 23 ]
    [ "$(grep 'class="faint"\|stroke-width="2"' <<<"$output" | grep stroke-linejoin | sed 's/ d=.*//' | sort | uniq -d | wc -l)" -eq 0 ]
    [ "$(grep -c 'stroke-linejoin="round" stroke=' <<<"$output")" -eq 8 ]
    initlab plot r profile --where lr=0.01,lr=0.02,lr=0.03,lr=0.04,lr=0.05,lr=0.06,lr=0.07,lr=0.08,lr=0.09,lr=0.1
    [ "$(grep -c 'class="faint"' <<<"$output")" -eq 0 ]
}
