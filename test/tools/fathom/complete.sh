#!/usr/bin/env bash
# complete.sh COMPLETION FOLDER: what bash offers for some command lines, in
# FOLDER, sorted. The words are those that readline makes of a line.
set -euo pipefail
# shellcheck source=/dev/null
source "$1"
cd "$2"

complete -p fathom | grep -q 'complete -F _fathom fathom'

offer() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _fathom || true
  local sorted
  sorted=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' ')
  echo "$*:${sorted:+ $sorted}"
}

offer fathom r
offer fathom help te
offer fathom help run x
offer fathom nonsense --
offer fathom run --temp
offer fathom run --placement h
offer fathom run --placement = h
offer fathom run --placement =
offer fathom run x -t
offer fathom run --prompt --
offer fathom compile --emit a
offer fathom compile --from o
offer fathom compile --target avx512
offer fathom compile --weights f
offer fathom compile test/models/tiny-q
offer fathom bench READ
offer fathom bench too
offer fathom logits -o README
offer fathom inspect --
