#!/bin/sh
# Run one command of Amparo as the user of its services, with their settings: amparo-command doctor
# Only root reads the address of the role that owns the tables; the command itself runs as the user amparo.
set -eu
umask 077
etc=${AMPARO_ETC:-/etc/amparo} user=${AMPARO_USER:-amparo} program=${AMPARO_PROGRAM:-/opt/amparo/bin/amparo}
unset AMPARO_ETC AMPARO_USER AMPARO_PROGRAM
set -a
AMPARO_DATA=/var/lib/amparo
. "$etc/amparo.env"
AMPARO_DATABASE_URL=$(cat "$etc/database_url")
AMPARO_DATABASE_OWNER_URL=$(cat "$etc/database_owner_url")
AMPARO_SECRET_KEY=$(cat "$etc/secret_key")
set +a
cd /
exec setpriv --reuid="$user" --regid="$user" --init-groups "$program" "$@"
