#!/bin/sh
# restore.sh BACKUP: what backup.sh kept, into an installation that is stopped and empty. Put the key back by hand.
set -eu
umask 077
backup="${1:?usage: restore.sh BACKUP}"
data="${HEZHENG_DATA_DIR:-$HOME/.local/share/hezheng}"
blobs="${HEZHENG_BLOBS_DIR:-$data/blobs}"
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
mkdir -p "$data" "$blobs"
case "${HEZHENG_DATABASE_URL:-}" in
  postgres*) pg_restore --exit-on-error --single-transaction --no-owner --dbname "$(printf %s "$HEZHENG_DATABASE_URL" | sed 's/^postgresql+psycopg:/postgresql:/')" "$backup/database.dump" ;;
  *) if [ -e "$data/hezheng.db" ]; then echo "$data/hezheng.db is there already: move it away first" >&2; exit 1; fi
     cp "$backup/hezheng.db" "$data/hezheng.db" ;;
esac
if [ -e "$backup/blobs.tar" ]; then tar -C "$blobs" -xf "$backup/blobs.tar"; fi
echo "restored into $data; now put the key back and run: hezheng migrate"
