# test_limits.sh INITLAB DATA - GPUs with little memory, and without tf32: the plan, refusals, and their words.
initlab=$1
export INITLAB_DATA="$2"
fail() { echo "test_limits: $*"; exit 1; }

# 32 MiB are cuBLAS's, 128 in reserve: of 312 MiB, 152 are left for a run of 144 MiB
plan=$(SIMCUDA_MEMORY=$((312 << 20)) $initlab train --device cuda:0 --layers in,256,256,out --dry-run) ||
    fail "the plan failed: $plan"
for words in 'held already.* 32.00 MiB' 'in reserve.* 128.00 MiB' 'free  *280.00 MiB' '^[1-9][0-9]* such runs fit$'; do
    echo "$plan" | grep -q "$words" || fail "no '$words' in: $plan"
done

# 290 MiB are too few: one line, exit code 69, and the numbers
said=$(SIMCUDA_MEMORY=$((290 << 20)) $initlab train --device cuda:0 --layers in,256,256,out 2>&1)
[ $? -eq 69 ] || fail "not refused: $said"
echo "$said" | grep -q '^initlab: cuda:0: a pack of 1 run needs 144.* MiB and 128.0 in reserve, 258.0 MiB are free; 0 such runs fit$' ||
    fail "other words: $said"

# tf32 and bf16 are refused where the GPU has no such tensor cores, with the reason; fp32 is not
for math in tf32 bf16; do
    said=$(SIMCUDA_CAPABILITY=75 $initlab train --device cuda:0 --math $math --epochs 1 2>&1)
    [ $? -eq 69 ] || fail "$math is not refused: $said"
    echo "$said" | grep -q '^initlab: cuda:0: cannot set its arithmetic: .* need compute capability 8.0, and this GPU has 7.5; train in fp32$' ||
        fail "other words: $said"
done
SIMCUDA_CAPABILITY=75 $initlab train --device cuda:0 --dry-run > /dev/null || fail "fp32 is refused"
