#!/usr/bin/env bash
# program-sizes.sh BINDIR SCRATCH BYTES: the program in BINDIR that runs models
# is, stripped, smaller than BYTES.
set -euo pipefail

mkdir -p "$2"
llvm-strip -o "$2/stripped" "$1/fathom"
bytes=$(stat -c %s "$2/stripped")
echo "fathom: $bytes bytes, expected fewer than $3"
[ "$bytes" -lt "$3" ]
