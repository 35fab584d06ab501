#!/usr/bin/env bash
# runtime-programs.sh BINDIR: no program in BINDIR but the compiling ones loads
# LLVM or MLIR or holds code of theirs.
set -euo pipefail

seen=0 bad=0
for program in "$1"/*; do
  case ${program##*/} in
    fathom-opt | fathom-lsp-server | fathom-compile | fathom-reference-logits)
      continue ;;
  esac
  [ -f "$program" ] && [ -x "$program" ] || continue
  seen=$((seen + 1))
  libraries=$(readelf --dynamic --wide "$program" | grep NEEDED || true)
  if grep -E 'LLVM|MLIR' <<<"$libraries"; then
    echo "$program: loads LLVM or MLIR, expected neither"
    bad=1
  fi
  symbols=$(nm --demangle "$program" 2>/dev/null || true)
  if grep -qE ' (llvm|mlir)::' <<<"$symbols"; then
    echo "$program: holds code of LLVM or MLIR, expected none"
    bad=1
  fi
done
[ "$seen" -gt 0 ] || {
  echo "$1: no program found, expected some"
  exit 1
}
exit "$bad"
