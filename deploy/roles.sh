#!/bin/sh
# Make the two roles and the database, on the first start of the database container.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres \
    --set=owner="$(cat /run/secrets/owner_password)" --set=app="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE amparo_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE amparo_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE amparo OWNER amparo_owner ENCODING 'UTF8' TEMPLATE template0;
SQL
