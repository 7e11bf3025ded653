#!/usr/bin/env bash
# Runs a command against a PostgreSQL of its own: a fresh cluster in a temporary folder that answers on a
# socket there only, gone afterwards. PGHOST, PGUSER and PGDATABASE tell the command where it is.
#
#   with_postgresql.sh COMMAND [ARGUMENT...]
#
# Ends with 77 when this machine has no PostgreSQL server (a skipped test), else with the command's code.
set -euo pipefail
bin=
for folder in "${BACKSTAY_PG_BIN:-}" /usr/lib/postgresql/{15,16,17,14}/bin; do
  if [ -n "$folder" ] && [ -x "$folder/initdb" ]; then bin=$folder; break; fi
done
if [ -z "$bin" ]; then echo "no PostgreSQL server here"; exit 77; fi

folder=$(mktemp -d /tmp/backstay-pg.XXXXXX)
as_user=()
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root. "nobody" is there even where the package's own user is not.
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  chown "$owner" "$folder"
  as_user=(setpriv --reuid="$owner" --regid="$(id -gn "$owner")" --clear-groups)
fi
pid=
finish() {
  if [ -n "$pid" ]; then
    kill -INT "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -QUIT "$pid" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
"${as_user[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres -N -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log"; exit 1; }
"${as_user[@]}" "$bin/postgres" -D "$folder/data" -c listen_addresses= -c unix_socket_directories="$folder" -c fsync=off \
  -c full_page_writes=off -c jit=off -c autovacuum=off -c shared_buffers=32MB -c log_min_messages=fatal >"$folder/server.log" 2>&1 &
pid=$!
export PGHOST=$folder PGUSER=postgres PGDATABASE=postgres
for _ in $(seq 300); do
  if "$bin/pg_isready" -q 2>/dev/null; then break; fi
  kill -0 "$pid" 2>/dev/null || { cat "$folder/server.log"; exit 1; }
  sleep 0.1
done
cd "$OLDPWD"
code=0
"$@" || code=$?
exit "$code"
