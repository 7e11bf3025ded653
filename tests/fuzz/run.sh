#!/usr/bin/env bash
# Runs fuzz targets, one after the other, with address and undefined behaviour sanitizers (clang).
#
#   bash tests/fuzz/run.sh [--seconds N] [--seed N] [--preset NAME] [TARGET...]
#                                   default: 60 seconds, another seed each time, preset fuzz, every target
#
# Builds the preset when a target is not there; preset asan has the same targets beside its tests. New
# inputs collect in build/fuzz-corpus/TARGET, what
# crashed in build/fuzz-artifacts/TARGET. Ends with 1 when any target found something.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=60
seed=0  # libFuzzer takes one from the clock
preset=fuzz
targets=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    -*) echo "usage: bash tests/fuzz/run.sh [--seconds N] [--seed N] [--preset NAME] [TARGET...]" >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi

# A hang is a finding as well: the slowest honest input of a megabyte takes far less than this.
options=(-seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=1048576 -print_final_stats=1 -verbosity=1)
export ASAN_OPTIONS=handle_abort=1:detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1

bad=0
for target in "${targets[@]}"; do
  binary=build/$preset/tests/$target
  if [ ! -x "$binary" ]; then
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset" --target "$target"
  fi
  corpus=build/fuzz-corpus/$target
  artifacts=build/fuzz-artifacts/$target
  mkdir -p "$corpus" "$artifacts"
  # Seeds are linked, not copied: libFuzzer only reads them and writes new inputs to the first folder.
  seeds=build/fuzz-seeds/$target
  rm -rf "$seeds"
  mkdir -p "$seeds"
  number=0
  while read -r name glob; do
    [ "$name" = "$target" ] || continue
    for file in $glob; do
      [ -f "$file" ] || continue
      number=$((number + 1))
      ln -s "$PWD/$file" "$seeds/$number-$(basename "$file")"
    done
  done < <(grep '^[a-z]' tests/fuzz/seeds.txt || true)
  folders=("$corpus" "$seeds")
  if [ -d "tests/fuzz/corpus/$target" ]; then folders+=("tests/fuzz/corpus/$target"); fi
  dictionary=()
  if [ -f "tests/fuzz/${target%_fuzz}.dict" ]; then dictionary=(-dict="tests/fuzz/${target%_fuzz}.dict"); fi

  echo "== $target: $seconds s, $number seeds"
  log=$artifacts/last.log
  if "$binary" "${options[@]}" "${dictionary[@]}" -artifact_prefix="$artifacts/" "${folders[@]}" >"$log" 2>&1; then
    grep -E '^stat::(number_of_executed_units|peak_rss_mb)|^Done' "$log" || true
  else
    bad=1
    grep -nE 'ERROR|runtime error|SUMMARY|Test unit written' "$log" | head -n 20 || true
    echo "== $target: FOUND SOMETHING; the log is $log"
  fi
done
exit "$bad"
