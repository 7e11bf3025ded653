#!/usr/bin/env bash
# CPU time per megabyte of PostgreSQL scripts: `backstay check` against squawk, on the same files in one run.
#
#   bash tests/bench/sql_against_squawk.sh [MEGABYTES]     default 50; wants the preset release, npm and its registry
#
# squawk checks a tenth of the files, because the whole would take minutes; both figures are per megabyte.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
megabytes=${1:-50}
backstay=${BACKSTAY:-$root/build/release/native-plugin/backstay}
squawk_version=2.66.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm install --silent --no-save --prefix "$work" "@squawk-cli/linux-x64@$squawk_version" > /dev/null
squawk=$(find "$work/node_modules/@squawk-cli" -type f -name 'squawk*' -perm -u+x | head -n 1)

mkdir "$work/sql"
for _ in 1 2 3 4 5 6; do
  for part in data install_views routines tables; do cat "$root/tests/data/sql/pg/$part.sql"; echo ';'; done
done > "$work/one.sql"
bytes=$(wc -c < "$work/one.sql")
count=$(( megabytes * 1048576 / bytes + 1 ))
for (( i = 0; i < count; ++i )); do cp "$work/one.sql" "$work/sql/$(printf %05d "$i").sql"; done
few=$(( count / 10 + 1 ))

# User and system seconds of a command, whatever it answers.
cpu() {
  local TIMEFORMAT='%U %S'
  { time "$@" > /dev/null 2>&1 || true; } 2>&1 | awk '{ print $1 + $2 }'
}

ours=$(cpu "$backstay" check --quiet --jobs 1 --dialect postgresql --format json --output "$work/report.json" "$work"/sql/*.sql)
mapfile -t sample < <(find "$work/sql" -name '*.sql' | sort | head -n "$few")
theirs=$(cpu "$squawk" "${sample[@]}")
awk -v ours="$ours" -v theirs="$theirs" -v bytes="$bytes" -v count="$count" -v few="$few" 'BEGIN {
  a = ours / (bytes * count / 1048576); b = theirs / (bytes * few / 1048576)
  printf "backstay  %.4f s of CPU per MB (%.1f MB)\nsquawk    %.4f s of CPU per MB (%.1f MB)\nsquawk / backstay = %.1f\n", a, bytes * count / 1048576, b, bytes * few / 1048576, b / a
}'
