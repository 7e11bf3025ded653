-- Rows: what they were before a statement and what it made of them.

-- What the server has counted in this transaction, of all tables or of some. Asking for all takes as long as there are tables.
CREATE OR REPLACE FUNCTION pg_temp.backstay_written(relations oid[]) RETURNS TABLE (relid oid, name text, inserted bigint, updated bigint, deleted bigint) LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  IF relations IS NOT NULL THEN
    RETURN QUERY SELECT c.oid, format('%I.%I', n.nspname, c.relname), pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid)
      FROM unnest(relations) AS r(oid) JOIN pg_catalog.pg_class c ON c.oid = r.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;
  ELSE
    RETURN QUERY SELECT s.relid, format('%I.%I', s.schemaname, s.relname), s.n_tup_ins, s.n_tup_upd, s.n_tup_del FROM pg_catalog.pg_stat_xact_user_tables s
      WHERE s.schemaname <> 'backstay_capture' AND s.schemaname NOT LIKE 'pg\_temp%' AND s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0;
  END IF;
END $backstay$;

-- Rows written in this transaction so far, per table, as the server counts them.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_counter (relation oid PRIMARY KEY, inserted bigint, updated bigint, deleted bigint);

-- With a step: of the tables that it captures, when nothing carries a statement from there to others.
CREATE OR REPLACE FUNCTION pg_temp.backstay_count(the_step integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  relations oid[] := (SELECT array_agg(DISTINCT x.relation) FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.relation IS NOT NULL);
BEGIN
  IF EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE g.tgrelid = ANY (relations) AND NOT g.tgisinternal AND g.tgenabled <> 'D')
      OR EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite w WHERE w.ev_class = ANY (relations))
      OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = ANY (relations) AND c.relkind <> 'r')
      OR EXISTS (SELECT 1 FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_catalog.pg_proc'::regclass
        WHERE a.adrelid = ANY (relations)) THEN
    relations := NULL;
  END IF;
  PERFORM set_config('backstay.counted', coalesce(relations::text, ''), true);
  DELETE FROM pg_temp.backstay_counter;
  INSERT INTO pg_temp.backstay_counter SELECT w.relid, w.inserted, w.updated, w.deleted FROM pg_temp.backstay_written(relations) AS w;
END $backstay$;

-- Before a statement that calls routines, which may write anywhere.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_count_everything() LANGUAGE plpgsql AS $backstay$
BEGIN
  PERFORM pg_temp.backstay_count();
END $backstay$;

-- Notes one captured set of rows and gives its number. Nothing is copied yet.
CREATE OR REPLACE FUNCTION pg_temp.backstay_item(the_step integer, the_kind text, the_relation oid, the_key text[], is_cascaded boolean)
RETURNS integer LANGUAGE plpgsql AS $backstay$
DECLARE
  number integer;
  stem text;
BEGIN
  SELECT coalesce(max(i.item), 0) + 1 INTO number FROM backstay_capture.item i
    WHERE i.run = pg_temp.backstay_current_run() AND i.step = the_step;
  stem := format('r%s_s%s_%s', pg_temp.backstay_current_run(), the_step, number);
  INSERT INTO backstay_capture.item (run, step, item, kind, relation, name, key_columns, cascaded, before_rows, after_rows)
    SELECT pg_temp.backstay_current_run(), the_step, number, the_kind, c.oid, format('%I.%I', n.nspname, c.relname), the_key, is_cascaded,
      format('backstay_capture.%I', stem || '_before'), format('backstay_capture.%I', stem || '_after')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = the_relation;
  RETURN number;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_copy(the_step integer, number integer, query text) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  copied bigint;
  images jsonb;
BEGIN
  SELECT * INTO i FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.item = number;
  IF i.kind IN ('rows', 'insert', 'table') THEN
    EXECUTE format(E'SELECT count(*), coalesce(jsonb_agg(pg_temp.backstay_image(ROW(q.*)::%s)), \'[]\') FROM (SELECT * FROM (%s\n) AS q LIMIT %s) AS q', i.name, query, pg_temp.backstay_few() + 1) INTO copied, images;
    IF copied <= pg_temp.backstay_few() THEN
      UPDATE backstay_capture.item x SET captured = copied, before_state = jsonb_build_object('columns', pg_temp.backstay_row_columns(i.relation), 'rows', images)
        WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
      RETURN;
    END IF;
  END IF;
  EXECUTE format('CREATE TABLE %s AS %s', i.before_rows, query);
  GET DIAGNOSTICS copied = ROW_COUNT;
  EXECUTE format('ALTER TABLE %s ADD backstay_done boolean', i.before_rows);
  IF copied > 1000 THEN EXECUTE format('ANALYZE %s', i.before_rows); END IF;
  UPDATE backstay_capture.item x SET captured = copied WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
END $backstay$;

-- Where a query finds what an item holds of the rows before.
CREATE OR REPLACE FUNCTION pg_temp.backstay_source(i backstay_capture.item) RETURNS text LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  IF NOT coalesce(i.before_state ? 'rows', false) THEN RETURN i.before_rows; END IF;
  RETURN format('pg_temp.backstay_read(NULL::%s, (SELECT x.before_state -> ''rows'' FROM backstay_capture.item x WHERE (x.run, x.step, x.item) = (%s, %s, %s)))', i.name, i.run, i.step, i.item);
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_relation(target text) RETURNS oid LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  relation pg_catalog.pg_class;
BEGIN
  SELECT c.* INTO STRICT relation FROM pg_catalog.pg_class c WHERE c.oid = target::regclass;
  IF relation.relkind = 'f' THEN
    RAISE EXCEPTION 'backstay: % is a foreign table; its rows cannot be captured', target;
  END IF;
  IF relation.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = relation.oid) THEN
    RAISE EXCEPTION 'backstay: other tables inherit from %; its rows cannot be put back where they were', target;
  END IF;
  RETURN relation.oid;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_required_key(relation oid, assigned text[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  found text[] := pg_temp.backstay_key(relation, assigned);
BEGIN
  IF found IS NULL THEN
    RAISE EXCEPTION 'backstay: % has no key that this statement leaves alone, so its rows could not be found again', relation::regclass;
  END IF;
  RETURN found;
END $backstay$;

-- Rows of other tables that a foreign key changes along with those captured in item `number`.
-- deleted: the rows go away; otherwise the columns in `assigned` change.
CREATE OR REPLACE FUNCTION pg_temp.backstay_cascade(the_step integer, number integer, deleted boolean, assigned text[], depth integer DEFAULT 0) RETURNS void
LANGUAGE plpgsql AS $backstay$
DECLARE
  parent backstay_capture.item;
  f record;
  child integer;
  seen text;
  removes boolean;
  child_columns text[];
  parent_columns text[];
BEGIN
  SELECT * INTO parent FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.item = number;
  IF depth > 50 OR parent.captured = 0 THEN RETURN; END IF;
  FOR f IN SELECT c.* FROM pg_catalog.pg_constraint c
      WHERE c.contype = 'f' AND c.confrelid = parent.relation AND c.conparentid = 0
        AND CASE WHEN deleted THEN c.confdeltype ELSE c.confupdtype END IN ('c', 'n', 'd') ORDER BY c.oid LOOP
    child_columns := pg_temp.backstay_names(f.conrelid, f.conkey);
    parent_columns := pg_temp.backstay_names(f.confrelid, f.confkey);
    CONTINUE WHEN NOT deleted AND NOT parent_columns && assigned;
    removes := deleted AND f.confdeltype = 'c';
    child := pg_temp.backstay_item(the_step, 'rows', f.conrelid,
      pg_temp.backstay_required_key(f.conrelid, CASE WHEN removes THEN '{}' ELSE child_columns END), true);
    -- Rows that this step has captured already, by another way to the same table, are left out: cycles end.
    SELECT coalesce(string_agg(format(' AND NOT EXISTS (SELECT 1 FROM %s k WHERE %s)', pg_temp.backstay_source(x), pg_temp.backstay_match(x.key_columns, 'k', 't')), ''), '')
      INTO seen FROM backstay_capture.item x
      WHERE x.run = parent.run AND x.step = the_step AND x.relation = f.conrelid AND x.item <> child AND x.captured IS NOT NULL;
    PERFORM pg_temp.backstay_copy(the_step, child, format(
      'SELECT t.* FROM %s t WHERE EXISTS (SELECT 1 FROM %s p WHERE %s)%s FOR UPDATE OF t', f.conrelid::regclass, pg_temp.backstay_source(parent),
      pg_temp.backstay_refers(child_columns, parent_columns, 't', 'p'), seen));
    PERFORM pg_temp.backstay_cascade(the_step, child, removes, child_columns, depth + 1);
  END LOOP;
END $backstay$;

-- Before an UPDATE or DELETE whose rows a query can name. `assigned`: the columns it writes; null for DELETE.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_rows(the_step integer, target text, assigned text[], query text) LANGUAGE plpgsql AS $backstay$
DECLARE
  relation oid := pg_temp.backstay_relation(target);
  number integer;
BEGIN
  IF (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = relation) = 'v' THEN
    CALL pg_temp.backstay_before_table(the_step, target);
    RETURN;
  END IF;
  number := pg_temp.backstay_item(the_step, 'rows', relation, pg_temp.backstay_required_key(relation, coalesce(assigned, '{}')), false);
  PERFORM pg_temp.backstay_copy(the_step, number, query);
  PERFORM pg_temp.backstay_cascade(the_step, number, assigned IS NULL, coalesce(assigned, '{}'));
  PERFORM pg_temp.backstay_count(the_step);
END $backstay$;

-- pg_temp.backstay_new, empty and with these columns. Those with other columns are set aside under other names and come
-- back: a new table for each statement would take new locks each time.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_new_kind (columns text PRIMARY KEY, number serial, is_current boolean);

CREATE OR REPLACE FUNCTION pg_temp.backstay_make_new(relation oid) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  wanted text := pg_temp.backstay_row_columns(relation);
  k record;
BEGIN
  SELECT * INTO k FROM pg_temp.backstay_new_kind x WHERE x.is_current;
  IF k.columns = wanted THEN
    TRUNCATE pg_temp.backstay_new;
    RETURN;
  ELSIF k.columns IS NOT NULL THEN
    EXECUTE format('ALTER TABLE pg_temp.backstay_new RENAME TO backstay_new_%s', k.number);
    UPDATE pg_temp.backstay_new_kind x SET is_current = false WHERE x.is_current;
  END IF;
  UPDATE pg_temp.backstay_new_kind x SET is_current = true WHERE x.columns = wanted RETURNING * INTO k;
  IF FOUND THEN
    EXECUTE format('ALTER TABLE pg_temp.backstay_new_%s RENAME TO backstay_new', k.number);
    TRUNCATE pg_temp.backstay_new;
  ELSE
    EXECUTE format('CREATE TEMPORARY TABLE backstay_new AS SELECT * FROM %s WITH NO DATA', relation::regclass);
    INSERT INTO pg_temp.backstay_new_kind (columns, is_current) VALUES (wanted, true);
  END IF;
END $backstay$;

-- Before an INSERT: the rows it adds go through pg_temp.backstay_new.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_insert(the_step integer, target text) LANGUAGE plpgsql AS $backstay$
DECLARE
  relation oid := pg_temp.backstay_relation(target);
  number integer;
BEGIN
  PERFORM pg_temp.backstay_make_new(relation);
  IF (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = relation) = 'v' THEN
    CALL pg_temp.backstay_before_table(the_step, target);
    RETURN;
  END IF;
  number := pg_temp.backstay_item(the_step, 'insert', relation, pg_temp.backstay_required_key(relation, '{}'), false);
  PERFORM pg_temp.backstay_copy(the_step, number, format('SELECT * FROM %s WHERE false', relation::regclass));
  PERFORM pg_temp.backstay_count(the_step);
END $backstay$;

-- Before a statement whose rows no query can name: all rows, and those of the tables that foreign keys carry it to.
-- whole: the rows can come back without a key, because the statement leaves none (TRUNCATE).
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_table(the_step integer, target text, whole boolean DEFAULT false) LANGUAGE plpgsql AS $backstay$
DECLARE
  relation oid := pg_temp.backstay_relation(target);
  todo oid[];
  t oid;
  number integer;
BEGIN
  WITH RECURSIVE base(oid, relkind) AS (
    SELECT c.oid, c.relkind FROM pg_catalog.pg_class c WHERE c.oid = relation
    UNION SELECT n.oid, n.relkind FROM base b CROSS JOIN LATERAL (
      SELECT c.oid, c.relkind FROM pg_catalog.pg_rewrite w
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'v') WHERE b.relkind = 'v' AND w.ev_class = b.oid
      UNION ALL SELECT c.oid, c.relkind FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
        WHERE f.contype = 'f' AND f.confrelid = b.oid AND f.conparentid = 0 AND (whole OR f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd'))) AS n)
  SELECT array_agg(b.oid ORDER BY b.oid <> relation, b.oid) INTO todo FROM base b WHERE b.relkind IN ('r', 'p') AND NOT EXISTS (
    SELECT 1 FROM backstay_capture.item i WHERE i.run = pg_temp.backstay_current_run() AND i.step = the_step AND i.relation = b.oid AND i.kind = 'table');
  FOREACH t IN ARRAY coalesce(todo, '{}') LOOP
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', t::regclass);
    number := pg_temp.backstay_item(the_step, 'table', t,
      CASE WHEN whole THEN pg_temp.backstay_key(t, '{}') ELSE pg_temp.backstay_required_key(t, '{}') END, t <> relation);
    PERFORM pg_temp.backstay_copy(the_step, number, format('SELECT * FROM %s', t::regclass));
  END LOOP;
  PERFORM pg_temp.backstay_count(the_step);
END $backstay$;

-- The same for a few rows, which stay in the item. False: they have become more, or their table another one.
CREATE OR REPLACE FUNCTION pg_temp.backstay_after_few(i backstay_capture.item) RETURNS boolean LANGUAGE plpgsql AS $backstay$
DECLARE
  matches text := coalesce(pg_temp.backstay_match(i.key_columns, 't', 'b'), 'false');
  is_there text := coalesce('t.' || quote_ident(i.key_columns[1]) || ' IS NOT NULL', 'false');
  columns text[] := pg_temp.backstay_columns(i.relation);
  same text := pg_temp.backstay_same(columns, 't', 'b');
  limited text := format(' LIMIT %s', pg_temp.backstay_few() + 1);
  kept jsonb := '[]';
  became jsonb := '[]';
  added jsonb := '[]';
  number bigint := 0;
BEGIN
  IF i.before_state ->> 'columns' IS DISTINCT FROM pg_temp.backstay_row_columns(i.relation) THEN RETURN false; END IF;
  IF i.kind = 'insert' THEN
    -- The limit tells the planner how few they are.
    EXECUTE 'SELECT count(*) FROM (SELECT FROM pg_temp.backstay_new' || limited || ') AS n' INTO number;
    IF number > pg_temp.backstay_few() THEN RETURN false; END IF;
    EXECUTE format('SELECT coalesce(jsonb_agg(pg_temp.backstay_image(ROW(t.*)::%s)), ''[]'') FROM (SELECT * FROM pg_temp.backstay_new LIMIT %s) AS b JOIN %s t ON %s', i.name, number, i.relation::regclass, matches) INTO became;
  ELSE
    EXECUTE format('SELECT coalesce(jsonb_agg(pg_temp.backstay_image(ROW(b.*)::%3$s)) FILTER (WHERE NOT (%1$s AND %2$s)), ''[]''), coalesce(jsonb_agg(pg_temp.backstay_image(ROW(t.*)::%3$s)) FILTER (WHERE %1$s AND NOT %2$s), ''[]'')
      FROM pg_temp.backstay_read(NULL::%3$s, $1) AS b LEFT JOIN %4$s t ON %5$s', is_there, same, i.name, i.relation::regclass, matches) INTO kept, became USING i.before_state -> 'rows';
  END IF;
  IF i.kind = 'table' THEN
    EXECUTE format('SELECT count(*), coalesce(jsonb_agg(pg_temp.backstay_image(ROW(t.*)::%1$s)), ''[]'') FROM (SELECT t.* FROM %2$s t WHERE NOT EXISTS (SELECT 1 FROM pg_temp.backstay_read(NULL::%1$s, $1) AS b WHERE %3$s)%4$s) AS t',
      i.name, i.relation::regclass, matches, limited) INTO number, added USING i.before_state -> 'rows';
    IF number > pg_temp.backstay_few() THEN RETURN false; END IF;
  END IF;
  UPDATE backstay_capture.item x SET before_state = jsonb_set(x.before_state, '{rows}', kept), after_state = jsonb_set(x.before_state, '{rows}', became || added) WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
  RETURN true;
END $backstay$;

-- What one captured set has become; rows that did not change are dropped from it.
CREATE OR REPLACE FUNCTION pg_temp.backstay_after_item(i backstay_capture.item) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  columns text[];
  matches text := coalesce(pg_temp.backstay_match(i.key_columns, 't', 'b'), 'false');
  same text;
BEGIN
  IF i.before_state ? 'rows' THEN
    IF pg_temp.backstay_after_few(i) THEN RETURN; END IF;
    PERFORM pg_temp.backstay_unpack(i.before_rows, i.before_state);
    UPDATE backstay_capture.item x SET before_state = NULL WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
  END IF;
  columns := ARRAY(SELECT c FROM unnest(pg_temp.backstay_columns(i.relation)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass)));
  same := pg_temp.backstay_same(columns, 't', 'b');
  IF i.kind = 'insert' THEN
    EXECUTE format('CREATE TABLE %s AS SELECT t.* FROM %s t WHERE EXISTS (SELECT 1 FROM pg_temp.backstay_new b WHERE %s)', i.after_rows, i.relation::regclass, matches);
  ELSIF i.kind = 'table' THEN
    EXECUTE format('CREATE TABLE %s AS SELECT t.* FROM %s t WHERE NOT EXISTS (SELECT 1 FROM %s b WHERE %s AND %s)', i.after_rows, i.relation::regclass, i.before_rows, matches, same);
  ELSE
    EXECUTE format('CREATE TABLE %s AS SELECT t.* FROM %s t WHERE EXISTS (SELECT 1 FROM %s b WHERE %s AND NOT %s)', i.after_rows, i.relation::regclass, i.before_rows, matches, same);
  END IF;
  EXECUTE format('DELETE FROM %s b USING %s t WHERE %s AND %s', i.before_rows, i.relation::regclass, matches, same);
  EXECUTE format('ALTER TABLE %s ADD backstay_done boolean', i.after_rows);
  -- Without statistics the server takes a column that is null everywhere for rarely null; without an index it would
  -- then look at all rows for each row.
  IF i.key_columns IS NOT NULL THEN
    EXECUTE format('CREATE INDEX ON %s (%s)', i.before_rows, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(i.key_columns) AS k));
    EXECUTE format('CREATE INDEX ON %s (%s)', i.after_rows, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(i.key_columns) AS k));
  END IF;
  EXECUTE format('ANALYZE %s, %s', i.before_rows, i.after_rows);
END $backstay$;

-- The server's own count of what the statement wrote against what was captured. Rows of the target that were not
-- captured stop the script: somebody else wrote in between. Rows of other tables are a side effect, which is noted.
CREATE OR REPLACE FUNCTION pg_temp.backstay_compare_counts(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  r record;
BEGIN
  IF current_setting('track_counts') <> 'on' THEN RETURN; END IF;
  FOR r IN
    SELECT s.relid, s.name, s.inserted - coalesce(c.inserted, 0) AS inserted, s.updated - coalesce(c.updated, 0) AS updated,
      s.deleted - coalesce(c.deleted, 0) AS deleted, i.kind, i.captured, i.cascaded,
      EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE g.tgrelid = s.relid AND NOT g.tgisinternal AND g.tgenabled <> 'D') AS has_triggers
    FROM pg_temp.backstay_written(nullif(current_setting('backstay.counted', true), '')::oid[]) AS s LEFT JOIN pg_temp.backstay_counter c ON c.relation = s.relid
    LEFT JOIN (SELECT x.relation, max(x.kind) AS kind, sum(x.captured) AS captured, bool_or(x.cascaded) AS cascaded FROM backstay_capture.item x
      WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind IN ('rows', 'insert', 'table') GROUP BY x.relation) i ON i.relation = s.relid
    WHERE (s.inserted, s.updated, s.deleted) IS DISTINCT FROM (coalesce(c.inserted, 0), coalesce(c.updated, 0), coalesce(c.deleted, 0))
      -- Partitions are counted for their parents, which were captured.
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_partition_ancestors(s.relid) a JOIN backstay_capture.item x ON x.relation = a.relid
        WHERE a.relid <> s.relid AND x.run = pg_temp.backstay_current_run() AND x.step = the_step)
  LOOP
    IF r.kind IS NULL OR (r.kind = 'rows' AND r.inserted > 0) THEN
      INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail)
        VALUES (pg_temp.backstay_current_run(), the_step, r.name, format('step %s', the_step), '', 'side effect',
          format('a trigger or routine wrote here: %s inserted, %s updated, %s deleted; not captured', r.inserted, r.updated, r.deleted))
        ON CONFLICT DO NOTHING;
    ELSIF r.kind = 'rows' AND NOT r.cascaded AND NOT r.has_triggers AND r.updated + r.deleted <> r.captured THEN
      RAISE EXCEPTION 'backstay: % rows of % were captured and % changed; somebody else wrote at the same time, nothing was applied',
        r.captured, r.name, r.updated + r.deleted;
    END IF;
  END LOOP;
END $backstay$;

-- After a statement.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_after_rows(the_step integer) LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
BEGIN
  PERFORM pg_temp.backstay_compare_counts(the_step);
  FOR i IN SELECT * FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step
      AND x.kind IN ('rows', 'insert', 'table') ORDER BY x.item LOOP
    PERFORM pg_temp.backstay_after_item(i);
  END LOOP;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_complete() LANGUAGE plpgsql AS $backstay$
BEGIN
  IF EXISTS (SELECT 1 FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.kind = 'relation') THEN PERFORM pg_temp.backstay_digest_new_tables(); END IF;
  PERFORM pg_temp.backstay_follow_sequences();
  UPDATE backstay_capture.run SET complete = true WHERE run = pg_temp.backstay_current_run();
END $backstay$;
