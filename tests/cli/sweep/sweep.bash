# sweep.bash - what several tests of initlab sweep load: sweeps' files, and a look at their results.

# what every way to train a sweep must agree in
all='SELECT run_id, cost, test_cost, test_accuracy FROM runs ORDER BY run_id'

small()
{
    cat >sweep.yaml <<'Y'
parameters:
  layers: ["in,out", "in,8,out"]
  init: {values: [he_normal, zeros]}
  batch: 8
  epochs: 2
seeds: 0..9
Y
}

# query FOLDER SQL: rows of its results.sqlite, | between values
query()
{
    python3 - "$1" "$2" <<'P'
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1] + "/results.sqlite").execute(sys.argv[2]):
    print(*row, sep="|")
P
}

# a sweep of 6 packs, of which 3 fail: they begin with weights from a file that is not there
failing()
{
    cat >sweep.yaml <<Y
parameters:
  layers: ["in,out", "in,4,out", "in,5,out"]
  init: [zeros, "file:$PWD/gone.safetensors"]
  batch: 8
  epochs: 1
seeds: 0..1
Y
}
