# common.bash - what every test of the command line loads: INITLAB is the program, tests run in a
# folder of their own, and `tiny` makes a small dataset there.
bats_require_minimum_version 1.5.0
: "${INITLAB:?set INITLAB to the program}"

setup()
{
    cd "$BATS_TEST_TMPDIR" || return 1
    unset NO_COLOR
}

# initlab ARGS: run it, stdout in $output, stderr in $stderr, the exit code in $status
initlab()
{
    run --separate-stderr "$INITLAB" "$@"
}

# tiny FOLDER [train samples]: four IDX files, 16 pixels, 3 classes
tiny()
{
    python3 "$(dirname "${BASH_SOURCE[0]}")/make_idx.py" "$1" "${2:-96}"
}

# the numbers that this initlab computes
NUMBERS=$(sed -n 's/^enum { IL_NUMBERS = \([0-9]*\) };$/\1/p' "$(dirname "${BASH_SOURCE[0]}")/../../include/initlab/numbers.h")

# has TEXT STRING: STRING contains TEXT
has()
{
    [[ $2 == *"$1"* ]] || { echo "no '$1' in: $2"; return 1; }
}

# picked KEY...: of each object on standard input, a line, the values of these keys
picked()
{
    python3 -c 'import json, sys
text = sys.stdin.read().lstrip()
while text:
    value, n = json.JSONDecoder().raw_decode(text)
    print(*(value[key] for key in sys.argv[1:]))
    text = text[n:].lstrip()' "$@"
}

# exits CODE: the last initlab ended with CODE and one line, which starts with the program's name
exits()
{
    [ "$status" -eq "$1" ] || { echo "exit $status, not $1: $stderr"; return 1; }
    [ "${#stderr_lines[@]}" -eq 1 ] || { echo "not one line: $stderr"; return 1; }
    [[ $stderr == "initlab: "* ]] || { echo "no name: $stderr"; return 1; }
    [[ $stderr != *. ]] || { echo "a full stop: $stderr"; return 1; }
}

no_escapes()
{
    [[ $1 != *$'\033'* ]]
}
