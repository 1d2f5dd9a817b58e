#!/usr/bin/env bash
# Tests golden.h and the Kaldi harness with every C++ compiler here, under address and
# undefined-behaviour sanitizers, and the README's ten lines. From the repository's root:
#
#     tools/cpp/run_tests.sh WORK-FOLDER
#
# leaves WORK-FOLDER/golden_check, whose texts the tests of golden.py compare with theirs.
set -euo pipefail

work=$1
mkdir -p "$work"
flags=(-std=c++11 -Wall -Wextra -Wconversion -Wshadow -pedantic -Werror -Itools/cpp
  -fsanitize=address,undefined -fno-sanitize-recover=all)
folders=()
for folder in golden/*/kaldi golden/*/numpy; do folders+=("$folder"); done

tested=0
for compiler in g++ clang++; do
  command -v "$compiler" >/dev/null || continue
  "$compiler" "${flags[@]}" tools/cpp/golden_test.cc -o "$work/test-$compiler" 2>&1 | { grep -v "Cannot export" || true; }
  mkdir -p "$work/files-$compiler"
  echo "$compiler: $("$work/test-$compiler" golden "$work/files-$compiler" "${folders[@]}")"
  tested=$((tested + 1))
done
[ "$tested" -gt 0 ] || { echo "no C++ compiler here" >&2; exit 1; }
compiler=$(command -v g++ || command -v clang++)
"$compiler" "${flags[@]}" tools/cpp/golden_check.cc -o "$work/golden_check"

# The harness for a Kaldi tree: every switch parses, and against stub components it passes where
# they are right and fails where they are not.
kaldi=(-Wall -Wextra -std=c++11 -Itools/cpp -Itools/kaldi/stub tools/kaldi/oracle-component-test.cc)
for switches in "" -DNNET_ORACLE_BUFFERS -DNNET_ORACLE_UPSTREAM; do
  "$compiler" -fsyntax-only -Werror $switches "${kaldi[@]}"
done
cases=(sru sru-probe tflstm compact-vfsmn compact-vfsmn-probe bi-compact-vfsmn bi-compact-vfsmn-probe)
here=$PWD
cd "$work"
expect() { # STATUS TEXT COMMAND…: the command's exit status, and a line of what it prints
  local wanted=$1 text=$2 status=0
  shift 2
  NNET_ORACLE=/nowhere "$@" >harness.log || status=$?
  if [ "$status" -ne "$wanted" ] || ! grep -qF -- "$text" harness.log; then
    cat harness.log
    echo "expected status $wanted and '$text', found status $status" >&2
    exit 1
  fi
}
(cd "$here" && "$compiler" -fsanitize=address,undefined -fno-sanitize-recover=all \
  -DNNET_ORACLE_BUFFERS "${kaldi[@]}" -o "$work/harness")
expect 0 "MATCH: 7 match, 0 mismatch, 0 left out" ./harness "$here/golden" "${cases[@]}"
expect 2 "nowhere: left out: " ./harness "$here/golden" sru nowhere
expect 1 "compact-vfsmn/kaldi/in_diff: 75 of 75 elements out; worst at 7,2: expected 38 within 2.27e-06, found 0" \
  env STUB_BUG=1 ./harness "$here/golden" "${cases[@]}"
expect 1 "first wrong: derivative of the forget gate" env STUB_BUG=2 ./harness "$here/golden" sru
expect 1 "tflstm/kaldi/peephole_f_c_corr: 3 of 3 elements out" env STUB_BUG=2 ./harness "$here/golden" tflstm
expect 1 "sru/kaldi/bias_f_corr: 3 of 3 elements out" env STUB_BUG=3 ./harness "$here/golden" sru
[ -s oracle-dump/sru/propagate_buf.mat ]

# The models that it builds have the head of the one that real Kaldi wrote, and the parameters.
mkdir -p models
./harness --models models "$here/golden"
real=$here/Tests/Fixtures/kaldi-dumps/tflstm/model.nnet
diff <(grep -a "<" "$real") <(grep -a "<" models/tflstm.nnet)
diff <(tr -s ' ' '\n' <"$real" | wc -l) <(tr -s ' ' '\n' <models/tflstm.nnet | wc -l)
echo "Kaldi harness: as expected with right and wrong components"
