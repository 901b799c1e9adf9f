# submit.bats - initlab sweep: job arrays for Slurm and lines for MPI.
load ../common
load sweep

@test "submit takes no second line in --sbatch, and no command" {
    tiny set
    printf 'parameters: {layers: "in,out", batch: 8, epochs: 1}\n' > sweep.yaml
    for option in $'--time=1\n#SBATCH --uid=0' $'--time=1\ntouch owned' $'--x\r' 'touch owned' ''; do
        initlab sweep submit sweep.yaml --engine slurm --kind cpu --data set --out out --sbatch "$option"
        exits 2
        has "not one option of sbatch" "$stderr"
        [ ! -e out ]
    done
    initlab sweep submit sweep.yaml --engine slurm --kind cpu --data set --out $'a\033b'
    exits 2
}

@test "submit writes a job array for Slurm, or a line for MPI, and starts nothing" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho "MaxArraySize            = 4"\n' >bin/scontrol
    chmod +x bin/scontrol
    PATH=$PWD/bin:$PATH initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r --pack-size 2 \
        --parallel 9 --sbatch --partition=long --sbatch --time=10 --diag every=epoch
    [ "$status" -eq 0 ]
    [ "$output" = "sbatch $(realpath r)/submit.sbatch" ]
    has "20 packs in 3 shards, 3 at a time; MaxArraySize is 4" "$stderr"
    for line in '--array=1-3%3' --requeue --partition=long --time=10; do
        grep -qx -- "#SBATCH $line" r/submit.sbatch
    done
    ! grep -q gres r/submit.sbatch
    bash -n r/submit.sbatch
    ! command -v shellcheck || shellcheck r/submit.sbatch
    # what the array would do, a task at a time
    for task in 1 2 3; do SLURM_ARRAY_TASK_ID=$task bash r/submit.sbatch; done
    initlab sweep status r
    has "done          40 runs" "$output"
    initlab sweep merge r # every run was watched
    [ "$(query r 'SELECT count(DISTINCT run_id) FROM diagnostics')" = 40 ]
    initlab sweep submit sweep.yaml --data set --engine mpi --kind cuda --out gpus --parallel 3
    [ "$status" -eq 0 ]
    [[ $output == "mpirun -np 3 "*"initlab-mpi $(realpath gpus)" ]]
    initlab sweep submit gpus --engine mpi --diag every=step:2
    [[ $output == "mpirun -np 8 "*"initlab-mpi --diag 'every=step:2' $(realpath gpus)" ||
        $output == "mpirun -np 8 "*"initlab-mpi --diag every=step:2 $(realpath gpus)" ]]
    initlab sweep submit gpus --engine slurm --diag every=hour
    exits 2
    initlab sweep submit sweep.yaml --data set --engine slurm --out gpus
    grep -qx -- "#SBATCH --gres=gpu:1" gpus/submit.sbatch
    initlab sweep submit sweep.yaml --data set --out other
    exits 2
    for words in '--engine slurm --parallel 0' '--engine slurm --shards x' '--engine mpi --parallel 0'; do
        # shellcheck disable=SC2086 # words
        initlab sweep submit sweep.yaml --data set --out other $words
        exits 2
    done
    initlab sweep submit sweep.yaml --data set --engine slurm --out "a b"
    exits 2
    mkdir "c d"
    cd "c d"
    initlab sweep submit ../sweep.yaml --data ../set --engine slurm --out other
    exits 2
    initlab sweep submit ../gpus --engine slurm
    [ "$status" -eq 0 ]
    cd ..
    [ ! -e other ] && [ ! -e "a b" ] && [ ! -e "c d/other" ]
    initlab sweep submit sweep.yaml --data set --engine mpi --out "it's one"
    [[ $output == "mpirun -np 8 "*"initlab-mpi '$(realpath .)/it'\\''s one'" ]]
}

@test "submit does not wait for a Slurm that does not answer" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho $$ >pid\nexec sleep 300\n' >bin/scontrol
    chmod +x bin/scontrol
    PATH=$PWD/bin:$PATH initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r
    [ "$status" -eq 0 ]
    has "MaxArraySize is 1001, as nobody answered 'scontrol show config'" "$stderr"
    ! kill -0 "$(cat pid)"
}

@test "a task of an array that gets the signal of its time limit, begun or not, goes back to the queue" {
    tiny set
    small
    mkdir bin
    printf '#!/bin/sh\necho "$@" >>asked\n' >bin/scontrol
    chmod +x bin/scontrol
    sed -i 's/^  epochs:.*/  epochs: 100000/' sweep.yaml
    initlab sweep submit sweep.yaml --data set --kind cpu --engine slurm --out r
    [ "$status" -eq 0 ]
    # then in place of initlab a program that has not come to catch signals
    printf '#!/bin/sh\nexec sleep 30\n' >bin/slow
    chmod +x bin/slow
    for pause in 0 0.4 slow; do
        if [ $pause = slow ]; then
            sed -i "s|^'.*' sweep run|'$PWD/bin/slow' sweep run|" r/submit.sbatch
            grep -q bin/slow r/submit.sbatch
            pause=0.4
        fi
        : >asked
        PATH=$PWD/bin:$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=1 bash r/submit.sbatch 2>log &
        # Slurm's signal comes long after the script's first lines: once it catches USR1, whatever initlab has come to
        until [ $((0x$(awk '/^SigCgt/ { print $2 }' /proc/$!/status) & 0x200)) -ne 0 ]; do sleep 0.01; done
        sleep $pause
        kill -USR1 $!
        wait $! || echo "code $?"
        [ "$(cat asked)" = "requeue 7_1" ] || { echo "pause $pause"; cat log; false; }
    done
}
