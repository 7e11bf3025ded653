#!/bin/sh
# Downloads the source archives of the libraries that the WebAssembly build compiles itself, with the
# machine's own apt and from the archives it already trusts:
#
#   fetch_sources.sh DIR PACKAGE...
#
# Leaves one <package>_<version>.orig.tar.* per package in DIR. Everything apt keeps (list of sources,
# index files, cache) lives in DIR/apt; the system's configuration and state are read, never written,
# so no privileges are needed.
set -eu

dir=$1
shift
mkdir -p "$dir/apt/parts" "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
dir=$(cd "$dir" && pwd)
rm -f "$dir"/apt/parts/*

# One-line form: `deb [options] uri suite components` becomes `deb-src ...`.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$list" ] || continue
  awk '$1 == "deb" { sub(/deb/, "deb-src"); print }' "$list" > "$dir/apt/parts/$(basename "$list" .list).list"
done

# deb822 form: the same for the field `Types`; disabled stanzas stay disabled.
for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] || continue
  awk 'tolower($1) == "types:" { print "Types: deb-src"; next } { print }' "$list" > "$dir/apt/parts/$(basename "$list")"
done

# A file's `signed-by` may be relative to nothing we changed; a third-party archive without sources
# only costs a warning, which is why the result of `update` does not decide.
own="-q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$dir/apt/parts
     -o Dir::State::Lists=$dir/apt/lists -o Dir::Cache=$dir/apt/cache -o APT::Sandbox::User=$(id -un)"
# shellcheck disable=SC2086  # the options are words, and the build directory is quoted below
apt-get $own update > "$dir/apt/update.log" 2>&1 || true
cd "$dir"
# shellcheck disable=SC2086
if ! apt-get $own source --download-only --only-source --tar-only "$@" > "$dir/apt/source.log" 2>&1; then
  cat "$dir/apt/update.log" "$dir/apt/source.log" >&2
  exit 1
fi
