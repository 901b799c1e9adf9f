# keep_ptxas.sh NVCC... - run nvcc, and keep what ptxas says of each kernel beside the object (OBJECT.ptxas);
# the rest is shown as it is. tools/docs makes docs/kernels.md of it.
object=
previous=
for word; do
    [ "$previous" = -o ] && object=$word
    previous=$word
done
log=$object.ptxas.tmp
[ -n "$object" ] || exec "$@"
"$@" 2> "$log"
code=$?
grep -E '^ptxas info|bytes stack frame' "$log" > "$object.ptxas"
grep -vE '^ptxas info|bytes stack frame' "$log" >&2
rm -f "$log"
exit $code
