-- Make the roles of the database, once, as a superuser. Then: amparo migrate.
--
--     psql --set=owner=PASSWORD --set=app=PASSWORD --set=worker=PASSWORD --set=backup=PASSWORD --file=roles.sql
--
-- amparo_owner         owns the tables; `amparo migrate` alone comes in as it (AMPARO_DATABASE_OWNER_URL)
-- amparo_app           serves pages and the API (AMPARO_DATABASE_URL)
-- amparo_worker        does jobs (AMPARO_DATABASE_WORKER_URL)
-- amparo_backup        dumps; reads all and writes nothing
-- amparo_facts         nobody comes in as it: the coded columns of all cases, taken on by the worker for one transaction
-- amparo_housekeeping  nobody comes in as it: which references and stored names there are
-- amparo_organisation  nobody comes in as them: one organisation, or one team of it, taken on for a viewer who reaches just that
-- amparo_team
--
-- NOINHERIT: what is taken on is taken on by name, never by being a member.
CREATE ROLE amparo_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'owner';
CREATE ROLE amparo_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'app';
CREATE ROLE amparo_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'worker';
CREATE ROLE amparo_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS INHERIT PASSWORD :'backup';
CREATE ROLE amparo_facts NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_housekeeping NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_organisation NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_team NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
GRANT amparo_housekeeping, amparo_organisation, amparo_team TO amparo_owner, amparo_app, amparo_worker;
GRANT amparo_facts TO amparo_worker;
GRANT pg_read_all_data TO amparo_backup;
