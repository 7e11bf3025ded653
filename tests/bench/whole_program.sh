#!/usr/bin/env bash
# Measures the release build of the command line as a user runs it, on made-up deliveries: CPU time beside
# that of inflating the same delivery, and the largest memory beside what README.md allows.
#
#   bash tests/bench/whole_program.sh [RUNS]      default 5 runs; the fastest counts
#
# Needs preset release to be built. Prints a table and never fails because of a figure.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}
tool=build/release/tests/delivery_tool
backstay=build/release/native-plugin/backstay
folder=build/bench
mkdir -p "$folder"

# fastest COMMAND...: "CPU-ms MB code" of the run with the least CPU time.
fastest() {
  local i
  for ((i = 0; i < runs; i++)); do "$tool" measure "$@"; done | sort -n | head -n 1
}

printf '%-24s %10s %10s %7s %9s %9s\n' delivery check/ms inflate/ms ratio peak/MB allowed
for shape in "190 8" "190 40" "190 1" "20 2"; do
  read -r megabytes packages <<<"$shape"
  file=$folder/delivery-$megabytes-$packages.zip
  [ -f "$file" ] || "$tool" make "$file" "$megabytes" "$packages" >"$file.txt"
  read -r check_ms peak code <<<"$(fastest "$backstay" check --jobs 1 --format json --progress never "$file")"
  read -r inflate_ms _ _ <<<"$(fastest "$tool" inflate "$file")"
  [ "$code" -le 1 ] || { echo "backstay ended with code $code on $file" >&2; exit 1; }
  # 1.5 times the largest package, unpacked, and 100 MB; the made-up packages are of one size.
  read -r _ _ _ unpacked _ <"$file.txt"
  awk -v n="$megabytes MB, $packages packages" -v c="$check_ms" -v i="$inflate_ms" -v p="$peak" -v u="$unpacked" -v k="$packages" \
    'BEGIN { printf "%-24s %10d %10d %7.2f %9.0f %9.0f\n", n, c, i, c / (i > 0 ? i : 1), p, 1.5 * u / k / 1.048576 + 100 }'
done
