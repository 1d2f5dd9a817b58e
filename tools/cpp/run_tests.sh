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
flags=(-std=c++11 -O1 -g -Wall -Wextra -Wconversion -Wshadow -pedantic -Werror -Itools/cpp
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
