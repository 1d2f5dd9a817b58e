#!/usr/bin/env bash
# Runs every command that a page shows, from the package's root, and holds what it prints against what
# the page shows; a line … stands for any lines. Files that a page writes below /tmp go elsewhere.
#
#     tools/examples/check.sh [PAGE[:HEADING]]…
#
# Needs the release build, and a Python with NumPy (.venv-peers where there is one).
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv-peers/bin:$PWD/.build/release:$PATH"
[ $# -gt 0 ] || set -- Sources/Equations/Equations.docc/Add-a-Layer.md "README.md:A layer of your own"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
count=0

# Whether text $1 is what $2 shows.
is_shown() {
  local rest=$1 shown=$2 chunk
  [[ $shown == *$'…\n'* ]] || { [ "$rest" = "$shown" ]; return; }
  chunk=${shown%%$'…\n'*}
  [[ $rest == "$chunk"* ]] || return 1
  rest=${rest#"$chunk"}
  shown=${shown#*$'…\n'}
  while [[ $shown == *$'…\n'* ]]; do
    chunk=${shown%%$'…\n'*}
    [[ $rest == *"$chunk"* ]] || return 1
    rest=${rest#*"$chunk"}
    shown=${shown#*$'…\n'}
  done
  [[ $rest == *"$shown" ]]
}

check() {
  local command=$1 shown=$2 printed
  # The last line's end survives the substitution behind a mark.
  printed=$(eval "${command//\/tmp\//$work/}" 2>&1 || true; printf '|')
  printed=${printed%|}
  printed=${printed//$work\//\/tmp/}
  count=$((count + 1))
  is_shown "$printed" "$shown" && return
  failures=$((failures + 1))
  printf '%s: %s\n' "$page" "$command"
  diff <(printf '%s' "$shown") <(printf '%s' "$printed") || true
}

for argument in "$@"; do
  page=${argument%%:*}
  heading=
  [[ $argument != *:* ]] || heading=${argument#*:}
  inside=
  block=
  command=
  shown=
  [ -n "$heading" ] || inside=yes
  before=$count
  while IFS= read -r line; do
    if [ -n "$heading" ] && [ -z "$block" ] && [[ $line == '## '* ]]; then
      inside=
      [ "$line" != "## $heading" ] || inside=yes
    fi
    [ -n "$inside" ] || continue
    if [ -z "$block" ]; then
      [ "$line" != '```console' ] || block=yes
      continue
    fi
    if [ "$line" = '```' ] || [[ $line == '$ '* ]]; then
      [ -z "$command" ] || check "$command" "$shown"
      command=
      shown=
      if [ "$line" = '```' ]; then block=; else command=${line#'$ '}; fi
    else
      shown+=$line$'\n'
    fi
  done <"$page"
  [ "$count" -gt "$before" ] || { echo "$argument shows no command"; exit 1; }
done
echo "$count commands shown, $failures print something else"
[ "$failures" -eq 0 ]
