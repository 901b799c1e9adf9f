#!/usr/bin/env bats
# Help, version, lists, the man page and the completions: what needs neither device nor data.
load common.bash

@test "--help, -h and help print the commands on stdout" {
    for word in --help -h help; do
        initlab "$word"
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        has "Usage: initlab COMMAND" "$output"
        has "completion" "$output"
        no_escapes "$output"
    done
}

# all commands, from the one list
commands() { sed -n 's/^X(\(.*\))$/\1/p' "$BATS_TEST_DIRNAME/../../host/cli/commands.def" | tr _ ' '; }

@test "every command has help, by help COMMAND and --help alike" {
    [ "$(commands | wc -l)" -gt 20 ]
    while read -r command; do
        initlab $command --help
        [ "$status" -eq 0 ]
        has "Usage: initlab $command" "$output"
        first=$output
        [ "$command" != schemes ] || continue # its help topic is the list of that name
        initlab help $command
        [ "$output" = "$first" ]
    done < <(commands)
}

@test "no line of help is wider than a terminal" {
    while read -r topic; do
        initlab help $topic
        while IFS= read -r line; do
            [ "${#line}" -le 80 ] || { echo "$line"; false; }
        done < <(sed '/^Examples:/,$d' <<<"$output")
    done < <(echo; commands; printf '%s\n' activations losses schedules optimizers decays schemes layers recipes sweeps)
}

@test "help opens neither the CUDA plugin nor the data" {
    command -v strace >/dev/null || skip "no strace"
    # a leak check cannot run under strace
    ASAN_OPTIONS=detect_leaks=0 \
        strace -f -o trace -e trace=open,openat "$INITLAB" train --help >/dev/null
    grep -q 'libc' trace
    run ! grep -E 'cuda|ubyte' trace
}

@test "version, as text and as JSON" {
    initlab version
    [ "$status" -eq 0 ]
    [[ $output =~ ^initlab\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    text=$output
    initlab --version
    [ "$output" = "$text" ]
    initlab version --json
    version=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["version"])' <<<"$output")
    [ "initlab $version" = "$text" ]
}

@test "help LIST shows exactly what the library has" {
    for list in activations losses schedules optimizers decays schemes; do
        initlab help "$list"
        [ "$status" -eq 0 ]
        shown=$(sed -n 's/^  \([a-z][^ ]*\).*/\1/p' <<<"$output")
        known=$("$NAMES" | sed -n "s/^$list //p")
        [ -n "$known" ]
        [ "$shown" = "$known" ]
    done
}

@test "train --help has every parameter with its default" {
    initlab help train
    help=$output
    count=0
    while read -r _ name default; do
        shown=$(awk -v option="--${name//_/-}" '
            /^ *-/ { on = $1 == option || index($1, option "[") == 1 } on' <<<"$help" |
            tr -s ' \n' ' ')
        [ -n "$shown" ] || { echo "--$name is not shown"; false; }
        [ -z "$default" ] || has "[default: $default]" "$shown"
        count=$((count + 1))
    done < <("$NAMES" | grep ^parameter)
    [ "$count" -gt 10 ]
}

@test "help recipes lists every recipe" {
    initlab help recipes
    [ "$status" -eq 0 ]
    for file in "$INITLAB_DATA"/recipes/*.yaml; do
        has "  $(basename "$file" .yaml)" "$output"
    done
    has seed-zeros-softmax "$output"
    run ! grep -q "no description" <<<"$output"
}

@test "help sweeps lists every sweep that is installed, help layers which networks there are" {
    initlab help sweeps
    [ "$status" -eq 0 ]
    while read -r file; do
        has "  ${file%.yaml}" "$output"
    done < <(cd "$INITLAB_DATA/sweeps" && find . -name '*.yaml' -printf '%P\n')
    has "  papers/saxe-2014-full" "$output"
    has "eight schemes, three activations" "$output"
    run ! grep -q "no description" <<<"$output"
    initlab help layers
    [ "$status" -eq 0 ]
    text=$(tr -s ' \n' ' ' <<<"$output")
    has "Networks are dense layers" "$text"
    has "Convolutions, pooling, residual sums, normalisation, dropout, recurrence and attention are not there yet" "$text"
    initlab help
    has "('initlab help layers')" "$(tr -s ' \n' ' ' <<<"$output")"
}

@test "the man page has every option and list, and roff finds no fault" {
    initlab help --man
    [ "$status" -eq 0 ]
    printf '%s\n' "$output" >initlab.1
    while read -r kind name _; do
        name=${name//_/-}
        [ "$kind" != parameter ] || grep -q -- "^.fB.-.-${name//-/\\\\-}.fR" initlab.1 ||
            { echo "$name"; false; }
    done < <("$NAMES")
    # every variable that the sources read, but for the terminal's own
    sources=$BATS_TEST_DIRNAME/../../host
    for name in $(grep -rhoE 'getenv\("[A-Z_]+"' "$sources" | cut -d'"' -f2); do
        [ "$name" = TERM ] || grep -q "fB$name.fR" initlab.1 || { echo "$name"; false; }
    done
    for code in 0 2 65 69 71 73 74 130; do
        grep -q "fB$code" initlab.1
    done
    if command -v mandoc >/dev/null; then
        # the page has no date: builds are repeatable
        run bash -c 'mandoc -T lint -W warning initlab.1 | grep -v "missing date"'
        [ -z "$output" ]
    fi
    command -v groff >/dev/null || skip "no groff"
    run groff -ww -man -Tutf8 initlab.1
    [ "$status" -eq 0 ]
    run bash -c 'groff -ww -man -Tutf8 initlab.1 2>&1 >/dev/null'
    [ -z "$output" ]
    if command -v man >/dev/null; then
        run bash -c 'LC_ALL=C.UTF-8 man --warnings -l initlab.1 2>&1 >/dev/null'
        [ -z "$output" ]
    fi
}

# complete WORDS...: what bash would offer for the last word
complete_bash()
{
    bash --norc -c '
        eval "$("$1" completion bash)"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _initlab; printf "%s\n" "${COMPREPLY[@]}"' _ \
        "$INITLAB" "$@"
}

@test "the bash completion loads and completes" {
    [ "$(complete_bash initlab tr)" = train ]
    [ "$(complete_bash initlab train --rec)" = --recipe ]
    [ "$(complete_bash initlab train --data-s)" = --data-seed ]
    [ "$(complete_bash initlab train --progress al)" = always ]
    [ "$(complete_bash initlab train --progress = al)" = always ]
    [ "$(complete_bash initlab train --recipe seed-zeros-so)" = seed-zeros-softmax ]
    [ "$(complete_bash initlab train --loss n)" = nll ]
    [ "$(complete_bash initlab train --init no)" = normal ]
    [ "$(complete_bash initlab help opt)" = optimizers ]
    [ "$(complete_bash initlab completion z)" = zsh ]
    mkdir folder; : >file
    [ "$(complete_bash initlab train --data f)" = folder ]
}

@test "the zsh completion loads" {
    command -v zsh >/dev/null || skip "no zsh"
    "$INITLAB" completion zsh >_initlab
    zsh -n _initlab
    run zsh -f -c 'autoload -U compinit && compinit -u -d ./dump && source ./_initlab &&
        whence -w _initlab'
    [ "$status" -eq 0 ]
    has "_initlab: function" "$output"
}

@test "the fish completion loads and completes" {
    command -v fish >/dev/null || skip "no fish"
    "$INITLAB" completion fish >initlab.fish
    run env HOME="$PWD" fish -c 'source initlab.fish; complete -C "initlab train --rec"'
    [ "$status" -eq 0 ]
    has --recipe "$output"
}

@test "devices and env: a line each, JSON that agrees" {
    initlab devices
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "cpu "* ]]
    count=${#lines[@]}
    initlab devices --json
    python3 - "$output" "$count" <<'PY'
import json, sys
devices = json.loads(sys.argv[1])
assert devices[0]["id"] == "cpu" and devices[0]["usable"] is True, devices
assert len(devices) == int(sys.argv[2])
PY
    initlab env
    [ "$status" -eq 0 ]
    for fact in version compiler blas cpu; do
        grep -q "^$fact  *[^ ]" <<<"$output"
    done
    initlab env --json
    python3 -c 'import json, sys; d = json.load(sys.stdin)
assert d["version"] and d["blas"] and d["cpu"], d' <<<"$output"
}

@test "colour only on request, on a terminal, or never" {
    initlab help --color always
    has $'\033[1m' "$output"
    initlab help --color never
    no_escapes "$output"
    command -v script >/dev/null || skip "no script to make a terminal"
    TERM=xterm script -qec "'$INITLAB' help" typescript >/dev/null </dev/null
    grep -q $'\033' typescript
    TERM=xterm NO_COLOR=1 script -qec "'$INITLAB' help" typescript >/dev/null </dev/null
    run ! grep -q $'\033\[' <(sed 1d typescript)
}
