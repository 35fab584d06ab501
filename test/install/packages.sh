#!/usr/bin/env bash
# packages.sh PACKAGES ROOT: installs the Debian packages in PACKAGES into an
# empty ROOT and says what they depend on. What they depend on is taken from the
# machine, not from ROOT.
# packages.sh --remove-compiler ROOT: removes fathom-compiler again.
set -euo pipefail

dpkg_in() { # ROOT ARGUMENTS...
  local root=$1
  shift
  # As root, dpkg runs maintainer scripts in the root, and we have none.
  dpkg --root="$root" --force-depends --force-not-root --force-script-chrootless \
    --log="$root/dpkg.log" "$@" >"$root/out" 2>&1 || {
    cat "$root/out" >&2
    exit 1
  }
}

if [ "$1" = --remove-compiler ]; then
  dpkg_in "$2" --purge fathom-compiler
  exit
fi

root=$2
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root"/var/lib/dpkg/{status,available}
dpkg_in "$root" --install "$1"/*.deb

for package in fathom-compiler fathom-runtime; do
  depends=$(dpkg-query --admindir="$root/var/lib/dpkg" -W \
    -f '${Depends}' "$package")
  ! grep -qE 'llvm|mlir' <<<"$depends" || echo "$package depends on LLVM"
  ! grep -q 'fathom-runtime' <<<"$depends" ||
    echo "$package depends on fathom-runtime"
done
echo "installed" $(dpkg-query --admindir="$root/var/lib/dpkg" -W \
  -f '${Package} ' | tr ' ' '\n' | sort)
