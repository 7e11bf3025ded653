-- Rows: what they were before a statement and what it made of them.

-- Rows written in this transaction so far, per table, as the server counts them.
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_counter (relation oid PRIMARY KEY, inserted bigint, updated bigint, deleted bigint);

CREATE OR REPLACE FUNCTION pg_temp.backstay_count() RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  DELETE FROM pg_temp.backstay_counter;
  INSERT INTO pg_temp.backstay_counter
    SELECT relid, n_tup_ins, n_tup_upd, n_tup_del FROM pg_catalog.pg_stat_xact_user_tables
    WHERE schemaname <> 'backstay_capture' AND schemaname NOT LIKE 'pg\_temp%' AND n_tup_ins + n_tup_upd + n_tup_del > 0;
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
BEGIN
  SELECT * INTO i FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.item = number;
  EXECUTE format('CREATE TABLE %s AS %s', i.before_rows, query);
  GET DIAGNOSTICS copied = ROW_COUNT;
  EXECUTE format('ALTER TABLE %s ADD backstay_done boolean', i.before_rows);
  IF copied > 1000 THEN EXECUTE format('ANALYZE %s', i.before_rows); END IF;
  UPDATE backstay_capture.item x SET captured = copied WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
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
    SELECT coalesce(string_agg(format(' AND NOT EXISTS (SELECT 1 FROM %s k WHERE %s)', x.before_rows, pg_temp.backstay_match(x.key_columns, 'k', 't')), ''), '')
      INTO seen FROM backstay_capture.item x
      WHERE x.run = parent.run AND x.step = the_step AND x.relation = f.conrelid AND x.item <> child AND x.captured IS NOT NULL;
    PERFORM pg_temp.backstay_copy(the_step, child, format(
      'SELECT t.* FROM %s t WHERE EXISTS (SELECT 1 FROM %s p WHERE %s)%s FOR UPDATE OF t', f.conrelid::regclass, parent.before_rows,
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
  PERFORM pg_temp.backstay_count();
END $backstay$;

-- Before an INSERT: the rows it adds go through pg_temp.backstay_new.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_insert(the_step integer, target text) LANGUAGE plpgsql AS $backstay$
DECLARE
  relation oid := pg_temp.backstay_relation(target);
  number integer;
BEGIN
  EXECUTE format('CREATE TEMPORARY TABLE backstay_new AS SELECT * FROM %s WITH NO DATA', relation::regclass);
  IF (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = relation) = 'v' THEN
    CALL pg_temp.backstay_before_table(the_step, target);
    RETURN;
  END IF;
  number := pg_temp.backstay_item(the_step, 'insert', relation, pg_temp.backstay_required_key(relation, '{}'), false);
  PERFORM pg_temp.backstay_copy(the_step, number, format('SELECT * FROM %s WITH NO DATA', relation::regclass));
  PERFORM pg_temp.backstay_count();
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
  PERFORM pg_temp.backstay_count();
END $backstay$;

-- What one captured set has become; rows that did not change are dropped from it.
CREATE OR REPLACE FUNCTION pg_temp.backstay_after_item(i backstay_capture.item) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  columns text[] := ARRAY(SELECT c FROM unnest(pg_temp.backstay_columns(i.relation)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass)));
  matches text := coalesce(pg_temp.backstay_match(i.key_columns, 't', 'b'), 'false');
  same text := pg_temp.backstay_same(columns, 't', 'b');
BEGIN
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
    SELECT s.relid, format('%I.%I', s.schemaname, s.relname) AS name, s.n_tup_ins - coalesce(c.inserted, 0) AS inserted, s.n_tup_upd - coalesce(c.updated, 0) AS updated,
      s.n_tup_del - coalesce(c.deleted, 0) AS deleted, i.kind, i.captured, i.cascaded,
      EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE g.tgrelid = s.relid AND NOT g.tgisinternal AND g.tgenabled <> 'D') AS has_triggers
    FROM pg_catalog.pg_stat_xact_user_tables s LEFT JOIN pg_temp.backstay_counter c ON c.relation = s.relid
    LEFT JOIN (SELECT x.relation, max(x.kind) AS kind, sum(x.captured) AS captured, bool_or(x.cascaded) AS cascaded FROM backstay_capture.item x
      WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind IN ('rows', 'insert', 'table') GROUP BY x.relation) i ON i.relation = s.relid
    WHERE s.schemaname <> 'backstay_capture' AND s.schemaname NOT LIKE 'pg\_temp%'
      AND (s.n_tup_ins, s.n_tup_upd, s.n_tup_del) IS DISTINCT FROM (coalesce(c.inserted, 0), coalesce(c.updated, 0), coalesce(c.deleted, 0))
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
  IF to_regclass('pg_temp.backstay_new') IS NOT NULL THEN DROP TABLE pg_temp.backstay_new; END IF;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_complete() LANGUAGE plpgsql AS $backstay$
BEGIN
  IF EXISTS (SELECT 1 FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.kind = 'relation') THEN PERFORM pg_temp.backstay_digest_new_tables(); END IF;
  PERFORM pg_temp.backstay_follow_sequences();
  UPDATE backstay_capture.run SET complete = true WHERE run = pg_temp.backstay_current_run();
END $backstay$;
