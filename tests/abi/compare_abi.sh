#!/usr/bin/env bash
# The header against the released one, with abidiff; and proof that the comparison sees what it has to see.
#   compare_abi.sh SOURCE_DIR CC
set -euo pipefail
source=$1 cc=$2
command -v abidiff >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile() { "$cc" -g -O0 -shared -fPIC -I "$1" "$source/tests/abi/interface.c" -o "$2"; }
# compare OLD NEW: success when NEW only grew at the ends. Not by abidiff's exit code: with a suppression for members at
# the end (has_data_member_inserted_at = end) version 2.2 also hides changes where nothing was inserted at all.
compare() {
  abidiff --leaf-changes-only --no-added-syms "$1" "$2" >"$work/said" 2>&1 || [ $? = 4 ] || return 1
  ! grep -E 'data member changes|deletion|[1-9][0-9]* Removed|parameter' "$work/said" >/dev/null
}
header() { mkdir -p "$work/$1/backstay"; sed "$2" "$source/native-plugin/include/backstay/plugin.h" >"$work/$1/backstay/plugin.h"; compile "$work/$1" "$work/$1.so"; }

compile "$source/tests/abi/old-headers/0.1" "$work/released.so"
compile "$source/native-plugin/include" "$work/now.so"
compare "$work/released.so" "$work/now.so" || { cat "$work/said"; echo "the interface is not the released one any more"; exit 1; }

header appended 's/^} backstay_host;/  const void *later;\n} backstay_host;/'
compare "$work/now.so" "$work/appended.so" || { cat "$work/said"; echo "a member at the end counts as a change"; exit 1; }
header inserted 's/^  const backstay_host_store \*store;/  const void *between;\n&/'
if compare "$work/now.so" "$work/inserted.so"; then echo "a member in the middle was not seen"; exit 1; fi
# What the golden layout cannot see.
header changed 's/BACKSTAY_CALL \*remove)(void \*ctx, const char \*key, size_t n)/BACKSTAY_CALL *remove)(void *ctx, const char *key, uint32_t n)/'
if compare "$work/now.so" "$work/changed.so"; then echo "a changed parameter was not seen"; exit 1; fi
header widened 's/^  uint32_t step, steps;/  uint64_t step, steps;/'
if compare "$work/now.so" "$work/widened.so"; then echo "a changed type was not seen"; exit 1; fi
header removed '/^  const backstay_host_changes \*changes;/d'
if compare "$work/now.so" "$work/removed.so"; then echo "a removed member was not seen"; exit 1; fi
