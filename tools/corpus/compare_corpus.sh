#!/bin/sh
# Compare a large corpus in parts, on this machine or on a cluster, and join the parts' reports.
#
#     tools/corpus/compare_corpus.sh [--nj 20] [--cmd "queue.pl --mem 1G"] EXPECTED ACTUAL FOLDER
#
# Each job compares the tensors whose names hash to its part (`--shard JOB/20`), reads both sides as
# a stream and writes FOLDER/report.JOB.json; the last step joins them. With --cmd the jobs go to
# Kaldi's run.pl, queue.pl or slurm.pl as a job array JOB=1:20; without it they run here, as many at
# a time as there are cores.
#
# Nodes need no Swift if the program is linked statically:
#
#     swift build -c release --static-swift-stdlib --product nnet-oracle
#
# ORACLE names the program (default .build/release/nnet-oracle). Exit status as of compare: 0 all
# match, 1 a mismatch, 2 trouble in any part, 3 something that could not be judged.
set -u

jobs=20
cmd=
while [ $# -gt 0 ]; do
  case $1 in
    --nj) jobs=$2; shift 2 ;;
    --cmd) cmd=$2; shift 2 ;;
    --) shift; break ;;
    -*) echo "compare_corpus.sh: unknown option $1" >&2; exit 2 ;;
    *) break ;;
  esac
done
[ $# -eq 3 ] || { sed -n '4p' "$0" | cut -c3- >&2; exit 2; }
expected=$1 actual=$2 folder=$3
oracle=${ORACLE:-.build/release/nnet-oracle}
mkdir -p "$folder" || exit 2
rm -f "$folder"/report.*.json

# A mismatch (1) and what could not be judged (3) are results, not a failed job; a part that could
# not be compared (2) fails.
job() {
  "$oracle" compare --json --shard "$1/$jobs" "$expected" "$actual" > "$folder/report.$1.json"
  case $? in 0 | 1 | 3) ;; *) return 1 ;; esac
}

if [ -n "$cmd" ]; then
  # shellcheck disable=SC2086
  $cmd JOB=1:"$jobs" "$folder/compare.JOB.log" \
    "$oracle" compare --json --shard "JOB/$jobs" "$expected" "$actual" \
    '>' "$folder/report.JOB.json" '||' '[[' '$?' == '[13]' ']]'
else
  cores=$(nproc 2>/dev/null || echo 1)
  part=1
  while [ "$part" -le "$jobs" ]; do
    running=0
    while [ "$running" -lt "$cores" ] && [ "$part" -le "$jobs" ]; do
      job "$part" &
      part=$((part + 1)) running=$((running + 1))
    done
    wait
  done
fi
set --
part=1
while [ "$part" -le "$jobs" ]; do
  set -- "$@" "$folder/report.$part.json"
  part=$((part + 1))
done
"$oracle" merge-reports "$@"
