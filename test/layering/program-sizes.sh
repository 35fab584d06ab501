#!/usr/bin/env bash
# program-sizes.sh BINDIR SCRATCH BYTES: the programs in BINDIR that run models
# are, stripped, fewer than BYTES together.
set -euo pipefail

mkdir -p "$2"
seen=0 sum=0
for verb in '' -run -chat -inspect -bench -logits -tokenize -template; do
  [ -f "$1/fathom$verb" ] || continue
  llvm-strip -o "$2/stripped" "$1/fathom$verb"
  bytes=$(stat -c %s "$2/stripped")
  echo "fathom$verb: $bytes bytes"
  seen=$((seen + 1)) sum=$((sum + bytes))
done
echo "$seen programs, $sum bytes, expected fewer than $3"
[ "$seen" -gt 0 ] && [ "$sum" -lt "$3" ]
