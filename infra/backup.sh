#!/bin/sh
# backup.sh DIR: database and originals of this installation into DIR/<time>. The key is not among them: keep it elsewhere.
set -eu
umask 077
target="${1:?usage: backup.sh DIR}/$(date -u +%Y%m%dT%H%M%SZ)"
data="${HEZHENG_DATA_DIR:-$HOME/.local/share/hezheng}"
blobs="${HEZHENG_BLOBS_DIR:-$data/blobs}"
mkdir -p "$target"
# The database first: originals are written before the rows that name them, so that every row finds its file.
case "${HEZHENG_DATABASE_URL:-}" in
  postgres*) pg_dump --format=custom --file "$target/database.dump" "$(printf %s "$HEZHENG_DATABASE_URL" | sed 's/^postgresql+psycopg:/postgresql:/')" ;;
  *) python3 - "$data/hezheng.db" "$target/hezheng.db" <<'PYTHON' ;;
import sqlite3, sys
source, copy = (sqlite3.connect(path) for path in sys.argv[1:3])
with copy:
    source.backup(copy)
PYTHON
esac
if [ -d "$blobs" ]; then tar -C "$blobs" -cf "$target/blobs.tar" .; fi
(cd "$target" && sha256sum -- * > SHA256SUMS)
echo "$target"
