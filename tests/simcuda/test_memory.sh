# test_memory.sh INITLAB DATA - a GPU with little memory: the plan, the refusal, and nothing lost.
initlab=$1
export INITLAB_DATA="$2"
fail() { echo "test_memory: $*"; exit 1; }

# 32 MiB are cuBLAS's, 128 in reserve: of 220 MiB, 60 are left for a run of 54 MiB
plan=$(SIMCUDA_MEMORY=$((220 << 20)) $initlab train --device cuda:0 --layers in,256,256,out --dry-run) ||
    fail "the plan failed: $plan"
for words in 'held already.* 32.00 MiB' 'in reserve.* 128.00 MiB' 'free  *188.00 MiB' '^[1-9][0-9]* such runs fit$'; do
    echo "$plan" | grep -q "$words" || fail "no '$words' in: $plan"
done

# 200 MiB are too few: one line, exit code 69, and the numbers
said=$(SIMCUDA_MEMORY=$((200 << 20)) $initlab train --device cuda:0 --layers in,256,256,out 2>&1)
[ $? -eq 69 ] || fail "not refused: $said"
echo "$said" | grep -q '^initlab: cuda:0: a pack of 1 run needs 54.* MiB and 128.0 in reserve, 168.0 MiB are free; 0 such runs fit$' ||
    fail "other words: $said"
