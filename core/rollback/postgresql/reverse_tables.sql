-- Tables that were put aside instead of being dropped.

-- Whether the table of that name has the columns, and among its rows each one, of the table put aside.
CREATE OR REPLACE FUNCTION pg_temp.backstay_is_home(i backstay_capture.item) RETURNS boolean LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  keys text[] := pg_temp.backstay_key(i.relation, '{}');
  missing boolean;
BEGIN
  IF pg_temp.backstay_columns(i.relation) <> pg_temp.backstay_columns(to_regclass(i.name)) THEN RETURN false; END IF;
  IF keys IS NULL THEN RETURN pg_temp.backstay_digest(to_regclass(i.name)) = pg_temp.backstay_digest(i.relation); END IF;
  EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s a WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE %s))', i.relation::regclass, to_regclass(i.name), pg_temp.backstay_match(keys, 'a', 't')) INTO missing;
  RETURN NOT missing;
END $backstay$;

-- A table that was put aside comes home, with its foreign keys.
CREATE OR REPLACE FUNCTION pg_temp.backstay_bring_home(i backstay_capture.item) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  bare text := (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = i.relation);
  f jsonb;
BEGIN
  IF bare IS NULL THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'gone', 'the table put aside is no longer there');
    RETURN;
  END IF;
  IF to_regclass(i.name) IS NOT NULL THEN
    IF to_regclass(i.name) = i.relation::regclass THEN RETURN; END IF;
    -- It came home before, and this is a copy out of the backup.
    IF pg_temp.backstay_is_home(i) THEN
      EXECUTE format('DROP SCHEMA %I CASCADE', i.before_state ->> 'aside');
      RETURN;
    END IF;
    PERFORM pg_temp.backstay_object_conflict(i, 'key reused', format('removed by the script; somebody has made another of that name; the old one lies in schema %s', i.before_state ->> 'aside'));
    RETURN;
  END IF;
  PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %I.%I SET SCHEMA %I', i.before_state ->> 'aside', bare, i.before_state ->> 'schema'));
  FOR f IN SELECT * FROM jsonb_array_elements(i.before_state -> 'defaults') LOOP
    PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', i.name, f ->> 'column', f ->> 'default'));
  END LOOP;
  FOR f IN SELECT * FROM jsonb_array_elements(i.before_state -> 'triggers') LOOP
    PERFORM pg_temp.backstay_make_removed((i.run, i.step, i.item, 'trigger', i.relation, i.name, NULL, false, NULL, NULL, NULL, f, NULL, f ->> 'name')::backstay_capture.item, NULL);
  END LOOP;
  IF i.before_state ? 'attached' THEN
    PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ATTACH PARTITION %s %s', (i.before_state #>> '{attached,table}')::oid::regclass, i.name, i.before_state #>> '{attached,bound}'));
  END IF;
  PERFORM pg_temp.backstay_try(i, format('DROP SCHEMA %I', i.before_state ->> 'aside'));
END $backstay$;
