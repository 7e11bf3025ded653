#!/usr/bin/env bash
# Tries the README's two commands on a machine with nothing installed: a minimal Debian made on the spot.
#
#   bash tests/fresh/debootstrap.sh [--suite bookworm] [--keep] [COMMAND]
#
# Without COMMAND both commands of the README run: `bash .ci/try`, then `bash .ci/test`. The root lies in
# build/fresh/SUITE; --keep leaves one that is there already as it is (then it is no longer fresh, but
# quick to repeat). Needs root, debootstrap and about 6 GB.
#
# How this machine reaches its packages (sources, apt's settings, name servers, an extra certificate of a
# proxy) is copied from it at run time: the trial is about the repository, not about the network.
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=bookworm
keep=""
while [ $# -gt 0 ]; do
  case "$1" in
    --suite) suite=${2:?--suite needs a name}; shift ;;
    --keep) keep=yes ;;
    -*) echo "usage: bash tests/fresh/debootstrap.sh [--suite NAME] [--keep] [COMMAND]" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
command=${*:-bash .ci/try && bash .ci/test}
repository=$PWD
root=$PWD/build/fresh/$suite

# Everything is mounted in a namespace of its own, so that nothing stays mounted however this ends, and
# removing the root can never reach the machine's own /dev.
if [ -z "${BACKSTAY_FRESH_INSIDE:-}" ]; then
  if [ -d "$root" ] && [ -z "$keep" ]; then rm -rf --one-file-system "$root"; fi
  exec env BACKSTAY_FRESH_INSIDE=1 unshare --mount --propagation private bash "$0" --suite "$suite" ${keep:+--keep} "$command"
fi

say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

if [ ! -d "$root/usr" ]; then
  say "a minimal $suite"
  mkdir -p "$root"
  # The first address that the machine's own apt uses for its distribution.
  mirror=$(apt-cache policy | sed -n "s,^ *[0-9]* \\(https\\?:[^ ]*\\) $suite/main .*,\\1,p" | head -n 1)
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" || { tail "$root.log"; exit 1; }
fi

say "the machine's way to its packages"
if grep -qs "Suites:.*$suite" /etc/apt/sources.list.d/*.sources; then
  rm -f "$root/etc/apt/sources.list"
  cp /etc/apt/sources.list.d/*.sources "$root/etc/apt/sources.list.d/"
elif grep -qs "$suite" /etc/apt/sources.list; then
  cp /etc/apt/sources.list "$root/etc/apt/"
fi
grep -ls 'Acquire::' /etc/apt/apt.conf.d/* | xargs -r grep -L 'Update::Post-Invoke' | xargs -r -I{} cp {} "$root/etc/apt/apt.conf.d/"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
# Not where the package ca-certificates would write over it.
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/certificates-of-the-machine.crt"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"  # a root without init starts no services
chmod +x "$root/usr/sbin/policy-rc.d"

echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/trial"  # a root that is thrown away needs no syncing

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
if ! mountpoint -q "$root/dev/shm"; then mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"; fi

say "a clone"
rm -rf "$root/root/backstay"
git clone -q --no-hardlinks "$repository" "$root/root/backstay"

say "$command"
code=0
chroot "$root" env -i HOME=/root USER=root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  CI=true NODE_EXTRA_CA_CERTS=/etc/certificates-of-the-machine.crt npm_config_cafile=/etc/certificates-of-the-machine.crt \
  bash -c "cd /root/backstay && $command" </dev/null || code=$?
say "ended with code $code"
exit "$code"
