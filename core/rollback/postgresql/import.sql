-- What export.sql wrote calls these. Runs have numbers that no other run of the database has, so names stay as they were;
-- relations that were made anew since have new numbers.

CREATE TEMPORARY TABLE IF NOT EXISTS backstay_import (database oid, run_before bigint[], interval_style text);
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_moved (old oid, new oid);

CREATE OR REPLACE PROCEDURE pg_temp.backstay_start_import(the_database oid) LANGUAGE plpgsql AS $backstay$
BEGIN
  DELETE FROM pg_temp.backstay_import;
  DELETE FROM pg_temp.backstay_moved;
  INSERT INTO pg_temp.backstay_import SELECT the_database, coalesce(array_agg(r.run), '{}'), current_setting('intervalstyle') FROM backstay_capture.run r;
  PERFORM set_config('intervalstyle', 'postgres', true);
END $backstay$;

-- The table by itself, for its rows.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_import_table(place text, parts jsonb) LANGUAGE plpgsql AS $backstay$
DECLARE
  names text[] := parse_ident(place);
  state jsonb := (SELECT p -> 'state' FROM jsonb_array_elements(parts) AS p WHERE p ->> 'kind' = 'relation' AND p ->> 'name' = place);
  identity_options jsonb := (SELECT jsonb_object_agg(p -> 'state' ->> 'identity_of', format(' (SEQUENCE NAME %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s CYCLE)', p ->> 'name', p -> 'state' ->> 'increment', p -> 'state' ->> 'min',
      p -> 'state' ->> 'max', p -> 'state' ->> 'start', p -> 'state' ->> 'cache', CASE WHEN (p -> 'state' ->> 'cycle')::boolean THEN '' ELSE 'NO' END))
    FROM jsonb_array_elements(parts) AS p WHERE p ->> 'kind' = 'sequence' AND p -> 'state' ? 'identity_of');
  column_list text;
BEGIN
  SELECT string_agg(pg_temp.backstay_column_sql(c.state || jsonb_strip_nulls(jsonb_build_object('identity_options', (SELECT o.value FROM jsonb_each_text(identity_options) AS o WHERE substr(o.key, strpos(o.key, ' ') + 1) = c.state ->> 'name'))))
      || CASE WHEN (c.state ->> 'not_null')::boolean THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY c.n) INTO column_list
    FROM (SELECT p.item -> 'state' AS state, p.n FROM jsonb_array_elements(parts) WITH ORDINALITY AS p(item, n) WHERE p.item ->> 'kind' = 'column') AS c;
  EXECUTE format('CREATE SCHEMA %I', names[1]);
  EXECUTE format('CREATE TABLE %s (%s)%s', place, coalesce(column_list, ''), coalesce(' WITH (' || (SELECT string_agg(o, ', ') FROM jsonb_array_elements_text(state -> 'options') AS o) || ')', ''));
END $backstay$;

-- What stands on it, once the rows are there. A default is put back when the table comes home.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_import_parts(the_run bigint, the_step integer, the_item integer, place text, parts jsonb) LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  part backstay_capture.item;
  p jsonb;
  s jsonb;
BEGIN
  SELECT * INTO i FROM backstay_capture.item x WHERE (x.run, x.step, x.item) = (the_run, the_step, the_item);
  INSERT INTO pg_temp.backstay_moved VALUES (i.relation, place::regclass);
  FOR p IN SELECT e.item FROM jsonb_array_elements(parts) WITH ORDINALITY AS e(item, n)
      -- A key before what refers to it, and what can be done to a column before its rights.
      ORDER BY CASE e.item ->> 'kind' WHEN 'sequence' THEN 0 WHEN 'column' THEN 1 WHEN 'constraint' THEN CASE WHEN e.item -> 'state' ->> 'type' IN ('p', 'u') THEN 2 ELSE 3 END WHEN 'index' THEN 4 WHEN 'relation' THEN 9 ELSE 5 END, e.n LOOP
    s := p -> 'state';
    part := (i.run, i.step, i.item, p ->> 'kind', place::regclass, CASE WHEN p ->> 'kind' IN ('sequence', 'relation') THEN p ->> 'name' ELSE place END, NULL, false, NULL, NULL, NULL, s, NULL, CASE WHEN p ->> 'kind' = 'sequence' THEN NULL ELSE p ->> 'name' END)::backstay_capture.item;
    IF p ->> 'kind' = 'sequence' AND s ? 'identity_of' THEN
      PERFORM pg_temp.backstay_try(part, format('SELECT setval(%L, %s, %L)', p ->> 'name', split_part(s ->> 'last', ',', 1), split_part(s ->> 'last', ',', 2)));
    ELSIF p ->> 'kind' = 'column' THEN
      PERFORM pg_temp.backstay_make_removed(part, '{}');
      IF (s ->> 'statistics')::integer >= 0 THEN PERFORM pg_temp.backstay_try(part, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', place, p ->> 'name', s ->> 'statistics')); END IF;
      IF s ->> 'storage' IS DISTINCT FROM (SELECT a.attstorage::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = place::regclass AND a.attname = p ->> 'name') THEN
        PERFORM pg_temp.backstay_try(part, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', place, p ->> 'name', CASE s ->> 'storage' WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END));
      END IF;
    ELSIF p ->> 'kind' = 'relation' THEN
      IF (s ->> 'rls')::boolean THEN PERFORM pg_temp.backstay_try(part, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', place)); END IF;
      IF (s ->> 'force_rls')::boolean THEN PERFORM pg_temp.backstay_try(part, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', place)); END IF;
      IF s ->> 'replica_identity' IN ('f', 'n') THEN PERFORM pg_temp.backstay_try(part, format('ALTER TABLE %s REPLICA IDENTITY %s', place, CASE s ->> 'replica_identity' WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)); END IF;
      PERFORM pg_temp.backstay_restore_surroundings(part, pg_temp.backstay_word(s ->> 'kind'), p ->> 'name', CASE s ->> 'kind' WHEN 'S' THEN 'SEQUENCE ' ELSE '' END || (p ->> 'name'),
        (SELECT r.state -> 'acl' FROM pg_temp.backstay_relation_state(to_regclass(p ->> 'name')) AS r));
    ELSIF p ->> 'kind' NOT IN ('trigger') THEN
      PERFORM pg_temp.backstay_make_removed(part, NULL);
    END IF;
  END LOOP;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_finish_import() LANGUAGE plpgsql AS $backstay$
DECLARE
  arrived bigint[] := (SELECT array_agg(r.run) FROM backstay_capture.run r, pg_temp.backstay_import b WHERE NOT r.run = ANY (b.run_before));
  is_elsewhere boolean := (SELECT b.database <> d.oid FROM pg_temp.backstay_import b, pg_catalog.pg_database d WHERE d.datname = current_database());
  m record;
BEGIN
  FOR m IN SELECT * FROM pg_temp.backstay_moved LOOP
    UPDATE backstay_capture.item x SET relation = m.new WHERE x.run = ANY (arrived) AND x.relation = m.old;
    UPDATE backstay_capture.item x SET before_state = jsonb_set(x.before_state, '{identity_of}', to_jsonb(m.new || substr(x.before_state ->> 'identity_of', strpos(x.before_state ->> 'identity_of', ' '))))
      WHERE x.run = ANY (arrived) AND x.kind = 'sequence' AND split_part(x.before_state ->> 'identity_of', ' ', 1) = m.old::text;
    UPDATE backstay_capture.item x SET before_state = jsonb_set(x.before_state, '{foreign_keys}', (SELECT jsonb_agg(CASE WHEN f ->> 'table' = m.old::text THEN f || jsonb_build_object('table', m.new::bigint) ELSE f END) FROM jsonb_array_elements(x.before_state -> 'foreign_keys') AS f))
      WHERE x.run = ANY (arrived) AND x.kind = 'kept table' AND jsonb_array_length(x.before_state -> 'foreign_keys') > 0;
  END LOOP;
  -- In another database, or made again in this one: found by name.
  UPDATE backstay_capture.item x SET relation = coalesce(to_regclass(x.name)::oid, x.relation) WHERE x.run = ANY (arrived) AND x.relation IS NOT NULL AND x.kind NOT IN ('routine', 'type', 'schema', 'extension')
    AND NOT EXISTS (SELECT 1 FROM pg_temp.backstay_moved v WHERE v.new = x.relation) AND (is_elsewhere OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = x.relation));
  PERFORM set_config('intervalstyle', b.interval_style, true) FROM pg_temp.backstay_import b;
END $backstay$;
