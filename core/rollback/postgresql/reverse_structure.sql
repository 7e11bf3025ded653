-- Definitions back to what they were, except where somebody has changed them since.

CREATE OR REPLACE FUNCTION pg_temp.backstay_object_conflict(i backstay_capture.item, the_kind text, the_detail text, is_now text DEFAULT NULL) RETURNS void LANGUAGE sql AS $backstay$
  INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, before, after, current, kind, detail)
    VALUES (i.run, i.step, i.name, i.kind || ' ' || coalesce(i.note, i.name), '', i.before_state::text, i.after_state::text, is_now, the_kind, the_detail) ON CONFLICT DO NOTHING
$backstay$;

-- Runs one statement; what the server refuses becomes a conflict and changes nothing.
CREATE OR REPLACE FUNCTION pg_temp.backstay_try(i backstay_capture.item, statement text) RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  BEGIN
    EXECUTE statement;
  EXCEPTION WHEN OTHERS THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'refused', SQLERRM || ': ' || statement);
  END;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_word(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $backstay$
  SELECT CASE kind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END
$backstay$;

-- GRANTs that lead from one list of rights to another.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_acl(i backstay_capture.item, target text, wanted jsonb, held jsonb, columns text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  r jsonb;
BEGIN
  FOR r IN SELECT e FROM jsonb_array_elements(coalesce(held, '[]')) AS e WHERE NOT coalesce(wanted, '[]') @> jsonb_build_array(e) LOOP
    PERFORM pg_temp.backstay_try(i, format('REVOKE %s%s ON %s FROM %s', r ->> 1, columns, target, r ->> 0));
  END LOOP;
  FOR r IN SELECT e FROM jsonb_array_elements(coalesce(wanted, '[]')) AS e WHERE NOT coalesce(held, '[]') @> jsonb_build_array(e) LOOP
    PERFORM pg_temp.backstay_try(i, format('GRANT %s%s ON %s TO %s%s', r ->> 1, columns, target, r ->> 0, CASE WHEN (r ->> 2)::boolean THEN ' WITH GRANT OPTION' ELSE '' END));
  END LOOP;
END $backstay$;

-- Owner, rights and comment of something just made again.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_surroundings(i backstay_capture.item, word text, target text, acl_target text, acl_now jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
BEGIN
  IF i.before_state ? 'owner' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s OWNER TO %I', word, target, i.before_state ->> 'owner')); END IF;
  IF i.before_state ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, acl_target, i.before_state -> 'acl', acl_now); END IF;
  IF i.before_state ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON %s %s IS %L', word, target, i.before_state ->> 'comment')); END IF;
END $backstay$;

-- The state of the part as it is now, found by name; null when it is not there.
CREATE OR REPLACE FUNCTION pg_temp.backstay_state_now(i backstay_capture.item) RETURNS jsonb LANGUAGE sql STABLE AS $backstay$
  SELECT CASE WHEN i.kind IN ('routine', 'type', 'schema', 'extension')
    THEN (SELECT p.state FROM pg_temp.backstay_named_parts(CASE WHEN i.key_columns[1] IS NULL THEN '{}' ELSE i.key_columns[1:1] END, i.key_columns[2]) AS p
      WHERE p.kind = i.kind AND p.name = i.note)
    ELSE (SELECT p.state FROM pg_temp.backstay_relation_parts(to_regclass(i.name)) AS p WHERE p.kind = i.kind AND (p.name = i.note OR i.kind IN ('relation', 'sequence'))) END
$backstay$;

-- Something the statement made goes, unless it has become another thing or holds what somebody entered.
CREATE OR REPLACE FUNCTION pg_temp.backstay_drop_made(i backstay_capture.item, is_now jsonb, rows_are_back boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  used boolean := false;
  column_default text;
BEGIN
  IF is_now IS NULL THEN RETURN; END IF;
  -- The columns of a view are its query's.
  IF i.kind = 'column' AND (SELECT c.relkind IN ('v', 'm') FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(i.name)) THEN RETURN; END IF;
  IF is_now -> 'definition' IS DISTINCT FROM i.after_state -> 'definition' OR is_now -> 'view' IS DISTINCT FROM i.after_state -> 'view' THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'changed', 'made by the script and changed since', is_now::text);
    RETURN;
  END IF;
  IF i.kind = 'relation' AND i.after_state ->> 'kind' IN ('r', 'p') AND EXISTS (SELECT 1 FROM pg_temp.backstay_used u WHERE u.relation = i.relation) THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'in use', 'made by the script; somebody has changed its rows since');
    RETURN;
  END IF;
  IF i.kind = 'column' AND (SELECT c.relkind IN ('r', 'p') FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(i.name)) AND NOT is_now ? 'generated' AND NOT is_now ? 'identity' THEN
    column_default := coalesce(i.after_state ->> 'default', 'NULL');
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s t WHERE t.%I IS NOT NULL AND NOT record_image_eq(ROW(t.%I), ROW((%s)::%s)))', to_regclass(i.name), i.note, i.note, column_default, i.after_state ->> 'type') INTO used;
    EXCEPTION WHEN OTHERS THEN used := true;
    END;
    -- A volatile default gives other values each time; then nothing tells ours from theirs.
    IF used THEN
      -- They may be what the same statement wrote, which is taken back next: backstay_drop_columns comes again.
      IF NOT rows_are_back AND EXISTS (SELECT 1 FROM backstay_capture.item x WHERE x.run = i.run AND x.step = i.step AND x.relation = i.relation AND x.kind IN ('rows', 'insert', 'table')) THEN RETURN; END IF;
      PERFORM pg_temp.backstay_object_conflict(i, 'in use', 'added by the script; some rows hold other values than its default');
      RETURN;
    END IF;
  END IF;
  PERFORM pg_temp.backstay_try(i, CASE i.kind
    WHEN 'relation' THEN format('DROP %s %s', pg_temp.backstay_word(is_now ->> 'kind'), i.name)
    WHEN 'sequence' THEN 'SELECT 1'
    WHEN 'column' THEN format('ALTER TABLE %s DROP COLUMN %I', i.name, i.note)
    WHEN 'constraint' THEN format('ALTER TABLE %s DROP CONSTRAINT %I', i.name, i.note)
    WHEN 'index' THEN (SELECT format('DROP INDEX %I.%I', n.nspname, i.note) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(i.name))
    WHEN 'routine' THEN format('DROP %s %s', is_now ->> 'word', i.note)
    WHEN 'type' THEN format('DROP %s %s', is_now ->> 'word', i.note)
    WHEN 'schema' THEN format('DROP SCHEMA %s', i.note)
    WHEN 'extension' THEN format('DROP EXTENSION %s', i.note)
    ELSE format('DROP %s %I ON %s', upper(i.kind), i.note, i.name) END);
END $backstay$;

-- Columns that a step made and that held other values until its rows were back.
CREATE OR REPLACE FUNCTION pg_temp.backstay_drop_columns(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
BEGIN
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run WHERE x.step = the_step AND x.kind = 'column' AND x.before_state IS NULL
      AND EXISTS (SELECT 1 FROM backstay_capture.item y WHERE y.run = x.run AND y.step = x.step AND y.relation = x.relation AND y.kind IN ('rows', 'insert', 'table')) ORDER BY x.item LOOP
    PERFORM pg_temp.backstay_drop_made(i, pg_temp.backstay_state_now(i), true);
  END LOOP;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_column_sql(c jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $backstay$
  SELECT format('%I %s', c ->> 'name', c ->> 'type') || coalesce(' COLLATE ' || (c ->> 'collation'), '')
    || CASE WHEN c ? 'generated' THEN format(' GENERATED ALWAYS AS (%s) STORED', c ->> 'generated') ELSE '' END
    || CASE c ->> 'identity' WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY' ELSE '' END || coalesce(c ->> 'identity_options', '')
$backstay$;

-- The sequence behind an identity column that the statement of this item removed: by its old name, where it stood.
CREATE OR REPLACE FUNCTION pg_temp.backstay_identity(i backstay_capture.item, column_name text) RETURNS backstay_capture.item LANGUAGE sql STABLE AS $backstay$
  SELECT x FROM backstay_capture.item x WHERE x.run = i.run AND x.step = i.step AND x.kind = 'sequence' AND x.after_state IS NULL
    AND x.before_state ->> 'identity_of' = format('%s %s', i.relation, column_name)
$backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_identity_options(i backstay_capture.item, column_name text) RETURNS text LANGUAGE sql STABLE AS $backstay$
  SELECT format(' (SEQUENCE NAME %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s CYCLE)', x.name, x.before_state ->> 'increment', x.before_state ->> 'min', x.before_state ->> 'max',
    x.before_state ->> 'start', x.before_state ->> 'cache', CASE WHEN (x.before_state ->> 'cycle')::boolean THEN '' ELSE 'NO' END)
  FROM pg_temp.backstay_identity(i, column_name) AS x WHERE x.run IS NOT NULL
$backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_set_identity(i backstay_capture.item, column_name text) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  x backstay_capture.item := pg_temp.backstay_identity(i, column_name);
BEGIN
  IF x.run IS NOT NULL AND to_regclass(x.name) IS NOT NULL THEN
    PERFORM pg_temp.backstay_try(x, format('SELECT setval(%L, %s, %L)', x.name, split_part(x.before_state ->> 'last', ',', 1), split_part(x.before_state ->> 'last', ',', 2)));
  END IF;
END $backstay$;

-- Something the statement removed is made again, unless its name is taken.
CREATE OR REPLACE FUNCTION pg_temp.backstay_make_removed(i backstay_capture.item, is_now jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  s jsonb := i.before_state;
  word text;
BEGIN
  IF i.kind = 'relation' AND s ->> 'kind' = 'S' THEN  -- made by its part 'sequence'
    IF is_now IS NOT NULL THEN PERFORM pg_temp.backstay_restore_surroundings(i, 'SEQUENCE', i.name, 'SEQUENCE ' || i.name, is_now -> 'acl'); END IF;
    RETURN;
  END IF;
  IF is_now IS NOT NULL THEN
    -- The columns of a view come with it; only what stands on them is missing.
    IF i.kind = 'column' THEN
      IF s ? 'comment' AND is_now -> 'comment' IS DISTINCT FROM s -> 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON COLUMN %s.%I IS %L', i.name, i.note, s ->> 'comment')); END IF;
      IF s ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, i.name, s -> 'acl', is_now -> 'acl', format(' (%I)', i.note)); END IF;
    ELSIF is_now IS DISTINCT FROM s AND i.kind <> 'sequence' THEN
      PERFORM pg_temp.backstay_object_conflict(i, 'key reused', 'removed by the script; somebody has made another of that name', is_now::text);
    END IF;
    RETURN;
  END IF;
  CASE i.kind
  WHEN 'relation' THEN
    word := pg_temp.backstay_word(s ->> 'kind');
    IF s ->> 'kind' IN ('v', 'm') THEN
      PERFORM pg_temp.backstay_try(i, format('CREATE %s %s%s AS %s', word, i.name, coalesce(' WITH (' || (SELECT string_agg(o, ', ') FROM jsonb_array_elements_text(s -> 'options') AS o) || ')', ''), s ->> 'view'));
    ELSE
      PERFORM pg_temp.backstay_object_conflict(i, 'refused', 'only its definition was captured, not its rows');
      RETURN;
    END IF;
    IF to_regclass(i.name) IS NOT NULL THEN
      PERFORM pg_temp.backstay_restore_surroundings(i, word, i.name, i.name, (SELECT p.state -> 'acl' FROM pg_temp.backstay_relation_parts(to_regclass(i.name)) AS p WHERE p.kind = 'relation'));
    END IF;
  WHEN 'sequence' THEN
    IF s ? 'identity_of' THEN RETURN; END IF;  -- comes with its column
    IF s ->> 'owned_by' IS NOT NULL AND to_regclass(i.name) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_temp.backstay_try(i, format('CREATE SEQUENCE %s AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s CYCLE', i.name, s ->> 'type', s ->> 'increment', s ->> 'min', s ->> 'max', s ->> 'start', s ->> 'cache',
      CASE WHEN (s ->> 'cycle')::boolean THEN '' ELSE 'NO' END));
    PERFORM pg_temp.backstay_try(i, format('SELECT setval(%L, %s, %L)', i.name, split_part(s ->> 'last', ',', 1), split_part(s ->> 'last', ',', 2)));
    IF s ->> 'owned_by' IS NOT NULL THEN PERFORM pg_temp.backstay_try(i, format('ALTER SEQUENCE %s OWNED BY %s', i.name, s ->> 'owned_by')); END IF;
  WHEN 'column' THEN
    PERFORM pg_temp.backstay_make_column(i);
  WHEN 'constraint' THEN
    PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.name, i.note, s ->> 'definition'));
    IF s ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON CONSTRAINT %I ON %s IS %L', i.note, i.name, s ->> 'comment')); END IF;
  WHEN 'routine' THEN
    IF NOT s ? 'definition' THEN
      PERFORM pg_temp.backstay_object_conflict(i, 'refused', 'the definition of an aggregate cannot be captured');
      RETURN;
    END IF;
    PERFORM pg_temp.backstay_try(i, s ->> 'definition');
    PERFORM pg_temp.backstay_restore_surroundings(i, s ->> 'word', i.note, s ->> 'word' || ' ' || i.note, (SELECT p.state -> 'acl' FROM pg_temp.backstay_named_parts(ARRAY[s ->> 'schema'], s ->> 'name') AS p WHERE p.name = i.note));
  WHEN 'type' THEN
    PERFORM pg_temp.backstay_try(i, format('CREATE %s %s AS %s', s ->> 'word', i.note, s ->> 'definition') || coalesce(' DEFAULT ' || (s ->> 'default'), '') || CASE WHEN (s ->> 'not_null')::boolean THEN ' NOT NULL' ELSE '' END
      || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', k.key, k.value), '') FROM jsonb_each_text(s -> 'constraints') AS k), ''));
    PERFORM pg_temp.backstay_restore_surroundings(i, s ->> 'word', i.note, 'TYPE ' || i.note, (SELECT p.state -> 'acl' FROM pg_temp.backstay_named_parts(ARRAY[s ->> 'schema'], s ->> 'name') AS p WHERE p.kind = 'type'));
  WHEN 'policy' THEN
    PERFORM pg_temp.backstay_try(i, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', i.note, i.name, CASE WHEN (s ->> 'permissive')::boolean THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE s ->> 'command' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, (SELECT string_agg(o, ', ') FROM jsonb_array_elements_text(s -> 'roles') AS o))
      || coalesce(format(' USING (%s)', s ->> 'using'), '') || coalesce(format(' WITH CHECK (%s)', s ->> 'check'), ''));
  WHEN 'schema' THEN
    PERFORM pg_temp.backstay_try(i, format('CREATE SCHEMA %s', i.note));
    PERFORM pg_temp.backstay_restore_surroundings(i, 'SCHEMA', i.note, 'SCHEMA ' || i.note, '[]');
  WHEN 'extension' THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'refused', 'an extension is not made again: it would be another version, without its data');
  ELSE  -- index, trigger, rule
    PERFORM pg_temp.backstay_try(i, s ->> 'definition');
    IF s ? 'comment' THEN PERFORM pg_temp.backstay_try(i, CASE i.kind WHEN 'index' THEN format('COMMENT ON INDEX %I.%I IS %L', split_part(i.name, '.', 1), i.note, s ->> 'comment') ELSE format('COMMENT ON %s %I ON %s IS %L', upper(i.kind), i.note, i.name, s ->> 'comment') END); END IF;
    IF s ->> 'enabled' <> 'O' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s %s %s %I', i.name, CASE s ->> 'enabled' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, upper(i.kind), i.note));
    END IF;
  END CASE;
END $backstay$;

-- A dropped column with its values, by key. Rows that came later get its default; without one, NOT NULL may not be possible.
CREATE OR REPLACE FUNCTION pg_temp.backstay_make_column(i backstay_capture.item) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  s jsonb := i.before_state;
  kept backstay_capture.item;
  -- With the column, so that rows that have it noted and rows that have not look alike; but no sequence counts on for it.
  adds_default boolean := coalesce(s ->> 'default' NOT LIKE '%nextval(%', false);
BEGIN
  PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ADD COLUMN %s', i.name, pg_temp.backstay_column_sql(s || jsonb_strip_nulls(jsonb_build_object('identity_options', pg_temp.backstay_identity_options(i, i.note)))))
    || CASE WHEN adds_default THEN ' DEFAULT ' || (s ->> 'default') ELSE '' END);
  PERFORM pg_temp.backstay_set_identity(i, i.note);
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass(i.name) AND a.attname = i.note AND NOT a.attisdropped) THEN RETURN; END IF;
  SELECT * INTO kept FROM backstay_capture.item x WHERE x.run = i.run AND x.step = i.step AND x.kind = 'values' AND x.relation = i.relation AND x.note = i.note;
  IF kept.run IS NOT NULL THEN
    PERFORM pg_temp.backstay_hold_relation(to_regclass(i.name));
    EXECUTE format('UPDATE %s t SET %I = b.%I FROM %s b WHERE %s AND NOT %s', i.name, i.note, i.note, kept.before_rows, pg_temp.backstay_match(kept.key_columns, 't', 'b'), pg_temp.backstay_same(ARRAY[i.note], 't', 'b'));
    PERFORM pg_temp.backstay_release_triggers();
  END IF;
  IF s ? 'default' AND NOT adds_default THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', i.name, i.note, s ->> 'default')); END IF;
  IF (s ->> 'not_null')::boolean THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', i.name, i.note)); END IF;
  IF s ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON COLUMN %s.%I IS %L', i.name, i.note, s ->> 'comment')); END IF;
  IF s ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, i.name, s -> 'acl', '[]', format(' (%I)', i.note)); END IF;
END $backstay$;

-- A column back to its old type: values nobody touched come from the capture, others are converted.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_type(i backstay_capture.item, column_name text) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  kept backstay_capture.item;
  old_type text := i.before_state ->> 'type';
  helper text := 'backstay_old_' || i.step;
  other text[];
  default_now text := (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = to_regclass(i.name) AND a.attname = column_name);
BEGIN
  SELECT * INTO kept FROM backstay_capture.item x WHERE x.run = i.run AND x.step = i.step AND x.kind = 'values' AND x.relation = i.relation AND x.note = column_name;
  BEGIN
    IF default_now IS NOT NULL THEN EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', i.name, column_name); END IF;
    IF kept.run IS NULL THEN
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %I::text::%s', i.name, column_name, old_type, column_name, old_type);
    ELSE
      PERFORM pg_temp.backstay_hold_relation(to_regclass(i.name));
      EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', i.name, helper, old_type);
      EXECUTE format('UPDATE %1$s t SET %2$I = CASE WHEN b.k THEN b.v ELSE t.%3$I::text::%4$s END FROM (SELECT %5$s, true AS k, o.%3$I AS v, a.%3$I AS w FROM %6$s o JOIN %7$s a ON %8$s) AS b
        WHERE %9$s AND record_image_eq(ROW(t.%3$I), ROW(b.w))', i.name, helper, column_name, old_type, (SELECT string_agg(format('o.%I', k), ', ') FROM unnest(kept.key_columns) AS k), kept.before_rows, kept.after_rows,
        pg_temp.backstay_match(kept.key_columns, 'o', 'a'), pg_temp.backstay_match(kept.key_columns, 't', 'b'));
      EXECUTE format('UPDATE %1$s t SET %2$I = t.%3$I::text::%4$s WHERE t.%3$I IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %5$s a WHERE %6$s AND record_image_eq(ROW(t.%3$I), ROW(a.%3$I)))', i.name, helper, column_name, old_type,
        kept.after_rows, pg_temp.backstay_match(kept.key_columns, 't', 'a'));
      other := ARRAY(SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', i.name, column_name) WHERE (SELECT a.attnotnull FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass(i.name) AND a.attname = column_name));
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %I', i.name, column_name, old_type, helper);
      EXECUTE format('ALTER TABLE %s DROP COLUMN %I', i.name, helper);
      PERFORM pg_temp.backstay_release_triggers();
    END IF;
    IF i.before_state ? 'default' THEN EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', i.name, column_name, i.before_state ->> 'default');
    ELSIF default_now IS NOT NULL AND NOT i.after_state ? 'default' THEN EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', i.name, column_name, default_now); END IF;
  EXCEPTION WHEN OTHERS THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'refused', SQLERRM || ': the column keeps its new type');
  END;
END $backstay$;

-- A view back to its old query; when that has other columns, everything on it is made anew.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_view(i backstay_capture.item, s jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  r record;
  dependants oid[];
  n integer;
BEGIN
  IF s ->> 'kind' = 'v' THEN
    BEGIN
      EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', i.name, i.before_state ->> 'view');
      RETURN;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END IF;
  BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS backstay_again (n integer, name text, part text, kind text, part_name text, state jsonb);
    DELETE FROM pg_temp.backstay_again;
    WITH RECURSIVE reached(oid, depth) AS (
      SELECT to_regclass(i.name)::oid, 0
      UNION SELECT w.ev_class, x.depth + 1 FROM reached x JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
        JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid WHERE w.ev_class <> x.oid AND x.depth < 50)
    INSERT INTO pg_temp.backstay_again SELECT y.depth * 100 + pg_temp.backstay_rank(p.kind, true, false), (SELECT format('%I.%I', ns.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace ns ON ns.oid = c.relnamespace WHERE c.oid = y.oid), p.*
      FROM (SELECT x.oid, max(x.depth) AS depth FROM reached x GROUP BY x.oid) AS y CROSS JOIN LATERAL pg_temp.backstay_relation_parts(y.oid) AS p;
    UPDATE pg_temp.backstay_again a SET state = jsonb_set(a.state, '{view}', i.before_state -> 'view') WHERE a.name = i.name AND a.kind = 'relation';
    EXECUTE format('DROP %s %s CASCADE', pg_temp.backstay_word(s ->> 'kind'), i.name);
    FOR r IN SELECT * FROM pg_temp.backstay_again a ORDER BY a.n LOOP
      -- Columns that only the new version had are gone with it.
      CONTINUE WHEN r.kind = 'column' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass(r.name) AND a.attname = r.part_name);
      PERFORM pg_temp.backstay_make_removed((i.run, i.step, i.item, r.kind, i.relation, r.name, NULL, false, NULL, NULL, NULL, r.state, NULL, r.part_name)::backstay_capture.item,
        CASE WHEN r.kind = 'column' THEN (SELECT p.state FROM pg_temp.backstay_relation_parts(to_regclass(r.name)) AS p WHERE p.kind = 'column' AND p.name = r.part_name) END);
    END LOOP;
    SELECT count(*) INTO n FROM pg_temp.backstay_again a WHERE a.kind = 'relation' AND to_regclass(a.name) IS NULL;
    IF n > 0 THEN RAISE EXCEPTION 'a view on it needs columns that only the new version has'; END IF;
  EXCEPTION WHEN OTHERS THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'refused', SQLERRM);
  END;
END $backstay$;

-- Members of a definition that the statement changed get their old value where they still have what it wrote.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_part(i backstay_capture.item, is_now jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  k text;
  word text := pg_temp.backstay_word(is_now ->> 'kind');
  current_name text := i.note;
  target text := i.name;
  old jsonb;
  theirs boolean := false;
BEGIN
  IF is_now IS NULL THEN
    PERFORM pg_temp.backstay_object_conflict(i, 'gone', 'changed by the script; somebody has removed it since');
    RETURN;
  END IF;
  FOR k IN SELECT jsonb_object_keys(i.before_state || i.after_state) LOOP
    IF is_now -> k IS DISTINCT FROM i.after_state -> k AND is_now -> k IS DISTINCT FROM i.before_state -> k THEN
      PERFORM pg_temp.backstay_object_conflict(i, 'changed', k || ' was changed since the script ran', is_now ->> k);
      i.before_state := i.before_state - k;
      i.after_state := i.after_state - k;
      theirs := true;
    ELSIF is_now -> k IS NOT DISTINCT FROM i.before_state -> k THEN
      i.before_state := i.before_state - k;
      i.after_state := i.after_state - k;
    END IF;
  END LOOP;
  IF theirs AND i.kind IN ('constraint', 'index', 'trigger', 'rule', 'policy', 'routine', 'type') THEN RETURN; END IF;
  CASE i.kind
  WHEN 'relation' THEN
    IF i.after_state ? 'view' THEN PERFORM pg_temp.backstay_restore_view(i, is_now); END IF;
    IF i.after_state ? 'owner' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s OWNER TO %I', word, target, i.before_state ->> 'owner')); END IF;
    IF i.after_state ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, CASE WHEN word = 'SEQUENCE' THEN 'SEQUENCE ' ELSE '' END || target, i.before_state -> 'acl', i.after_state -> 'acl'); END IF;
    IF i.before_state ? 'comment' OR i.after_state ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON %s %s IS %L', word, target, i.before_state ->> 'comment')); END IF;
    IF i.before_state ? 'options' OR i.after_state ? 'options' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER %s %s RESET (%s)', word, target, (SELECT string_agg(split_part(o, '=', 1), ', ') FROM jsonb_array_elements_text(coalesce(i.after_state -> 'options', i.before_state -> 'options')) AS o)));
      IF i.before_state ? 'options' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s SET (%s)', word, target, (SELECT string_agg(o, ', ') FROM jsonb_array_elements_text(i.before_state -> 'options') AS o))); END IF;
    END IF;
    IF i.after_state ? 'rls' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s %s ROW LEVEL SECURITY', target, CASE WHEN (i.before_state ->> 'rls')::boolean THEN 'ENABLE' ELSE 'DISABLE' END)); END IF;
    IF i.after_state ? 'force_rls' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s %s ROW LEVEL SECURITY', target, CASE WHEN (i.before_state ->> 'force_rls')::boolean THEN 'FORCE' ELSE 'NO FORCE' END)); END IF;
    IF i.after_state ? 'replica_identity' AND i.before_state ->> 'replica_identity' IN ('d', 'f', 'n') THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s REPLICA IDENTITY %s', target, CASE i.before_state ->> 'replica_identity' WHEN 'd' THEN 'DEFAULT' WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END));
    END IF;
    IF i.after_state ? 'name' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s RENAME TO %I', word, target, i.before_state ->> 'name')); target := format('%I.%I', is_now ->> 'schema', i.before_state ->> 'name'); END IF;
    IF i.after_state ? 'schema' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s SET SCHEMA %I', word, target, i.before_state ->> 'schema')); END IF;
    UPDATE backstay_capture.item x SET name = (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = i.relation)
      WHERE x.run = i.run AND x.step = i.step AND x.relation = i.relation AND (i.after_state ? 'name' OR i.after_state ? 'schema') AND EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = i.relation);
  WHEN 'sequence' THEN
    old := is_now || i.before_state;
    IF i.after_state - 'last' <> '{}' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER SEQUENCE %s AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s CYCLE', target, old ->> 'type', old ->> 'increment', old ->> 'min', old ->> 'max', old ->> 'start', old ->> 'cache',
        CASE WHEN (old ->> 'cycle')::boolean THEN '' ELSE 'NO' END));
      IF i.before_state ? 'owned_by' OR i.after_state ? 'owned_by' THEN PERFORM pg_temp.backstay_try(i, format('ALTER SEQUENCE %s OWNED BY %s', target, coalesce(i.before_state ->> 'owned_by', 'NONE'))); END IF;
    END IF;
    IF i.after_state ? 'last' THEN PERFORM pg_temp.backstay_try(i, format('SELECT setval(%L, %s, %L)', target, split_part(i.before_state ->> 'last', ',', 1), split_part(i.before_state ->> 'last', ',', 2))); END IF;
  WHEN 'column' THEN
    IF i.after_state ? 'type' OR i.after_state ? 'collation' THEN
      PERFORM pg_temp.backstay_restore_type(i, current_name);
    ELSIF i.before_state ? 'default' OR i.after_state ? 'default' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I %s', target, current_name, coalesce('SET DEFAULT ' || (i.before_state ->> 'default'), 'DROP DEFAULT')));
    END IF;
    IF i.after_state ? 'identity' AND NOT i.before_state ? 'identity' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', target, current_name));
    ELSIF i.before_state ? 'identity' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I %s GENERATED %s%s', target, current_name, CASE WHEN i.after_state ? 'identity' THEN 'SET' ELSE 'ADD' END,
      CASE i.before_state ->> 'identity' WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, CASE WHEN i.after_state ? 'identity' THEN '' ELSE ' AS IDENTITY' || coalesce(pg_temp.backstay_identity_options(i, current_name), '') END));
      IF NOT i.after_state ? 'identity' THEN PERFORM pg_temp.backstay_set_identity(i, current_name); END IF;
    END IF;
    IF i.before_state ? 'generated' AND NOT i.after_state ? 'generated' THEN PERFORM pg_temp.backstay_object_conflict(i, 'refused', 'a column cannot become generated again'); END IF;
    IF i.after_state ? 'not_null' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I %s NOT NULL', target, current_name, CASE WHEN (i.before_state ->> 'not_null')::boolean THEN 'SET' ELSE 'DROP' END)); END IF;
    IF i.before_state ? 'comment' OR i.after_state ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON COLUMN %s.%I IS %L', target, current_name, i.before_state ->> 'comment')); END IF;
    IF i.before_state ? 'acl' OR i.after_state ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, target, i.before_state -> 'acl', i.after_state -> 'acl', format(' (%I)', current_name)); END IF;
    IF i.after_state ? 'statistics' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', target, current_name, i.before_state ->> 'statistics')); END IF;
    IF i.after_state ? 'storage' AND NOT i.after_state ? 'type' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', target, current_name, CASE i.before_state ->> 'storage' WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END));
    END IF;
    IF i.after_state ? 'name' THEN PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s RENAME COLUMN %I TO %I', target, current_name, i.before_state ->> 'name')); END IF;
  WHEN 'routine' THEN
    IF i.after_state ? 'name' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER %s %s RENAME TO %I', is_now ->> 'word', i.note, i.before_state ->> 'name'));
    ELSIF i.after_state ? 'schema' THEN
      PERFORM pg_temp.backstay_try(i, format('ALTER %s %s SET SCHEMA %I', is_now ->> 'word', i.note, i.before_state ->> 'schema'));
    ELSE
      IF i.after_state ? 'definition' THEN PERFORM pg_temp.backstay_try(i, i.before_state ->> 'definition'); END IF;
      IF i.after_state ? 'owner' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s OWNER TO %I', is_now ->> 'word', i.note, i.before_state ->> 'owner')); END IF;
      IF i.after_state ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, is_now ->> 'word' || ' ' || i.note, i.before_state -> 'acl', i.after_state -> 'acl'); END IF;
      IF i.before_state ? 'comment' OR i.after_state ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON %s %s IS %L', is_now ->> 'word', i.note, i.before_state ->> 'comment')); END IF;
    END IF;
  WHEN 'type', 'schema' THEN
    word := coalesce(is_now ->> 'word', 'SCHEMA');
    IF i.before_state ? 'default' OR i.after_state ? 'default' THEN PERFORM pg_temp.backstay_try(i, format('ALTER DOMAIN %s %s', i.note, coalesce('SET DEFAULT ' || (i.before_state ->> 'default'), 'DROP DEFAULT'))); END IF;
    IF i.after_state ? 'not_null' THEN PERFORM pg_temp.backstay_try(i, format('ALTER DOMAIN %s %s NOT NULL', i.note, CASE WHEN (i.before_state ->> 'not_null')::boolean THEN 'SET' ELSE 'DROP' END)); END IF;
    FOR k IN SELECT e.key FROM jsonb_each_text(coalesce(i.after_state -> 'constraints', '{}')) AS e WHERE i.before_state -> 'constraints' ->> e.key IS DISTINCT FROM e.value LOOP
      PERFORM pg_temp.backstay_try(i, format('ALTER DOMAIN %s DROP CONSTRAINT %I', i.note, k));
    END LOOP;
    FOR k IN SELECT format('%I %s', e.key, e.value) FROM jsonb_each_text(coalesce(i.before_state -> 'constraints', '{}')) AS e WHERE i.after_state -> 'constraints' ->> e.key IS DISTINCT FROM e.value LOOP
      PERFORM pg_temp.backstay_try(i, format('ALTER DOMAIN %s ADD CONSTRAINT %s', i.note, k));
    END LOOP;
    IF i.after_state ? 'definition' THEN PERFORM pg_temp.backstay_object_conflict(i, 'refused', 'a changed type cannot be changed back while it is in use'); END IF;
    IF i.after_state ? 'owner' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s OWNER TO %I', word, i.note, i.before_state ->> 'owner')); END IF;
    IF i.after_state ? 'acl' THEN PERFORM pg_temp.backstay_restore_acl(i, CASE WHEN i.kind = 'type' THEN 'TYPE ' ELSE 'SCHEMA ' END || i.note, i.before_state -> 'acl', i.after_state -> 'acl'); END IF;
    IF i.before_state ? 'comment' OR i.after_state ? 'comment' THEN PERFORM pg_temp.backstay_try(i, format('COMMENT ON %s %s IS %L', word, i.note, i.before_state ->> 'comment')); END IF;
    IF i.after_state ? 'name' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s RENAME TO %I', word, i.note, i.before_state ->> 'name')); END IF;
    IF i.kind = 'type' AND i.after_state ? 'schema' THEN PERFORM pg_temp.backstay_try(i, format('ALTER %s %s SET SCHEMA %I', word, i.note, i.before_state ->> 'schema')); END IF;
  ELSE
    PERFORM pg_temp.backstay_restore_attached(i, is_now);
  END CASE;
END $backstay$;

-- Constraints, indexes, triggers, rules and policies of a relation.
CREATE OR REPLACE FUNCTION pg_temp.backstay_restore_attached(i backstay_capture.item, is_now jsonb) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  home text := (SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(i.name));
  old jsonb := (is_now - ARRAY(SELECT jsonb_object_keys(i.after_state))) || i.before_state;
BEGIN
  IF i.after_state ? 'name' AND (i.kind <> 'policy') THEN
    PERFORM pg_temp.backstay_try(i, CASE i.kind WHEN 'constraint' THEN format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', i.name, i.note, i.before_state ->> 'name')
      WHEN 'index' THEN format('ALTER INDEX %s.%I RENAME TO %I', home, i.note, i.before_state ->> 'name')
      ELSE format('ALTER %s %I ON %s RENAME TO %I', upper(i.kind), i.note, i.name, i.before_state ->> 'name') END);
    i.note := i.before_state ->> 'name';
  ELSIF i.after_state ? 'definition' OR i.kind = 'policy' THEN
    i.before_state := old;
    PERFORM pg_temp.backstay_try(i, CASE i.kind WHEN 'constraint' THEN format('ALTER TABLE %s DROP CONSTRAINT %I', i.name, i.note) WHEN 'index' THEN format('DROP INDEX %s.%I', home, i.note) ELSE format('DROP %s %I ON %s', upper(i.kind), i.note, i.name) END);
    i.note := old ->> 'name';
    PERFORM pg_temp.backstay_make_removed(i, NULL);
    RETURN;
  END IF;
  IF i.after_state ? 'enabled' THEN
    PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s %s %s %I', i.name, CASE i.before_state ->> 'enabled' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, upper(i.kind), i.note));
  END IF;
  IF i.before_state ? 'comment' OR i.after_state ? 'comment' THEN
    PERFORM pg_temp.backstay_try(i, CASE i.kind WHEN 'index' THEN format('COMMENT ON INDEX %s.%I IS %L', home, i.note, i.before_state ->> 'comment') ELSE format('COMMENT ON %s %I ON %s IS %L', upper(i.kind), i.note, i.name, i.before_state ->> 'comment') END);
  END IF;
END $backstay$;

CREATE OR REPLACE FUNCTION pg_temp.backstay_reverse_objects(the_step integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  f jsonb;
  made integer;
BEGIN
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run WHERE x.step = the_step AND x.kind = 'kept table' ORDER BY x.item LOOP
    PERFORM pg_temp.backstay_bring_home(i);
  END LOOP;
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run WHERE x.step = the_step AND x.kind = 'kept table' ORDER BY x.item LOOP
    FOR f IN SELECT * FROM jsonb_array_elements(i.before_state -> 'foreign_keys') LOOP
      CONTINUE WHEN to_regclass(i.name) IS DISTINCT FROM i.relation::regclass;
      PERFORM pg_temp.backstay_try(i, format('ALTER TABLE %s ADD CONSTRAINT %I %s', (f ->> 'table')::oid::regclass, f ->> 'name', f ->> 'definition'));
    END LOOP;
  END LOOP;
  PERFORM pg_temp.backstay_reverse_parts(the_step, 0, 3600000);
  -- Views may stand on each other: what is refused is tried again after the rest.
  LOOP
    made := 0;
    FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run
        WHERE x.step = the_step AND CASE WHEN x.kind = 'relation' AND x.after_state IS NULL THEN to_regclass(x.name) IS NULL ELSE false END ORDER BY x.item LOOP
      DELETE FROM backstay_capture.conflict c WHERE c.run = i.run AND c.relation = i.name AND c.kind = 'refused';
      PERFORM pg_temp.backstay_make_removed(i, NULL);
      IF to_regclass(i.name) IS NOT NULL THEN made := made + 1; END IF;
    END LOOP;
    EXIT WHEN made = 0;
  END LOOP;
  PERFORM pg_temp.backstay_reverse_parts(the_step, 3600000, 2000000000);
END $backstay$;

-- The parts of one step whose place in the order lies in a range.
CREATE OR REPLACE FUNCTION pg_temp.backstay_reverse_parts(the_step integer, above integer, below integer) RETURNS void LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  is_now jsonb;
BEGIN
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run WHERE x.step = the_step AND x.item > above AND x.item < below
      AND x.kind IN ('relation', 'sequence', 'column', 'constraint', 'index', 'trigger', 'rule', 'policy', 'routine', 'type', 'schema', 'extension') ORDER BY x.item LOOP
    -- An earlier part may have renamed the relation.
    SELECT x.name INTO i.name FROM backstay_capture.item x WHERE (x.run, x.step, x.item) = (i.run, i.step, i.item);
    is_now := pg_temp.backstay_state_now(i);
    IF i.before_state IS NULL THEN
      PERFORM pg_temp.backstay_drop_made(i, is_now);
    ELSIF i.after_state IS NOT NULL THEN
      PERFORM pg_temp.backstay_restore_part(i, is_now);
    ELSIF is_now IS NOT NULL OR i.kind <> 'relation' OR i.before_state ->> 'kind' = 'S' THEN
      PERFORM pg_temp.backstay_make_removed(i, is_now);
    END IF;
  END LOOP;
END $backstay$;
