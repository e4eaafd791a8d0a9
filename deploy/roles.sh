#!/bin/sh
# Make the roles and the database, on the first start of the database container.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --file=/amparo/roles.sql \
    --set=owner="$(cat /run/secrets/owner_password)" --set=app="$(cat /run/secrets/app_password)" \
    --set=worker="$(cat /run/secrets/worker_password)" --set=backup="$(cat /run/secrets/backup_password)" \
    --set=keyd="$(cat /run/secrets/keyd_password)"
psql --set=ON_ERROR_STOP=1 --username=postgres \
    --command="CREATE DATABASE amparo OWNER amparo_owner ENCODING 'UTF8' TEMPLATE template0"
