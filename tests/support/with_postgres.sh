#!/usr/bin/env bash
# Runs a command with a private PostgreSQL cluster and takes the cluster away afterwards.
#
#   bash tests/support/with_postgres.sh COMMAND...
#
# The command finds BACKSTAY_PG_URL (a database of its own, role `backstay_test`, no superuser), BACKSTAY_PG_ADMIN_URL
# (the superuser), BACKSTAY_PG_BIN and BACKSTAY_PG_DATA. The server listens on a socket in a new folder below TMPDIR
# and on no port unless BACKSTAY_PG_TCP=1, which also sets BACKSTAY_PG_PORT. PostgreSQL refuses to run as root: then it
# runs as `postgres` or `nobody`, and the command as whoever called. Ends with 77 when there is no server to be found.
#   BACKSTAY_PG_FSYNC=on     for tests that cut the power (default off: four times faster)
#   BACKSTAY_PG_MEMORY=1     data below /dev/shm where there is one: for tests that make and drop thousands of tables
set -euo pipefail

bin=${BACKSTAY_PG_BIN:-}
if [ -z "$bin" ]; then
  for candidate in /usr/lib/postgresql/*/bin; do [ -x "$candidate/initdb" ] && bin=$candidate; done
fi
[ -n "$bin" ] || { echo "with_postgres: no initdb below /usr/lib/postgresql" >&2; exit 77; }

place=${TMPDIR:-/tmp}
if [ "${BACKSTAY_PG_MEMORY:-}" = 1 ] && [ -w /dev/shm ]; then place=/dev/shm; fi
base=$(mktemp -d "$place/backstay-pg-XXXXXX")
as_server=()
if [ "$(id -u)" = 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$base"
  as_server=(setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --clear-groups)
fi
chmod 755 "$base"

server=""
clean_up() {
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true  # fast shutdown
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$base"
}
trap clean_up EXIT

cd "$base"
"${as_server[@]}" "$bin/initdb" -D "$base/data" -U admin -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$base/initdb.log" 2>&1 ||
  { cat "$base/initdb.log" >&2; exit 1; }
port=5432
listen=""
if [ "${BACKSTAY_PG_TCP:-}" = 1 ]; then
  listen=127.0.0.1
  port=$((20000 + RANDOM % 20000))
fi
"${as_server[@]}" "$bin/postgres" -D "$base/data" -k "$base" -p "$port" -c listen_addresses="$listen" \
  -c fsync="${BACKSTAY_PG_FSYNC:-off}" -c max_connections=40 -c shared_buffers=32MB -c log_min_messages=fatal \
  -c autovacuum=off -c jit=off -c full_page_writes="${BACKSTAY_PG_FSYNC:-off}" >"$base/server.log" 2>&1 &
server=$!
for _ in $(seq 200); do
  "$bin/pg_isready" -q -h "$base" -p "$port" && break
  kill -0 "$server" 2>/dev/null || { cat "$base/server.log" >&2; exit 1; }
  sleep 0.05
done
"$bin/psql" -q -h "$base" -p "$port" -U admin -d postgres -c 'CREATE ROLE backstay_test LOGIN CREATEDB' \
  -c 'CREATE DATABASE app OWNER backstay_test'

export PATH=$bin:$PATH
export BACKSTAY_PG_BIN=$bin BACKSTAY_PG_DATA=$base/data BACKSTAY_PG_SOCKET=$base BACKSTAY_PG_PORT=$port
export BACKSTAY_PG_URL="postgresql://backstay_test@/app?host=$base&port=$port"
export BACKSTAY_PG_ADMIN_URL="postgresql://admin@/app?host=$base&port=$port"
cd "$OLDPWD"
code=0
"$@" || code=$?
exit "$code"
