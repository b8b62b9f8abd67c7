#!/bin/sh
# Installs the named Debian packages that are missing: as root, or with sudo. Quick and silent when all are there.
set -eu

missing=""
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null; then
    as_root="sudo"
else
    echo "These Debian packages are missing and neither root nor sudo is at hand. Have them installed:$missing" >&2
    exit 1
fi

echo "Installing Debian packages:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
