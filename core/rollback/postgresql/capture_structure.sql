-- Definitions: what they were before a statement and what it made of them.

CREATE TEMPORARY TABLE IF NOT EXISTS backstay_watched (relation oid, schemas text[], object_name text, part text, kind text, name text, state jsonb);
CREATE TEMPORARY TABLE IF NOT EXISTS backstay_watched_name (relation oid, schemas text[], object_name text, is_named boolean);

CREATE OR REPLACE FUNCTION pg_temp.backstay_watch_relation(the_relation oid) RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_temp.backstay_watched_name w WHERE w.relation = the_relation) THEN RETURN; END IF;
  INSERT INTO pg_temp.backstay_watched_name (relation) VALUES (the_relation);
  INSERT INTO pg_temp.backstay_watched (relation, part, kind, name, state) SELECT the_relation, p.* FROM pg_temp.backstay_relation_parts(the_relation) AS p;
END $backstay$;

-- Before a statement that may change the object(s) of this name. `dependants`: CASCADE may take others along.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_object(the_step integer, the_schema text, the_name text, dependants boolean DEFAULT false) LANGUAGE plpgsql AS $backstay$
DECLARE
  found oid := pg_temp.backstay_find(the_schema, the_name);
  r record;
BEGIN
  IF found IS NOT NULL THEN
    -- An index is part of its table.
    IF (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = found) NOT IN ('i', 'I') THEN PERFORM pg_temp.backstay_watch_relation(found); END IF;
    FOR r IN SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = found LOOP PERFORM pg_temp.backstay_watch_relation(r.indrelid); END LOOP;
    -- Constraints of others that point here are theirs; a changed key or a CASCADE reaches them.
    FOR r IN SELECT DISTINCT k.conrelid FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.confrelid = found AND k.conrelid <> found LOOP PERFORM pg_temp.backstay_watch_relation(r.conrelid); END LOOP;
    FOR r IN SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjid = found AND c.relkind = 'S' AND d.deptype IN ('a', 'i') LOOP
      PERFORM pg_temp.backstay_watch_relation(r.objid);
    END LOOP;
  ELSE
    INSERT INTO pg_temp.backstay_watched_name (schemas, object_name, is_named) VALUES (CASE WHEN the_schema = '' THEN '{}' ELSE ARRAY[the_schema] END, the_name, false);
  END IF;
  -- The same name may be that of a routine or a type, and, unqualified, of a schema or an extension.
  FOR r IN SELECT CASE WHEN the_schema = '' THEN current_schemas(false)::text[] ELSE ARRAY[the_schema] END AS schemas UNION ALL SELECT '{}'::text[] WHERE the_schema = '' LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM pg_temp.backstay_watched_name w WHERE w.is_named AND w.schemas = r.schemas AND w.object_name = the_name);
    INSERT INTO pg_temp.backstay_watched_name (schemas, object_name, is_named) VALUES (r.schemas, the_name, true);
    INSERT INTO pg_temp.backstay_watched (schemas, object_name, part, kind, name, state) SELECT r.schemas, the_name, p.* FROM pg_temp.backstay_named_parts(r.schemas, the_name) AS p;
  END LOOP;
  IF NOT dependants THEN RETURN; END IF;
  FOR r IN
    WITH RECURSIVE reached(classid, objid) AS (
      SELECT 'pg_catalog.pg_class'::regclass::oid, found WHERE found IS NOT NULL
      UNION SELECT 'pg_catalog.pg_proc'::regclass::oid, p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = the_name AND (the_schema = '' OR n.nspname = the_schema)
      UNION SELECT 'pg_catalog.pg_type'::regclass::oid, t.oid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typname = the_name AND (the_schema = '' OR n.nspname = the_schema)
      UNION SELECT CASE WHEN w.oid IS NOT NULL THEN 'pg_catalog.pg_class'::regclass::oid ELSE d.classid END, coalesce(w.ev_class, d.objid)
        FROM reached x JOIN pg_catalog.pg_depend d ON d.refclassid = x.classid AND d.refobjid = x.objid AND d.deptype IN ('n', 'a', 'i')
        LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND w.oid = d.objid)
    SELECT DISTINCT c.oid FROM reached x LEFT JOIN pg_catalog.pg_trigger g ON x.classid = 'pg_catalog.pg_trigger'::regclass AND g.oid = x.objid
      LEFT JOIN pg_catalog.pg_constraint k ON x.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = x.objid
      LEFT JOIN pg_catalog.pg_attrdef a ON x.classid = 'pg_catalog.pg_attrdef'::regclass AND a.oid = x.objid
      JOIN pg_catalog.pg_class c ON c.oid = coalesce(g.tgrelid, k.conrelid, a.adrelid, CASE WHEN x.classid = 'pg_catalog.pg_class'::regclass THEN x.objid END)
    WHERE c.relkind IN ('r', 'p', 'v', 'm')
  LOOP
    PERFORM pg_temp.backstay_watch_relation(r.oid);
  END LOOP;
END $backstay$;

-- Before a column is dropped or gets another type: its values, by key.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_column(the_step integer, the_schema text, the_name text, the_column text) LANGUAGE plpgsql AS $backstay$
DECLARE
  found oid := pg_temp.backstay_find(the_schema, the_name);
  found_key text[];
  number integer;
BEGIN
  IF found IS NULL OR NOT the_column = ANY (pg_temp.backstay_columns(found, false)) THEN RETURN; END IF;
  IF (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = found) NOT IN ('r', 'p') THEN RETURN; END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', found::regclass);
  found_key := pg_temp.backstay_key(found, ARRAY[the_column]);
  IF found_key IS NULL THEN
    EXECUTE format('SELECT 1 FROM %s LIMIT 1', found::regclass) INTO number;
    IF number IS NULL THEN RETURN; END IF;
    found_key := pg_temp.backstay_required_key(found, ARRAY[the_column]);
  END IF;
  number := pg_temp.backstay_item(the_step, 'values', found, found_key, false);
  PERFORM pg_temp.backstay_copy(the_step, number, format('SELECT %s, t.%I FROM %s t', (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(found_key) AS k), the_column, found::regclass));
  UPDATE backstay_capture.item x SET note = the_column WHERE (x.run, x.step, x.item) = (pg_temp.backstay_current_run(), the_step, number);
END $backstay$;

-- Puts tables aside instead of dropping them: everything about them comes back by moving them home.
-- Refuses what DROP would refuse.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_drop_tables(the_step integer, targets text[], if_exists boolean, cascades boolean) LANGUAGE plpgsql AS $backstay$
DECLARE
  list text := array_to_string(targets, ', ');
  target text;
  t oid;
  number integer;
  home text;
  r record;
  foreign_keys jsonb;
  attached jsonb;
  dropped oid;
BEGIN
  BEGIN
    EXECUTE 'DROP TABLE ' || CASE WHEN if_exists THEN 'IF EXISTS ' ELSE '' END || list || CASE WHEN cascades THEN ' CASCADE' ELSE '' END;
    RAISE EXCEPTION USING ERRCODE = 'BS001';
  EXCEPTION WHEN SQLSTATE 'BS001' THEN NULL;
  END;
  FOREACH target IN ARRAY targets LOOP
    dropped := to_regclass(target);
    CONTINUE WHEN dropped IS NULL;
    IF EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhparent WHERE dropped IN (h.inhparent, h.inhrelid) AND c.relkind = 'r') THEN
      RAISE EXCEPTION 'backstay: % inherits from or to other tables; it cannot be put aside', dropped::regclass;
    END IF;
    -- Partitions go along with their table; a partition alone leaves it first.
    SELECT jsonb_build_object('table', h.inhparent::bigint, 'bound', pg_get_expr(c.relpartbound, c.oid)) INTO attached
      FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid WHERE h.inhrelid = dropped;
    FOR t IN SELECT dropped UNION ALL SELECT p.relid FROM pg_catalog.pg_partition_tree(dropped) p WHERE p.relid <> dropped LOOP
      CONTINUE WHEN EXISTS (SELECT 1 FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table' AND x.relation = t);
      SELECT coalesce(jsonb_agg(jsonb_build_object('table', t::bigint, 'name', p.name, 'definition', p.state ->> 'definition') ORDER BY p.name), '[]') INTO foreign_keys
        FROM pg_temp.backstay_relation_parts(t) AS p WHERE p.kind = 'constraint' AND p.state ->> 'type' = 'f';
      number := pg_temp.backstay_item(the_step, 'kept table', t, NULL, false);
      SELECT n.nspname INTO home FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = t;
      UPDATE backstay_capture.item x SET before_state = jsonb_build_object('schema', home, 'foreign_keys', foreign_keys,
          -- What may go with it in a later statement: functions of triggers, sequences of defaults.
          'triggers', (SELECT coalesce(jsonb_agg(p.state ORDER BY p.name), '[]') FROM pg_temp.backstay_relation_parts(t) AS p WHERE p.kind = 'trigger'),
          'defaults', (SELECT coalesce(jsonb_agg(jsonb_build_object('column', p.name, 'default', p.state ->> 'default')), '[]') FROM pg_temp.backstay_relation_parts(t) AS p WHERE p.kind = 'column' AND p.state ? 'default'), 'aside', format('backstay_capture_r%s_s%s_%s', x.run, x.step, x.item)) || CASE WHEN t = dropped AND attached IS NOT NULL THEN jsonb_build_object('attached', attached) ELSE '{}' END
        WHERE (x.run, x.step, x.item) = (pg_temp.backstay_current_run(), the_step, number);
    END LOOP;
    IF attached IS NOT NULL THEN EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', (attached ->> 'table')::oid::regclass, dropped::regclass); END IF;
  END LOOP;
  -- Views on the tables go; their definitions were captured as dependants.
  FOR r IN SELECT DISTINCT w.ev_class::regclass AS view FROM backstay_capture.item x JOIN pg_catalog.pg_depend d ON d.refobjid = x.relation AND d.classid = 'pg_catalog.pg_rewrite'::regclass
      JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid AND w.ev_class <> x.relation WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table' LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE', CASE (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = r.view) WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, r.view);
  END LOOP;
  FOR r IN SELECT k.conrelid::regclass AS owner, k.conname FROM backstay_capture.item x JOIN pg_catalog.pg_constraint k ON k.contype = 'f' AND k.conparentid = 0 AND x.relation IN (k.conrelid, k.confrelid)
      WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table' GROUP BY k.oid, k.conrelid, k.conname LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.owner, r.conname);
  END LOOP;
  FOR r IN SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', x.relation::regclass, d ->> 'column') AS change FROM backstay_capture.item x CROSS JOIN LATERAL jsonb_array_elements(x.before_state -> 'defaults') AS d
      WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table'
    UNION ALL SELECT format('DROP TRIGGER %I ON %s', g ->> 'name', x.relation::regclass) FROM backstay_capture.item x CROSS JOIN LATERAL jsonb_array_elements(x.before_state -> 'triggers') AS g
      WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table' LOOP
    EXECUTE r.change;
  END LOOP;
  FOR r IN SELECT x.relation::regclass AS owner, x.before_state ->> 'aside' AS aside FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'kept table' LOOP
    EXECUTE format('CREATE SCHEMA %I', r.aside);
    EXECUTE format('ALTER TABLE %s SET SCHEMA %I', r.owner, r.aside);
    FOR t IN SELECT r.owner::oid UNION ALL SELECT d.objid FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjid = r.owner AND d.deptype IN ('a', 'i') LOOP
      DELETE FROM pg_temp.backstay_watched w WHERE w.relation = t;
      DELETE FROM pg_temp.backstay_watched_name w WHERE w.relation = t;
    END LOOP;
  END LOOP;
END $backstay$;

-- In which order parts of one statement are taken back: what depends on others first, what others need last.
CREATE OR REPLACE FUNCTION pg_temp.backstay_rank(kind text, vanished boolean, appeared boolean) RETURNS integer LANGUAGE sql IMMUTABLE AS $backstay$
  SELECT CASE WHEN appeared THEN CASE kind WHEN 'policy' THEN 10 WHEN 'rule' THEN 11 WHEN 'trigger' THEN 12 WHEN 'constraint' THEN 14 WHEN 'index' THEN 15 WHEN 'column' THEN 16
      WHEN 'relation' THEN 20 WHEN 'sequence' THEN 21 WHEN 'routine' THEN 22 WHEN 'type' THEN 23 ELSE 24 END
    WHEN vanished THEN CASE kind WHEN 'schema' THEN 30 WHEN 'extension' THEN 31 WHEN 'type' THEN 32 WHEN 'sequence' THEN 33 WHEN 'relation' THEN 36 WHEN 'column' THEN 37 WHEN 'index' THEN 50
      WHEN 'constraint' THEN 51 WHEN 'routine' THEN 52 WHEN 'trigger' THEN 53 ELSE 54 END
    ELSE CASE kind WHEN 'relation' THEN 40 WHEN 'column' THEN 41 WHEN 'sequence' THEN 42 ELSE 45 END END
$backstay$;

-- After a statement: the parts that differ, each as one item. Only the members of a state that changed are kept,
-- so that others may go on changing.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_after_objects(the_step integer) LANGUAGE plpgsql AS $backstay$
BEGIN
  WITH now_relations AS (
      SELECT DISTINCT coalesce(w.relation, pg_temp.backstay_find(coalesce(w.schemas[1], ''), w.object_name)) AS relation FROM pg_temp.backstay_watched_name w WHERE NOT coalesce(w.is_named, false)),
    -- Renamed or moved: no longer found by its name, but by its number.
    moved AS MATERIALIZED (
      SELECT b.part, ARRAY[n.nspname::text] AS schemas, r.proname::text AS object_name FROM pg_temp.backstay_watched b JOIN pg_catalog.pg_proc r ON r.oid = split_part(b.part, ' ', 2)::oid
        JOIN pg_catalog.pg_namespace n ON n.oid = r.pronamespace WHERE b.kind = 'routine' AND (r.proname <> b.object_name OR n.nspname <> b.state ->> 'schema')
      UNION ALL SELECT b.part, ARRAY[n.nspname::text], t.typname FROM pg_temp.backstay_watched b JOIN pg_catalog.pg_type t ON t.oid = split_part(b.part, ' ', 2)::oid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE b.kind = 'type' AND (t.typname <> b.object_name OR n.nspname <> b.state ->> 'schema')
      UNION ALL SELECT b.part, '{}', n.nspname FROM pg_temp.backstay_watched b JOIN pg_catalog.pg_namespace n ON n.oid = split_part(b.part, ' ', 2)::oid
        WHERE b.kind = 'schema' AND n.nspname <> b.object_name),
    after_parts AS (
      SELECT n.relation, p.* FROM now_relations n CROSS JOIN LATERAL pg_temp.backstay_relation_parts(n.relation) AS p WHERE n.relation IS NOT NULL
      UNION ALL SELECT NULL::oid, p.* FROM pg_temp.backstay_watched_name w CROSS JOIN LATERAL pg_temp.backstay_named_parts(w.schemas, w.object_name) AS p WHERE w.is_named
      UNION ALL SELECT NULL::oid, p.* FROM moved m CROSS JOIN LATERAL pg_temp.backstay_named_parts(m.schemas, m.object_name) AS p WHERE p.part = m.part),
    differences AS (
      SELECT coalesce(a.relation, b.relation) AS relation, coalesce(a.kind, b.kind) AS kind, b.name AS name_before, a.name AS name_after, b.state AS before_state, a.state AS after_state,
        pg_temp.backstay_rank(coalesce(a.kind, b.kind), a.part IS NULL, b.part IS NULL) AS rank
      FROM (SELECT DISTINCT ON (w.relation, w.part, w.kind) w.* FROM pg_temp.backstay_watched w) b
      FULL JOIN after_parts a ON (a.relation = b.relation OR (a.relation IS NULL AND b.relation IS NULL)) AND a.part = b.part AND a.kind = b.kind
      WHERE a.state IS DISTINCT FROM b.state)
  INSERT INTO backstay_capture.item (run, step, item, kind, relation, name, key_columns, before_state, after_state, note)
    SELECT pg_temp.backstay_current_run(), the_step, 1000 + d.rank * 100000 + row_number() OVER (ORDER BY d.rank,
        -- Foreign keys go before the keys they need, and come after them.
        (coalesce(d.before_state, d.after_state) ->> 'type' = 'f') = (d.before_state IS NOT NULL), CASE WHEN d.before_state IS NULL THEN -d.relation::bigint ELSE d.relation::bigint END, d.name_before), d.kind, d.relation,
      -- Where the part is found afterwards: its relation, and its own name.
      coalesce((SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = d.relation),
        (SELECT w.name FROM pg_temp.backstay_watched w WHERE w.relation = d.relation AND w.kind = 'relation' LIMIT 1), coalesce(d.name_after, d.name_before)),
      CASE WHEN d.kind IN ('routine', 'type') THEN ARRAY[coalesce(d.after_state, d.before_state) ->> 'schema', coalesce(d.after_state, d.before_state) ->> 'name']
        WHEN d.kind IN ('schema', 'extension') THEN ARRAY[NULL, coalesce(d.after_state, d.before_state) ->> 'name'] END,
      CASE WHEN d.after_state IS NULL OR d.before_state IS NULL THEN d.before_state ELSE (SELECT jsonb_strip_nulls(jsonb_object_agg(k, d.before_state -> k)) FROM (SELECT jsonb_object_keys(d.before_state || d.after_state) AS k) ks
        WHERE d.before_state -> k IS DISTINCT FROM d.after_state -> k) END,
      CASE WHEN d.after_state IS NULL OR d.before_state IS NULL THEN d.after_state ELSE (SELECT jsonb_strip_nulls(jsonb_object_agg(k, d.after_state -> k)) FROM (SELECT jsonb_object_keys(d.before_state || d.after_state) AS k) ks
        WHERE d.before_state -> k IS DISTINCT FROM d.after_state -> k) END,
      coalesce(d.name_after, d.name_before)
    FROM differences d
    -- The parts of something new go with it.
    WHERE NOT (d.before_state IS NULL AND d.kind IN ('column', 'constraint', 'index', 'trigger', 'rule', 'policy', 'sequence')
      AND EXISTS (SELECT 1 FROM differences e WHERE e.relation = d.relation AND e.kind = 'relation' AND e.before_state IS NULL))
      -- Sequences that only counted on are nobody's change, unless the statement was about one.
      AND NOT (d.kind = 'sequence' AND d.before_state IS NOT NULL AND d.after_state IS NOT NULL AND d.before_state - 'last' = d.after_state - 'last'
        AND NOT EXISTS (SELECT 1 FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'value of sequences'));
  -- Values of a column under its new type.
  PERFORM pg_temp.backstay_after_columns(the_step);
  DELETE FROM pg_temp.backstay_watched;
  DELETE FROM pg_temp.backstay_watched_name;
END $backstay$;

-- Tables that scripts made where there was none, all of them at once: [{"run": the script's, "step", "schema", "name"}].
-- Notes what before_object() and after_objects() around each of them, and complete(), would have.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_created(made jsonb) LANGUAGE plpgsql AS $backstay$
BEGIN
  PERFORM set_config('jit', 'off', true);
  WITH given AS (SELECT x.n, x.item ->> 'run' AS script, (x.item ->> 'step')::integer AS step, pg_temp.backstay_find(x.item ->> 'schema', x.item ->> 'name') AS relation
      FROM jsonb_array_elements(made) WITH ORDINALITY AS x(item, n)),
    runs AS (INSERT INTO backstay_capture.run (run, script, complete)
      SELECT nextval('backstay_capture.run_number'), o.script, true FROM (SELECT g.script FROM given g GROUP BY g.script ORDER BY min(g.n)) AS o RETURNING run, script)
  INSERT INTO backstay_capture.item (run, step, item, kind, relation, name, after_state, note)
    SELECT r.run, g.step, 1000 + pg_temp.backstay_rank('relation', false, true) * 100000 + row_number() OVER (PARTITION BY g.script, g.step ORDER BY g.n), 'relation', g.relation, p.name,
      p.state || jsonb_build_object('digest', pg_temp.backstay_digest(g.relation)), p.name
    FROM given g JOIN runs r ON r.script = g.script CROSS JOIN LATERAL pg_temp.backstay_relation_state(g.relation) AS p;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_after_columns(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
BEGIN
  FOR i IN SELECT * FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.step = the_step AND x.kind = 'values' LOOP
    CONTINUE WHEN to_regclass(i.after_rows) IS NOT NULL;
    IF i.note = ANY (pg_temp.backstay_columns(i.relation)) THEN
      EXECUTE format('CREATE TABLE %s AS SELECT %s, t.%I FROM %s t', i.after_rows, (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(i.key_columns) AS k), i.note, i.relation::regclass);
    END IF;
  END LOOP;
END $backstay$;

-- The next after_objects() also looks at where sequences stand.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_with_sequence_values(the_step integer) LANGUAGE sql AS $backstay$
  INSERT INTO backstay_capture.item (run, step, item, kind, name) VALUES (pg_temp.backstay_current_run(), the_step, 0, 'value of sequences', '') ON CONFLICT DO NOTHING
$backstay$;

-- At the end: a sequence that the script set goes on counting within the script; what the next statement found, or where
-- it stands now, is what this statement left.
CREATE OR REPLACE FUNCTION pg_temp.backstay_follow_sequences() RETURNS void LANGUAGE sql AS $backstay$
  UPDATE backstay_capture.item x SET after_state = jsonb_set(x.after_state, '{last}', to_jsonb(coalesce(f.found, pg_temp.backstay_last_value(x.relation))))
  FROM (SELECT y.step, y.item, lead(y.before_state ->> 'last') OVER (PARTITION BY y.relation ORDER BY y.step, y.item) AS found FROM backstay_capture.item y
    WHERE y.run = pg_temp.backstay_current_run() AND y.kind = 'sequence' AND y.before_state ? 'last') AS f
  WHERE x.run = pg_temp.backstay_current_run() AND (x.step, x.item) = (f.step, f.item) AND x.after_state ? 'last'
    -- One that the script dropped later stood, at last, where that statement found it.
    AND (f.found IS NOT NULL OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = x.relation))
$backstay$;

-- At the end: what tables the script made hold now, so that a later look tells whether somebody used them.
CREATE OR REPLACE FUNCTION pg_temp.backstay_digest_new_tables() RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
BEGIN
  FOR i IN SELECT * FROM backstay_capture.item x WHERE x.run = pg_temp.backstay_current_run() AND x.kind = 'relation' AND x.before_state IS NULL AND x.after_state ->> 'kind' IN ('r', 'p')
      AND EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = x.relation) LOOP
    UPDATE backstay_capture.item x SET after_state = x.after_state || jsonb_build_object('digest', pg_temp.backstay_digest(i.relation)) WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
  END LOOP;
END $backstay$;
