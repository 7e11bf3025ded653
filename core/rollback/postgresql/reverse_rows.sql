-- Rows back to what they were, except where somebody has written since.

CREATE TEMPORARY TABLE IF NOT EXISTS backstay_reversing (run bigint);
-- Tables the script made whose rows are not those it left.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_used (relation oid);

-- The newest run of this script that is still in force. None: nothing is done, so a second call does no harm.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_start_reverse(the_script text) LANGUAGE plpgsql AS $backstay$
DECLARE
  number bigint;
BEGIN
  PERFORM set_config('jit', 'off', true);
  DELETE FROM pg_temp.backstay_reversing;
  IF to_regclass('backstay_capture.run') IS NOT NULL THEN
    SELECT run INTO number FROM backstay_capture.run WHERE script = the_script AND reversed_at IS NULL ORDER BY run DESC LIMIT 1 FOR UPDATE;
  END IF;
  IF number IS NULL THEN
    RAISE NOTICE 'backstay: this script has no run left to reverse';
    RETURN;
  END IF;
  INSERT INTO pg_temp.backstay_reversing VALUES (number);
  DELETE FROM pg_temp.backstay_used;
  INSERT INTO pg_temp.backstay_used SELECT x.relation FROM backstay_capture.item x JOIN pg_catalog.pg_class c ON c.oid = x.relation
    WHERE x.run = number AND x.kind = 'relation' AND x.after_state ? 'digest' AND x.after_state ->> 'digest' IS DISTINCT FROM pg_temp.backstay_digest(x.relation);
  SET CONSTRAINTS ALL IMMEDIATE;
  -- A body may use what comes back only later.
  PERFORM set_config('check_function_bodies', 'off', true);
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_row_key(key_columns text[], a text) RETURNS text LANGUAGE sql IMMUTABLE AS $backstay$
  SELECT format('jsonb_build_object(%s)::text', string_agg(format('%L, %s.%I', c, a, c), ', ')) FROM unnest(key_columns) AS c
$backstay$;

-- Condition: a conflict holds this row (column_name '') or this cell.
CREATE OR REPLACE FUNCTION pg_temp.backstay_held(i backstay_capture.item, a text, column_name text) RETURNS text LANGUAGE sql STABLE AS $backstay$
  SELECT CASE WHEN EXISTS (SELECT 1 FROM backstay_capture.conflict c WHERE c.run = i.run AND c.relation = i.name AND c.kind <> 'side effect')
    THEN format('EXISTS (SELECT 1 FROM backstay_capture.conflict h WHERE h.run = %s AND h.relation = %L AND h.row_key = %s AND h.column_name = %L)',
      i.run, i.name, pg_temp.backstay_row_key(i.key_columns, a), column_name)
    ELSE 'false' END
$backstay$;

-- Notes a conflict of whole rows: `source` is a query for (row key, row before, row after, row now).
CREATE OR REPLACE FUNCTION pg_temp.backstay_row_conflict(i backstay_capture.item, the_kind text, the_detail text, source text) RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  EXECUTE format('INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail, before, after, current)
    SELECT %s, %s, %L, q.k, '''', %L, %L, q.b, q.a, q.t FROM (%s) AS q(k, b, a, t) ON CONFLICT DO NOTHING', i.run, i.step, i.name, the_kind, the_detail, source);
END $backstay$;

-- Runs a change of rows at once; when a constraint refuses it, row by row, so that only the refused rows are left.
-- `change` holds {row} where a condition on one captured row (c) goes; `driver` is the table of captured rows.
-- Returns how many rows were refused; with `final` they become conflicts.
CREATE OR REPLACE FUNCTION pg_temp.backstay_each(i backstay_capture.item, driver text, what text, change text, final boolean) RETURNS bigint LANGUAGE plpgsql AS $backstay$
DECLARE
  r record;
  refused bigint := 0;
  conflict_kind text;
BEGIN
  BEGIN
    EXECUTE replace(change, '{row}', '');
    EXECUTE format('UPDATE %s c SET backstay_done = true WHERE c.backstay_done IS NULL AND %s', driver, what);
    RETURN 0;
  EXCEPTION WHEN integrity_constraint_violation OR restrict_violation OR foreign_key_violation OR unique_violation OR check_violation OR not_null_violation OR exclusion_violation THEN
    NULL;
  END;
  FOR r IN EXECUTE format('SELECT c.ctid AS place, %s AS row_key, to_jsonb(c.*) - ''backstay_done'' AS image FROM %s c WHERE c.backstay_done IS NULL AND %s',
      pg_temp.backstay_row_key(i.key_columns, 'c'), driver, what) LOOP
    BEGIN
      EXECUTE replace(change, '{row}', format(' AND c.ctid = %L', r.place));
      EXECUTE format('UPDATE %s c SET backstay_done = true WHERE c.ctid = %L', driver, r.place);
    EXCEPTION WHEN integrity_constraint_violation OR restrict_violation OR foreign_key_violation OR unique_violation OR check_violation OR not_null_violation OR exclusion_violation THEN
      refused := refused + 1;
      IF final THEN
        conflict_kind := CASE WHEN SQLSTATE IN ('23503', '23001') THEN CASE WHEN change LIKE 'DELETE%' THEN 'in use' ELSE 'parent missing' END
          WHEN SQLSTATE IN ('23505', '23P01') THEN 'key reused' ELSE 'refused' END;
        INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail, before)
          VALUES (i.run, i.step, i.name, r.row_key, '', conflict_kind, SQLERRM, r.image::text) ON CONFLICT DO NOTHING;
      END IF;
    END;
  END LOOP;
  RETURN refused;
END $backstay$;

-- Rows the statement added go, when nobody changed them and nothing new refers to them.
CREATE OR REPLACE FUNCTION pg_temp.backstay_remove_added(i backstay_capture.item, columns text[], final boolean) RETURNS bigint LANGUAGE plpgsql AS $backstay$
DECLARE
  matches text := pg_temp.backstay_match(i.key_columns, 't', 'c');
  row_key text := pg_temp.backstay_row_key(i.key_columns, 'c');
  same text := pg_temp.backstay_same(columns, 't', 'c');
  added text := format('c.backstay_done IS NULL AND NOT EXISTS (SELECT 1 FROM %s b WHERE %s)', i.before_rows, pg_temp.backstay_match(i.key_columns, 'b', 'c'));
  f record;
BEGIN
  -- Gone already: as before, whatever was noted about it.
  EXECUTE format('DELETE FROM backstay_capture.conflict h USING %s c WHERE %s AND h.run = %s AND h.relation = %L AND h.row_key = %s AND NOT EXISTS (SELECT 1 FROM %s t WHERE %s)',
    i.after_rows, added, i.run, i.name, row_key, i.relation::regclass, matches);
  -- A row that somebody changed is kept as a whole; what was noted about its cells is part of that.
  EXECUTE format('DELETE FROM backstay_capture.conflict h USING %s c, %s t WHERE %s AND %s AND NOT %s AND h.run = %s AND h.relation = %L AND h.row_key = %s AND h.column_name <> ''''',
    i.after_rows, i.relation::regclass, added, matches, same, i.run, i.name, row_key);
  PERFORM pg_temp.backstay_row_conflict(i, 'in use', 'added by the script and changed since',
    format('SELECT %s, NULL::text, (to_jsonb(c.*) - ''backstay_done'')::text, to_jsonb(t.*)::text FROM %s c JOIN %s t ON %s WHERE %s AND NOT %s', row_key, i.after_rows, i.relation::regclass, matches, added, same));
  -- A foreign key that deletes or empties what refers to the row would take new rows along.
  FOR f IN SELECT c.conrelid, pg_temp.backstay_names(c.conrelid, c.conkey) AS child, pg_temp.backstay_names(c.confrelid, c.confkey) AS parent
      FROM pg_catalog.pg_constraint c WHERE c.contype = 'f' AND c.confrelid = i.relation AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0 LOOP
    PERFORM pg_temp.backstay_row_conflict(i, 'in use', format('rows of %s refer to it', f.conrelid::regclass),
      format('SELECT %s, NULL::text, (to_jsonb(c.*) - ''backstay_done'')::text, to_jsonb(t.*)::text FROM %s c JOIN %s t ON %s WHERE %s AND EXISTS (SELECT 1 FROM %s x WHERE %s%s)', row_key, i.after_rows, i.relation::regclass, matches, added,
        f.conrelid::regclass, pg_temp.backstay_refers(f.child, f.parent, 'x', 't'),
        -- A row may refer to itself.
        CASE WHEN f.conrelid = i.relation THEN format(' AND NOT (%s)', pg_temp.backstay_match(i.key_columns, 'x', 't')) ELSE '' END));
  END LOOP;
  RETURN pg_temp.backstay_each(i, i.after_rows, added, format('DELETE FROM %s t USING %s c WHERE %s AND %s AND %s AND NOT %s{row}',
    i.relation::regclass, i.after_rows, matches, added, same, pg_temp.backstay_held(i, 't', '')), final);
END $backstay$;

-- Rows the statement removed come back, unless their key is in use.
CREATE OR REPLACE FUNCTION pg_temp.backstay_insert_removed(i backstay_capture.item, columns text[], final boolean) RETURNS bigint LANGUAGE plpgsql AS $backstay$
DECLARE
  row_key text := pg_temp.backstay_row_key(i.key_columns, 'c');
  column_list text := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) AS c);
  value_list text := (SELECT string_agg(format('c.%I', c), ', ') FROM unnest(columns) AS c);
  removed text;
  matches text;
BEGIN
  IF i.key_columns IS NULL THEN  -- a table without a key, emptied as a whole
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s c WHERE c.backstay_done IS NULL', i.relation::regclass, column_list, value_list, i.before_rows);
    EXECUTE format('UPDATE %s SET backstay_done = true', i.before_rows);
    RETURN 0;
  END IF;
  matches := pg_temp.backstay_match(i.key_columns, 't', 'c');
  removed := format('c.backstay_done IS NULL AND NOT EXISTS (SELECT 1 FROM %s a WHERE %s)', i.after_rows, pg_temp.backstay_match(i.key_columns, 'a', 'c'));
  PERFORM pg_temp.backstay_row_conflict(i, 'key reused', 'removed by the script; somebody has added a row with its key',
    format('SELECT %s, (to_jsonb(c.*) - ''backstay_done'')::text, NULL::text, to_jsonb(t.*)::text FROM %s c JOIN %s t ON %s WHERE %s AND NOT %s', row_key, i.before_rows, i.relation::regclass, matches, removed,
      pg_temp.backstay_same(columns, 't', 'c')));
  RETURN pg_temp.backstay_each(i, i.before_rows, removed, format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s t WHERE %s){row}',
    i.relation::regclass, column_list, value_list, i.before_rows, removed, i.relation::regclass, matches), final);
END $backstay$;

-- A row that cannot become what it was before this statement, because what it referred to is gone, but that an earlier
-- statement of the script added and nobody changed: it goes anyway, so it goes now. Earlier statements find it gone,
-- and the one that added it then forgets what was noted about it.
CREATE OR REPLACE FUNCTION pg_temp.backstay_remove_refused(i backstay_capture.item, columns text[]) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  made backstay_capture.item;
  f record;
  unused text := '';
BEGIN
  -- A foreign key that deletes or empties what refers to the row would take new rows along.
  FOR f IN SELECT c.conrelid, pg_temp.backstay_names(c.conrelid, c.conkey) AS child, pg_temp.backstay_names(c.confrelid, c.confkey) AS parent
      FROM pg_catalog.pg_constraint c WHERE c.contype = 'f' AND c.confrelid = i.relation AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0 LOOP
    unused := unused || format(' AND NOT EXISTS (SELECT 1 FROM %s x WHERE %s)', f.conrelid::regclass, pg_temp.backstay_refers(f.child, f.parent, 'x', 't'));
  END LOOP;
  FOR made IN SELECT * FROM backstay_capture.item x WHERE x.run = i.run AND x.step < i.step AND x.name = i.name AND x.kind IN ('insert', 'table') AND x.key_columns = i.key_columns LOOP
    made := pg_temp.backstay_open(made, 'earlier');
    BEGIN
      EXECUTE format('DELETE FROM %s t USING %s a, %s m, backstay_capture.conflict h WHERE %s AND %s AND %s AND NOT EXISTS (SELECT 1 FROM %s o WHERE %s)
          AND h.run = %s AND h.step = %s AND h.relation = %L AND h.row_key = %s AND h.column_name = '''' AND h.kind = ''parent missing''%s', i.relation::regclass, i.after_rows, made.after_rows,
        pg_temp.backstay_match(i.key_columns, 't', 'a'), pg_temp.backstay_match(i.key_columns, 'm', 'a'), pg_temp.backstay_same(columns, 't', 'a'), made.before_rows,
        pg_temp.backstay_match(i.key_columns, 'o', 'm'), i.run, i.step, i.name, pg_temp.backstay_row_key(i.key_columns, 't'), unused);
    EXCEPTION WHEN integrity_constraint_violation OR restrict_violation OR foreign_key_violation THEN
      NULL;  -- rows of others refer to it: it stays, as noted
    END;
  END LOOP;
END $backstay$;

-- Cells the statement changed get their old value where they still hold what it wrote.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_changed(i backstay_capture.item, columns text[], final boolean) RETURNS bigint LANGUAGE plpgsql AS $backstay$
DECLARE
  k text;
  made backstay_capture.item;
  refused bigint;
  differs boolean;
  changed text;
  writes text;
  sets text[] := '{}';
  conditions text[] := '{}';
  pair text := format('%s c JOIN %s a ON %s', i.before_rows, i.after_rows, pg_temp.backstay_match(i.key_columns, 'a', 'c'));
  matches text := pg_temp.backstay_match(i.key_columns, 't', 'c');
  row_key text := pg_temp.backstay_row_key(i.key_columns, 'c');
BEGIN
  -- A row that an earlier statement added and somebody changed since will stay; then it stays as they know it.
  FOR made IN SELECT * FROM backstay_capture.item x WHERE x.run = i.run AND x.step < i.step AND x.name = i.name AND x.kind IN ('insert', 'table') AND x.key_columns = i.key_columns LOOP
    made := pg_temp.backstay_open(made, 'earlier');
    PERFORM pg_temp.backstay_row_conflict(i, 'in use', 'added by the script and changed since',
      format('SELECT %s, NULL::text, (to_jsonb(a.*) - ''backstay_done'')::text, to_jsonb(t.*)::text FROM %s JOIN %s t ON %s JOIN %s m ON %s WHERE c.backstay_done IS NULL AND NOT %s AND NOT EXISTS (SELECT 1 FROM %s o WHERE %s)', row_key, pair, i.relation::regclass, matches,
        made.after_rows, pg_temp.backstay_match(i.key_columns, 'm', 'c'), pg_temp.backstay_same(columns, 't', 'a'), made.before_rows, pg_temp.backstay_match(i.key_columns, 'o', 'm')));
  END LOOP;
  FOREACH k IN ARRAY columns LOOP
    CONTINUE WHEN k = ANY (i.key_columns);
    changed := 'NOT ' || pg_temp.backstay_same(ARRAY[k], 'c', 'a');
    EXECUTE format('SELECT count(*) > 0 FROM %s WHERE c.backstay_done IS NULL AND %s', pair, changed) INTO differs;
    CONTINUE WHEN NOT differs;
    -- Somebody's value, or one that was noted at a later statement: the cell is theirs. One that is back at the old
    -- value by itself needs nothing, but is theirs for earlier statements as well.
    EXECUTE format('INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, before, after, current, kind, detail)
      SELECT %1$s, %2$s, %3$L, %4$s, %5$L, to_jsonb(c.%6$I) #>> ''{}'', to_jsonb(a.%6$I) #>> ''{}'', to_jsonb(t.%6$I) #>> ''{}'', ''changed'', ''changed since the script ran''
      FROM %7$s JOIN %8$s t ON %9$s WHERE c.backstay_done IS NULL AND %10$s AND (%11$s OR %12$s) AND NOT %13$s
      ON CONFLICT (run, relation, row_key, column_name) DO UPDATE SET before = excluded.before', i.run, i.step, i.name, row_key, k, k, pair, i.relation::regclass, matches, changed,
      CASE WHEN i.cascaded THEN format('NOT %s AND NOT %s', pg_temp.backstay_same(ARRAY[k], 't', 'a'), pg_temp.backstay_same(ARRAY[k], 't', 'c')) ELSE 'NOT ' || pg_temp.backstay_same(ARRAY[k], 't', 'a') END,
      pg_temp.backstay_held(i, 't', k), pg_temp.backstay_held(i, 't', ''));
    writes := format('%s AND %s AND NOT %s', changed, pg_temp.backstay_same(ARRAY[k], 't', 'a'), pg_temp.backstay_held(i, 't', k));
    sets := sets || format('%1$I = CASE WHEN %2$s THEN c.%1$I ELSE t.%1$I END', k, writes);
    conditions := conditions || ('(' || writes || ')');
  END LOOP;
  PERFORM pg_temp.backstay_row_conflict(i, 'gone', 'changed by the script; somebody has deleted it since',
    format('SELECT %s, (to_jsonb(c.*) - ''backstay_done'')::text, (to_jsonb(a.*) - ''backstay_done'')::text, NULL::text FROM %s WHERE c.backstay_done IS NULL AND NOT EXISTS (SELECT 1 FROM %s t WHERE %s)', row_key, pair, i.relation::regclass, matches));
  IF cardinality(sets) = 0 THEN RETURN 0; END IF;
  refused := pg_temp.backstay_each(i, i.before_rows, format('EXISTS (SELECT 1 FROM %s a WHERE %s)', i.after_rows, pg_temp.backstay_match(i.key_columns, 'a', 'c')),
    format('UPDATE %s t SET %s FROM %s WHERE c.backstay_done IS NULL AND %s AND (%s) AND NOT %s{row}', i.relation::regclass, array_to_string(sets, ', '), pair, matches,
      array_to_string(conditions, ' OR '), pg_temp.backstay_held(i, 't', '')), final);
  IF final AND refused > 0 THEN PERFORM pg_temp.backstay_remove_refused(i, columns); END IF;
  RETURN refused;
END $backstay$;

-- The table of an item may have a new number by now (dropped and made again), but has its name.
CREATE OR REPLACE FUNCTION pg_temp.backstay_located(i backstay_capture.item) RETURNS backstay_capture.item LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = i.relation) THEN
    i.relation := to_regclass(i.name);
  END IF;
  RETURN i;
END $backstay$;

-- Rows that lie in their item, in tables that take them in turn: those of one step stay until another step needs the
-- place. `role` tells sets apart that are looked at together.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_opened (place text PRIMARY KEY, run bigint, step integer, item integer);

CREATE OR REPLACE FUNCTION pg_temp.backstay_open(i backstay_capture.item, role text) RETURNS backstay_capture.item LANGUAGE plpgsql AS $backstay$
DECLARE
  o record;
  stem text;
BEGIN
  IF i.kind NOT IN ('rows', 'insert', 'table', 'keyless') OR NOT coalesce(i.before_state ? 'rows', false) THEN RETURN i; END IF;
  stem := format('pg_temp.backstay_%s_%s_%s', role, i.item, left(md5(i.before_state ->> 'columns'), 16));
  i.before_rows := stem || '_before';
  i.after_rows := stem || '_after';
  SELECT * INTO o FROM pg_temp.backstay_opened x WHERE x.place = stem;
  IF NOT FOUND THEN
    PERFORM pg_temp.backstay_unpack(i.before_rows, i.before_state), pg_temp.backstay_unpack(i.after_rows, i.after_state);
    INSERT INTO pg_temp.backstay_opened VALUES (stem, i.run, i.step, i.item);
  ELSIF (o.run, o.step) IS DISTINCT FROM (i.run, i.step) THEN
    EXECUTE format('TRUNCATE %s, %s', i.before_rows, i.after_rows);
    PERFORM pg_temp.backstay_refill(i.before_rows, i.before_state), pg_temp.backstay_refill(i.after_rows, i.after_state);
    UPDATE pg_temp.backstay_opened x SET run = i.run, step = i.step WHERE x.place = stem;
  END IF;
  RETURN i;
END $backstay$;

-- A row that the script added stays, because rows of others refer to it: then it stays as they know it, and what later
-- statements made of it, taken back a moment ago, is made again.
CREATE OR REPLACE FUNCTION pg_temp.backstay_redo(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  columns text[];
BEGIN
  FOR i IN SELECT (pg_temp.backstay_located(x)).* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run
      WHERE x.step > the_step AND x.kind IN ('rows', 'insert', 'table') AND x.after_rows IS NOT NULL AND x.key_columns IS NOT NULL AND EXISTS (SELECT 1 FROM backstay_capture.conflict c
        WHERE c.run = x.run AND c.step = the_step AND c.relation = x.name AND c.kind = 'in use' AND c.detail <> 'added by the script and changed since') ORDER BY x.step, x.item LOOP
    i := pg_temp.backstay_open(i, 'earlier');
    columns := ARRAY(SELECT c FROM unnest(pg_temp.backstay_columns(i.relation, false)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass)) AND NOT c = ANY (i.key_columns));
    CONTINUE WHEN cardinality(columns) = 0;
    EXECUTE format('UPDATE %s t SET %s FROM %s b JOIN %s a ON %s WHERE %s AND EXISTS (SELECT 1 FROM backstay_capture.conflict h WHERE h.run = %s AND h.step = %s AND h.relation = %L AND h.row_key = %s
        AND h.kind = ''in use'' AND h.detail <> ''added by the script and changed since'')', i.relation::regclass,
      (SELECT string_agg(format('%1$I = CASE WHEN %2$s AND NOT %3$s THEN a.%1$I ELSE t.%1$I END', c, pg_temp.backstay_same(ARRAY[c], 't', 'b'), pg_temp.backstay_same(ARRAY[c], 'a', 'b')), ', ') FROM unnest(columns) AS c),
      i.before_rows, i.after_rows, pg_temp.backstay_match(i.key_columns, 'a', 'b'), pg_temp.backstay_match(i.key_columns, 't', 'b'), i.run, the_step, i.name, pg_temp.backstay_row_key(i.key_columns, 't'));
  END LOOP;
END $backstay$;

-- Everything one statement did to rows. Foreign keys may ask for another order than ours: what is refused is tried
-- again after the rest, until nothing moves any more; only then is it a conflict.
CREATE OR REPLACE FUNCTION pg_temp.backstay_reverse_rows(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  columns text[];
  refused bigint;
  before bigint := NULL;
  final boolean := false;
BEGIN
  LOOP
    refused := 0;
    FOR i IN SELECT (pg_temp.backstay_located(x)).* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run
        WHERE x.step = the_step AND x.kind IN ('rows', 'insert', 'table') AND x.after_rows IS NOT NULL ORDER BY x.item LOOP
      IF i.relation IS NULL THEN
        INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail)
          VALUES (i.run, i.step, i.name, format('step %s', i.step), '', 'gone', 'the table is no longer there') ON CONFLICT DO NOTHING;
        CONTINUE;
      END IF;
      i := pg_temp.backstay_open(i, 'step');
      columns := ARRAY(SELECT c FROM unnest(pg_temp.backstay_columns(i.relation, false)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass)));
      IF i.key_columns IS NOT NULL AND i.kind <> 'rows' THEN refused := refused + pg_temp.backstay_remove_added(i, columns, final); END IF;
      refused := refused + pg_temp.backstay_insert_removed(i, columns, final);
      IF i.key_columns IS NOT NULL AND i.kind <> 'insert' THEN refused := refused + pg_temp.backstay_restore_changed(i, columns, final); END IF;
    END LOOP;
    EXIT WHEN refused = 0 OR final;
    final := before IS NOT NULL AND refused >= before;
    before := refused;
  END LOOP;
END $backstay$;

-- The application's own triggers ran when the script did; they must not run once more on the way back.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_held_trigger (relation oid, name text, enabled "char");

CREATE OR REPLACE FUNCTION pg_temp.backstay_hold_relation(the_relation oid) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  g record;
BEGIN
  FOR g IN SELECT t.tgrelid, t.tgname::text AS name, t.tgenabled FROM pg_catalog.pg_trigger t
      WHERE t.tgrelid = the_relation AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0 AND t.tgname !~ '^backstay_note_' LOOP
    INSERT INTO pg_temp.backstay_held_trigger VALUES (g.tgrelid, g.name, g.tgenabled);
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', g.tgrelid::regclass, g.name);
  END LOOP;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_hold_triggers(the_step integer) RETURNS void LANGUAGE sql AS $backstay$
  SELECT pg_temp.backstay_hold_relation(r.relation) FROM (SELECT DISTINCT x.relation FROM backstay_capture.item x JOIN pg_temp.backstay_reversing v ON v.run = x.run
    WHERE x.step = the_step AND x.kind IN ('rows', 'insert', 'table')) AS r
$backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_release_triggers() RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  g record;
BEGIN
  FOR g IN SELECT * FROM pg_temp.backstay_held_trigger LOOP
    EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', g.relation::regclass, CASE g.enabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, g.name);
  END LOOP;
  DELETE FROM pg_temp.backstay_held_trigger;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_finish_reverse() LANGUAGE plpgsql AS $backstay$
DECLARE
  number bigint := (SELECT run FROM pg_temp.backstay_reversing);
BEGIN
  -- Somebody has put the old value back, or the script as a whole left the cell alone: nothing to report.
  DELETE FROM backstay_capture.conflict c WHERE c.run = number AND c.kind = 'changed'
    AND (c.before IS NOT DISTINCT FROM c.current OR c.before IS NOT DISTINCT FROM c.after);
  UPDATE backstay_capture.run r SET reversed_at = now() WHERE r.run = number;
END $backstay$;

-- What was not put back, and why; the last thing a reverse script says.
CREATE OR REPLACE FUNCTION pg_temp.backstay_conflicts() RETURNS SETOF backstay_capture.conflict LANGUAGE sql STABLE AS $backstay$
  SELECT c.* FROM backstay_capture.conflict c JOIN pg_temp.backstay_reversing r ON r.run = c.run ORDER BY c.step DESC, c.relation, c.row_key, c.column_name
$backstay$;

-- One statement undone.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_reverse_step(the_step integer) LANGUAGE plpgsql AS $backstay$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_temp.backstay_reversing) THEN RETURN; END IF;
  PERFORM pg_temp.backstay_reverse_objects(the_step);
  PERFORM pg_temp.backstay_hold_triggers(the_step);
  PERFORM pg_temp.backstay_reverse_rows(the_step);
  PERFORM pg_temp.backstay_redo(the_step);
  PERFORM pg_temp.backstay_drop_columns(the_step);
  PERFORM pg_temp.backstay_release_triggers();
END $backstay$;
