-- Strategy T: rows of statements whose effect nobody can read from their text (DO blocks, routines, dynamic SQL). Triggers
-- with transition tables on every table of the application note what is written, whoever writes it: other triggers,
-- cascades of foreign keys, TRUNCATE. What they note has the form of the other captures.

-- The tables watched: all that this role may watch, or those named. Ours and the system's are none. A partition's rows
-- are noted for its topmost table, whichever of them a statement names.
CREATE OR REPLACE FUNCTION pg_temp.backstay_watchable(targets text[]) RETURNS SETOF oid LANGUAGE sql STABLE AS $backstay$
  SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|backstay)' AND n.nspname <> 'information_schema'
    AND c.relname !~ '^backstay_' AND pg_catalog.has_table_privilege(c.oid, 'TRIGGER')
    AND (targets IS NULL OR c.oid = ANY (SELECT pg_catalog.to_regclass(t) FROM pg_catalog.unnest(targets) AS t))
$backstay$;

-- The tables of a table, empty, with the columns it has now.
CREATE OR REPLACE FUNCTION backstay_capture.make_noted(root oid, keys text[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $backstay$
DECLARE
  place text := format('backstay_capture.noted_%s_', root);
  side text;
BEGIN
  IF to_regclass(place || 'before') IS NOT NULL THEN
    IF (SELECT array_agg(ROW(a.attname, a.atttypid, a.atttypmod, a.attcollation)::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = root AND a.attnum > 0 AND NOT a.attisdropped)
        = (SELECT array_agg(ROW(a.attname, a.atttypid, a.atttypmod, a.attcollation)::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = to_regclass(place || 'before') AND a.attnum > 0 AND NOT a.attisdropped)
        AND keys IS NOT DISTINCT FROM obj_description(to_regclass(place || 'before'), 'pg_class')::text[] THEN
      EXECUTE format('TRUNCATE %1$sbefore, %1$safter', place);
      RETURN;
    END IF;
    EXECUTE format('DROP TABLE %1$sbefore, %1$safter', place);
  END IF;
  FOREACH side IN ARRAY ARRAY['before', 'after'] LOOP
    EXECUTE format('CREATE TABLE %s%s AS SELECT * FROM %s WITH NO DATA', place, side, root::regclass);
    IF keys IS NOT NULL THEN
      EXECUTE format('COMMENT ON TABLE %s%s IS %L', place, side, keys);
      EXECUTE format('CREATE INDEX ON %s%s (%s)', place, side, (SELECT string_agg(quote_ident(c), ', ') FROM unnest(keys) AS c));
    END IF;
  END LOOP;
END $backstay$;

-- What is noted goes into a table for each watched table, which the next statement uses again: see backstay_few().
-- What one firing notes, as the commands for it. The first image of a row is kept as it was before, the last as it is after;
-- rows that come and go in between leave nothing.
CREATE OR REPLACE FUNCTION backstay_capture.noting(the_run bigint, the_step integer, operation text, relation oid) RETURNS text[] LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $backstay$
DECLARE
  root oid := coalesce((SELECT pg_partition_root(relation::regclass)::oid), relation);
  i backstay_capture.item;
  number integer;
  keys text[];
  stem text;
  list text;
  k text;
  commands text[] := '{}';
BEGIN
  SELECT * INTO i FROM backstay_capture.item x WHERE x.run = the_run AND x.step = the_step AND x.relation = root AND x.kind = 'watched';
  IF NOT FOUND THEN
    SELECT array_agg(a.attname::text ORDER BY p.position) INTO keys FROM pg_index x
      CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS p(attnum, position)
      JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.attnum
      WHERE x.indexrelid = (SELECT y.indexrelid FROM pg_index y WHERE y.indrelid = root AND y.indisunique AND y.indisvalid AND y.indpred IS NULL AND y.indexprs IS NULL
        AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = root AND b.attnum = ANY (y.indkey::int2[]) AND NOT b.attnotnull)
        ORDER BY y.indisprimary DESC, EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = y.indexrelid) DESC, y.indnkeyatts, y.indkey[0], y.indexrelid LIMIT 1) AND p.position <= x.indnkeyatts;
    SELECT coalesce(max(x.item), 0) + 1 INTO number FROM backstay_capture.item x WHERE x.run = the_run AND x.step = the_step;
    stem := format('r%s_s%s_%s', the_run, the_step, number);
    INSERT INTO backstay_capture.item (run, step, item, kind, relation, name, key_columns, cascaded, before_rows, after_rows)
      VALUES (the_run, the_step, number, 'watched', root, format('%s', (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = root)),
        keys, false, format('backstay_capture.%I', stem || '_before'), format('backstay_capture.%I', stem || '_after')) RETURNING * INTO i;
    PERFORM backstay_capture.make_noted(root, keys);
  END IF;
  i.before_rows := format('backstay_capture.noted_%s_before', root);
  i.after_rows := format('backstay_capture.noted_%s_after', root);
  -- Columns that are still there and were there at the first firing.
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO list FROM pg_attribute a
    WHERE a.attrelid = i.before_rows::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = relation AND b.attname = a.attname AND b.attnum > 0 AND NOT b.attisdropped);
  IF i.key_columns IS NULL THEN
    -- Without a key rows are only counted off against each other when the statement is over.
    IF operation IN ('UPDATE', 'DELETE') THEN commands := commands || format('INSERT INTO %s (%s) SELECT %s FROM backstay_old', i.before_rows, list, list); END IF;
    IF operation IN ('UPDATE', 'INSERT') THEN commands := commands || format('INSERT INTO %s (%s) SELECT %s FROM backstay_new', i.after_rows, list, list); END IF;
    IF operation = 'TRUNCATE' THEN commands := commands || format('INSERT INTO %s (%s) SELECT %s FROM %s', i.before_rows, list, list, relation::regclass); END IF;
    RETURN commands;
  END IF;
  k := (SELECT string_agg(format('x.%1$I = o.%1$I', c), ' AND ') FROM unnest(i.key_columns) AS c);
  IF operation IN ('UPDATE', 'DELETE', 'TRUNCATE') THEN
    commands := commands || format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s o WHERE NOT EXISTS (SELECT FROM %1$s x WHERE %4$s) AND NOT EXISTS (SELECT FROM %5$s x WHERE %4$s)',
      i.before_rows, list, CASE WHEN operation = 'TRUNCATE' THEN relation::regclass::text ELSE 'backstay_old' END, k, i.after_rows);
    commands := commands || format('DELETE FROM %s x USING %s o WHERE %s', i.after_rows, CASE WHEN operation = 'TRUNCATE' THEN relation::regclass::text ELSE 'backstay_old' END, k);
  END IF;
  IF operation IN ('UPDATE', 'INSERT') THEN
    commands := commands || format('INSERT INTO %s (%s) SELECT %s FROM backstay_new', i.after_rows, list, list);
  END IF;
  RETURN commands;
END $backstay$;

-- One firing. Arguments: run, step. The server compiles it for each trigger anew and keeps that: it has to be small.
CREATE OR REPLACE FUNCTION backstay_capture.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $backstay$
DECLARE
  command text;
BEGIN
  FOREACH command IN ARRAY backstay_capture.noting(TG_ARGV[0]::bigint, TG_ARGV[1]::integer, TG_OP, TG_RELID) LOOP EXECUTE command; END LOOP;
  RETURN NULL;
END $backstay$;

-- Triggers are neither made nor dropped on a table that a deferred constraint still waits for: those are checked now,
-- and wait again for what comes.
CREATE OR REPLACE FUNCTION pg_temp.backstay_settle_constraints() RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  k record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.condeferrable) THEN RETURN; END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOR k IN SELECT DISTINCT n.nspname, c.conname FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred LOOP
    EXECUTE format('SET CONSTRAINTS %I.%I DEFERRED', k.nspname, k.conname);
  END LOOP;
END $backstay$;

-- Before the statement. Takes a lock on every watched table that keeps writers out until the transaction ends.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_watch(the_step integer, targets text[] DEFAULT NULL) LANGUAGE plpgsql AS $backstay$
DECLARE
  t oid;
  arguments text := format('%L, %L', pg_temp.backstay_current_run(), the_step);
  always boolean := (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user);
  name text;
BEGIN
  PERFORM pg_temp.backstay_settle_constraints();
  PERFORM pg_temp.backstay_count();
  FOR t IN SELECT pg_temp.backstay_watchable(targets) LOOP
    EXECUTE format('CREATE TRIGGER backstay_note_i AFTER INSERT ON %s REFERENCING NEW TABLE AS backstay_new FOR EACH STATEMENT EXECUTE FUNCTION backstay_capture.note(%s)', t::regclass, arguments);
    EXECUTE format('CREATE TRIGGER backstay_note_u AFTER UPDATE ON %s REFERENCING OLD TABLE AS backstay_old NEW TABLE AS backstay_new FOR EACH STATEMENT EXECUTE FUNCTION backstay_capture.note(%s)', t::regclass, arguments);
    EXECUTE format('CREATE TRIGGER backstay_note_d AFTER DELETE ON %s REFERENCING OLD TABLE AS backstay_old FOR EACH STATEMENT EXECUTE FUNCTION backstay_capture.note(%s)', t::regclass, arguments);
    EXECUTE format('CREATE TRIGGER backstay_note_t BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION backstay_capture.note(%s)', t::regclass, arguments);
    -- Only a superuser can set session_replication_role, under which ordinary triggers do not fire.
    IF always THEN
      FOREACH name IN ARRAY ARRAY['backstay_note_i', 'backstay_note_u', 'backstay_note_d', 'backstay_note_t'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t::regclass, name);
      END LOOP;
    END IF;
  END LOOP;
END $backstay$;

-- Before a statement that calls routines in expressions: they are watched when one of them may write.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_watch_calls(the_step integer, calls text[]) LANGUAGE plpgsql AS $backstay$
BEGIN
  PERFORM pg_temp.backstay_count();
  IF EXISTS (SELECT 1 FROM unnest(calls) AS c CROSS JOIN LATERAL parse_ident(c, false) AS n JOIN pg_catalog.pg_proc p ON p.proname = n[cardinality(n)]
      JOIN pg_catalog.pg_namespace s ON s.oid = p.pronamespace AND (cardinality(n) = 1 OR s.nspname = n[cardinality(n) - 1])
      WHERE p.provolatile = 'v' AND s.nspname NOT IN ('pg_catalog', 'information_schema')) THEN
    CALL pg_temp.backstay_watch(the_step);
  END IF;
END $backstay$;

-- Rows without a key: those of both sides go, as often as they stand on both.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_count_off(i backstay_capture.item) LANGUAGE plpgsql AS $backstay$
DECLARE
  numbered text := 'SELECT z.ctid AS place, row_number() OVER (PARTITION BY z.*::text) AS n, z.*::text AS image FROM %s z';
BEGIN
  EXECUTE format('CREATE TEMPORARY TABLE backstay_pairs AS SELECT b.place AS b, a.place AS a FROM (' || numbered || ') b JOIN (' || numbered || ') a ON a.image = b.image AND a.n = b.n', i.before_rows, i.after_rows);
  EXECUTE format('DELETE FROM %s WHERE ctid IN (SELECT b FROM pg_temp.backstay_pairs)', i.before_rows);
  EXECUTE format('DELETE FROM %s WHERE ctid IN (SELECT a FROM pg_temp.backstay_pairs)', i.after_rows);
  DROP TABLE pg_temp.backstay_pairs;
END $backstay$;

-- The rows that were noted move into their item, or, when they are many, get a table each with the item's name.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_keep_noted(i backstay_capture.item) LANGUAGE plpgsql AS $backstay$
DECLARE
  side text;
  place text;
  number bigint;
  images jsonb[] := '{}';
  found_rows jsonb;
BEGIN
  FOREACH side IN ARRAY ARRAY['before', 'after'] LOOP
    place := format('backstay_capture.noted_%s_%s', i.relation, side);
    EXECUTE format('SELECT count(*), coalesce(jsonb_agg(pg_temp.backstay_image(ROW(q.*)::%1$s)), ''[]'') FROM (SELECT * FROM %1$s LIMIT %2$s) AS q', place, pg_temp.backstay_few() + 1) INTO number, found_rows;
    EXIT WHEN number > pg_temp.backstay_few();
    images := images || jsonb_build_object('columns', pg_temp.backstay_row_columns(place::regclass), 'rows', found_rows);
  END LOOP;
  IF cardinality(images) = 2 THEN
    UPDATE backstay_capture.item x SET before_state = images[1], after_state = images[2] WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
    RETURN;
  END IF;
  FOREACH side IN ARRAY ARRAY['before', 'after'] LOOP
    place := format('backstay_capture.noted_%s_%s', i.relation, side);
    EXECUTE format('ALTER TABLE %s RENAME TO %I', place, format('r%s_s%s_%s_%s', i.run, i.step, i.item, side));
    EXECUTE format('COMMENT ON TABLE backstay_capture.%I IS NULL', format('r%s_s%s_%s_%s', i.run, i.step, i.item, side));
    EXECUTE format('ALTER TABLE backstay_capture.%I ADD backstay_done boolean', format('r%s_s%s_%s_%s', i.run, i.step, i.item, side));
  END LOOP;
END $backstay$;

-- After the statement: the triggers go, and what they noted takes the form of a table that was captured as a whole.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_watched(the_step integer) LANGUAGE plpgsql AS $backstay$
DECLARE
  g record;
  i backstay_capture.item;
  noted backstay_capture.item;
  same text;
BEGIN
  PERFORM pg_temp.backstay_settle_constraints();
  FOR g IN SELECT t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t WHERE t.tgfoid = 'backstay_capture.note()'::regprocedure AND t.tgparentid = 0 LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass);
  END LOOP;
  FOR i IN SELECT * FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'watched' LOOP
    noted := i;
    noted.before_rows := format('backstay_capture.noted_%s_before', i.relation);
    noted.after_rows := format('backstay_capture.noted_%s_after', i.relation);
    IF i.key_columns IS NULL THEN
      CALL pg_temp.backstay_count_off(noted);
    ELSE
      -- Written and back at what they were.
      same := (SELECT format('pg_catalog.record_image_eq(ROW(%s), ROW(%s))', string_agg(format('b.%I', c), ', '), string_agg(format('a.%I', c), ', ')) FROM unnest(pg_temp.backstay_columns(noted.before_rows::regclass)) AS c);
      EXECUTE format('WITH gone AS (DELETE FROM %s b USING %s a WHERE %s AND %s RETURNING a.ctid AS place) DELETE FROM %s WHERE ctid IN (SELECT place FROM gone)',
        noted.before_rows, noted.after_rows, pg_temp.backstay_match(i.key_columns, 'b', 'a'), same, noted.after_rows);
    END IF;
    CALL pg_temp.backstay_keep_noted(i);
    UPDATE backstay_capture.item x SET kind = CASE WHEN i.key_columns IS NULL THEN 'keyless' ELSE 'table' END WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
  END LOOP;
  PERFORM pg_temp.backstay_compare_counts(the_step);
  -- It knows nothing of tables without a key.
  DELETE FROM backstay_capture.conflict c USING backstay_capture.item x WHERE c.run = x.run AND c.step = x.step AND c.relation = x.name AND c.kind = 'side effect'
    AND x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'keyless';
END $backstay$;
