-- What a run keeps: one row per run, one per captured thing, one per conflict. Rows lie with their item when they are
-- few, otherwise in tables of their own (r<run>_s<step>_<item>_before and _after), with the types they had.
CREATE SCHEMA IF NOT EXISTS backstay_capture;
CREATE TABLE IF NOT EXISTS backstay_capture.run (
  run bigint PRIMARY KEY, script text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
  complete boolean NOT NULL DEFAULT false, reversed_at timestamptz);
CREATE SEQUENCE IF NOT EXISTS backstay_capture.run_number;
-- What was captured is taken out into backups and the schema dropped: a number must not come a second time.
DO $backstay$ BEGIN
  PERFORM setval('backstay_capture.run_number', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FROM backstay_capture.run_number WHERE NOT is_called;
END $backstay$;
CREATE TABLE IF NOT EXISTS backstay_capture.item (
  run bigint, step integer, item integer, kind text NOT NULL, relation oid, name text NOT NULL, key_columns text[],
  cascaded boolean NOT NULL DEFAULT false, before_rows text, after_rows text, captured bigint,
  before_state jsonb, after_state jsonb, note text, PRIMARY KEY (run, step, item));
CREATE TABLE IF NOT EXISTS backstay_capture.conflict (
  run bigint NOT NULL, step integer NOT NULL, relation text NOT NULL, row_key text NOT NULL, column_name text NOT NULL,
  before text, after text, current text, kind text NOT NULL, detail text,
  PRIMARY KEY (run, relation, row_key, column_name));

-- The run this session is in. Called again after a COMMIT or ROLLBACK of the script itself.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_run(script text, again boolean DEFAULT false) LANGUAGE plpgsql AS $backstay$
DECLARE
  number bigint := nullif(current_setting('backstay.run', true), '');
BEGIN
  -- Compiling the queries on the catalogue takes seconds, running them milliseconds.
  PERFORM set_config('jit', 'off', true);
  IF NOT again THEN
    number := nextval('backstay_capture.run_number');
    PERFORM set_config('backstay.run', number::text, false);
  END IF;
  INSERT INTO backstay_capture.run (run, script) VALUES (number, backstay_run.script) ON CONFLICT DO NOTHING;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_current_run() RETURNS bigint LANGUAGE sql AS
  $backstay$ SELECT current_setting('backstay.run')::bigint $backstay$;

-- In PL/pgSQL where it is more than an expression: its plans last as long as the session, those of SQL for one call.

-- The columns of a table, in order. Generated ones cannot be written.
CREATE OR REPLACE FUNCTION pg_temp.backstay_columns(relation oid, generated boolean DEFAULT true) RETURNS text[] LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  RETURN (SELECT coalesce(array_agg(attname::text ORDER BY attnum), '{}') FROM pg_catalog.pg_attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND (generated OR attgenerated = ''));
END $backstay$;

-- A key: unique, never null, over plain columns, none of them in `assigned`. The primary key before others, then
-- what other tables refer to, then the fewest columns, then the first: users change names rather than numbers.
CREATE OR REPLACE FUNCTION pg_temp.backstay_key(relation oid, assigned text[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  RETURN (SELECT columns FROM (
      SELECT i.indisprimary AS is_primary, EXISTS (SELECT 1 FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid) AS is_referenced, min(a.attnum) AS first, i.indexrelid, array_agg(a.attname::text ORDER BY k.position) AS columns, bool_and(a.attnotnull) AS filled
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        AND k.position <= i.indnkeyatts
      GROUP BY i.indexrelid, i.indisprimary) AS keys
    WHERE filled AND NOT columns && assigned
    ORDER BY is_primary DESC, is_referenced DESC, cardinality(columns), first, indexrelid LIMIT 1);
END $backstay$;

-- "a.k1 = b.k1 AND a.k2 = b.k2" for the columns of a key.
CREATE OR REPLACE FUNCTION pg_temp.backstay_match(key_columns text[], a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $backstay$
BEGIN
  RETURN (SELECT string_agg(format('%1$s.%3$I = %2$s.%3$I', a, b, c), ' AND ') FROM unnest(key_columns) AS c);
END $backstay$;

-- "record_image_eq(ROW(a.c1, ..), ROW(b.c1, ..))": the same to the byte, null and null included; also for types
-- that have no equality, and strict where equality is not (1.0 and 1.00, citext).
CREATE OR REPLACE FUNCTION pg_temp.backstay_same(columns text[], a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $backstay$
BEGIN
  RETURN (SELECT CASE WHEN cardinality(columns) = 0 THEN 'true' ELSE
      (SELECT format('pg_catalog.record_image_eq(ROW(%s), ROW(%s))', string_agg(format('%s.%I', a, c), ', '), string_agg(format('%s.%I', b, c), ', '))
       FROM unnest(columns) AS c) END);
END $backstay$;

-- Columns of a foreign key on its own side and on the side it points to, as names.
CREATE OR REPLACE FUNCTION pg_temp.backstay_names(relation oid, numbers int2[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  RETURN (SELECT array_agg(a.attname::text ORDER BY n.position) FROM unnest(numbers) WITH ORDINALITY AS n(attnum, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attnum = n.attnum);
END $backstay$;

-- "a.x1 = b.y1 AND ..": how a foreign key joins.
CREATE OR REPLACE FUNCTION pg_temp.backstay_refers(child text[], parent text[], a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $backstay$
BEGIN
  RETURN (SELECT string_agg(format('%s.%I = %s.%I', a, u.x, b, u.y), ' AND ') FROM unnest(child, parent) AS u(x, y));
END $backstay$;

-- The columns of a table as they are declared: what a table for its rows is made with.
CREATE OR REPLACE FUNCTION pg_temp.backstay_row_columns(relation oid) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO pg_catalog AS $backstay$
BEGIN
  RETURN (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)) || coalesce((SELECT format(' COLLATE %I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
      WHERE l.oid = a.attcollation AND l.collname <> 'default'), ''), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
END $backstay$;

-- Few rows stay in their item, as text: {"columns": see above, "rows": one text each}. A table for each set would take a
-- dozen locks, of which a server has some thousands for all transactions together. More rows than these get tables.
CREATE OR REPLACE FUNCTION pg_temp.backstay_few() RETURNS integer LANGUAGE sql IMMUTABLE AS $backstay$ SELECT 500 $backstay$;

-- A row as text that means the same in every session.
CREATE OR REPLACE FUNCTION pg_temp.backstay_image(r anyelement) RETURNS text LANGUAGE plpgsql STABLE
SET search_path TO pg_catalog SET datestyle TO 'ISO, MDY' SET intervalstyle TO postgres SET extra_float_digits TO 1 SET bytea_output TO hex AS $backstay$
BEGIN
  RETURN r::text;
END $backstay$;

-- Rows of the type of `kind` from their texts.
CREATE OR REPLACE FUNCTION pg_temp.backstay_read(kind anyelement, images jsonb) RETURNS SETOF anyelement LANGUAGE plpgsql STABLE ROWS 10
SET search_path TO pg_catalog SET datestyle TO 'ISO, MDY' SET intervalstyle TO postgres SET xmloption TO content AS $backstay$
BEGIN
  RETURN QUERY EXECUTE format('SELECT (e.x::%s).* FROM jsonb_array_elements_text($1) AS e(x)', pg_typeof(kind)) USING images;
END $backstay$;

-- A new table of them, whatever has become of the one they were in.
CREATE OR REPLACE FUNCTION pg_temp.backstay_unpack(place text, state jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  EXECUTE format('CREATE TABLE %s (%s, backstay_done boolean)', place, state ->> 'columns');
  PERFORM pg_temp.backstay_refill(place, state);
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_refill(place text, state jsonb) RETURNS void LANGUAGE plpgsql
SET search_path TO pg_catalog SET datestyle TO 'ISO, MDY' SET intervalstyle TO postgres SET xmloption TO content AS $backstay$
BEGIN
  EXECUTE format('INSERT INTO %1$s SELECT ((left(e.x, -1) || '',)'')::%1$s).* FROM jsonb_array_elements_text($1) AS e(x)', place) USING state -> 'rows';
END $backstay$;
