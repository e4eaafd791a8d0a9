-- Make the roles of the database, once, as a superuser. Then: amparo migrate.
--
--     psql --set=owner=PASSWORD --set=app=PASSWORD --set=worker=PASSWORD --set=backup=PASSWORD \
--         --set=keyd=PASSWORD --file=roles.sql
--
-- amparo_owner         owns the tables; `amparo migrate` alone comes in as it (AMPARO_DATABASE_OWNER_URL)
-- amparo_app           serves pages and the API (AMPARO_DATABASE_URL)
-- amparo_worker        does jobs (AMPARO_DATABASE_WORKER_URL)
-- amparo_backup        dumps; reads all and writes nothing
-- amparo_keyd          keeps the keys; sees the schema keyring alone (AMPARO_DATABASE_URL of `amparo keyd`)
-- amparo_facts         nobody comes in as it: the coded columns of all cases, taken on by the worker for one transaction
-- amparo_public        nobody comes in as it: what is published, taken on by the application for the pages that are for everybody
-- amparo_organisation, amparo_team, amparo_organisation_granted, amparo_team_granted, amparo_emergency, amparo_keeper
--                      nobody comes in as them; a transaction takes one on for what it reaches: one organisation, one team of it,
--                      either with grants besides, one record in an emergency, or all of a few named persons, to erase them or to
--                      let them come of age
--
-- NOINHERIT: what is taken on is taken on by name, never by being a member.
CREATE ROLE amparo_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'owner';
CREATE ROLE amparo_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'app';
CREATE ROLE amparo_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'worker';
CREATE ROLE amparo_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS INHERIT PASSWORD :'backup';
CREATE ROLE amparo_keyd LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'keyd';
CREATE ROLE amparo_facts NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_public NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_organisation NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_team NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_organisation_granted NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_team_granted NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_emergency NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
CREATE ROLE amparo_keeper NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
GRANT amparo_organisation, amparo_team, amparo_organisation_granted, amparo_team_granted, amparo_emergency, amparo_keeper TO amparo_owner, amparo_app, amparo_worker;
GRANT amparo_facts TO amparo_worker;
GRANT amparo_public TO amparo_app;
GRANT pg_read_all_data TO amparo_backup;
