# test_selftest.sh INITLAB - the self-test passes on the simulated GPU, and finds each mistake that products can have.
initlab=$1
fail() { echo "test_selftest: $*"; exit 1; }

said=$($initlab selftest -r 1 --device cuda:0) || fail "$said"
for math in fp32 tf32 bf16; do
    echo "$said" | grep -q "^ok  *whole numbers' products, $math .* every number exact$" || fail "no $math in: $said"
done

for mistake in tail tf32 stride beta ld; do
    said=$(SIMCUDA_PRODUCT=$mistake $initlab selftest -r 1 --device cuda:0)
    [ $? -eq 1 ] || fail "$mistake: not found: $said"
    # a tail of a long sum is what no tolerance shows
    [ $mistake != tail ] || ! echo "$said" | grep '^FAIL' | grep -qv "whole numbers' products" || fail "$mistake: more than that: $said"
    echo "$said" | grep -q "^FAIL whole numbers' products, fp32 .* numbers wrong" || fail "$mistake is not seen by whole numbers: $said"
done
