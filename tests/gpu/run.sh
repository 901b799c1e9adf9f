# run.sh COMMAND... - exit 77, "skipped", where the command finds no GPU (69) and none is required
"$@"
code=$?
if [ $code -eq 69 ] && [ -z "${INITLAB_REQUIRE_CUDA:-}" ]; then
    exit 77
fi
exit $code
