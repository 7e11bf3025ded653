-- What the runs of one operation captured, out of the database as a script for psql, so that it can be taken back any
-- time later, and from there in again. Rows travel by COPY, in the types they have.

-- The script, a statement each; where `copied` is a query, it is a COPY that its rows and "\." follow.
CREATE OR REPLACE FUNCTION pg_temp.backstay_export(scripts text) RETURNS TABLE (piece text, copied text) LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  source text;
  list text;
BEGIN
  IF to_regclass('backstay_capture.run') IS NULL OR NOT EXISTS (SELECT 1 FROM backstay_capture.run r WHERE r.script LIKE scripts) THEN RETURN; END IF;
  RETURN QUERY SELECT format('CALL pg_temp.backstay_start_import(%s)', d.oid), NULL::text FROM pg_catalog.pg_database d WHERE d.datname = current_database();
  RETURN QUERY SELECT 'COPY backstay_capture.run (run, script, applied_at, complete) FROM STDIN',
    format('SELECT run, script, applied_at, complete FROM backstay_capture.run WHERE script LIKE %L ORDER BY run', scripts);
  FOREACH source IN ARRAY ARRAY['item', 'conflict'] LOOP
    list := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(pg_temp.backstay_columns(format('backstay_capture.%I', source)::regclass)) AS c);
    RETURN QUERY SELECT format('COPY backstay_capture.%I (%s) FROM STDIN', source, list),
      format('SELECT %s FROM backstay_capture.%I WHERE run IN (SELECT run FROM backstay_capture.run WHERE script LIKE %L)', list, source, scripts);
  END LOOP;
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN backstay_capture.run r USING (run) WHERE r.script LIKE scripts AND (x.before_rows IS NOT NULL OR x.kind = 'kept table') ORDER BY x.run, x.step, x.item LOOP
    FOREACH source IN ARRAY ARRAY[i.before_rows, i.after_rows] LOOP
      CONTINUE WHEN source IS NULL OR to_regclass(source) IS NULL;
      RETURN QUERY SELECT format('CREATE TABLE %s (%s)', source, string_agg(pg_temp.backstay_column_sql(p.state), ', ' ORDER BY split_part(p.part, ' ', 2)::integer)), NULL::text
        FROM pg_temp.backstay_relation_parts(to_regclass(source)) AS p WHERE p.kind = 'column';
      RETURN QUERY SELECT format('COPY %s FROM STDIN', source), 'SELECT * FROM ' || source;
      IF i.key_columns IS NOT NULL THEN
        RETURN QUERY SELECT format('CREATE INDEX ON %s (%s)', source, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(i.key_columns) AS k)), NULL::text;
      END IF;
      RETURN QUERY SELECT 'ANALYZE ' || source, NULL::text;
    END LOOP;
    IF i.kind = 'kept table' THEN RETURN QUERY SELECT * FROM pg_temp.backstay_export_table(i); END IF;
  END LOOP;
  RETURN QUERY SELECT 'CALL pg_temp.backstay_finish_import()', NULL::text;
END $backstay$;

-- A table that was put aside. Partitions and heirs are not, and nothing of the kind leaves the database: they stay aside.
CREATE OR REPLACE FUNCTION pg_temp.backstay_export_table(i backstay_capture.item) RETURNS TABLE (piece text, copied text) LANGUAGE plpgsql AS $backstay$
DECLARE
  parts jsonb;
  place text := (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = i.relation
    AND n.nspname = i.before_state ->> 'aside' AND c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE c.oid IN (h.inhparent, h.inhrelid)));
  list text := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(pg_temp.backstay_columns(i.relation, false)) AS c);
BEGIN
  IF place IS NULL THEN RETURN; END IF;
  SELECT jsonb_agg(jsonb_build_object('kind', p.kind, 'name', p.name, 'state', p.state) ORDER BY o.oid, p.kind = 'column', length(p.part), p.part) INTO parts
    FROM (SELECT i.relation AS oid UNION ALL SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.relation AND d.deptype IN ('a', 'i')) AS o
    CROSS JOIN LATERAL pg_temp.backstay_relation_parts(o.oid) AS p;
  RETURN QUERY SELECT format('CALL pg_temp.backstay_import_table(%L, %L)', place, parts), NULL::text;
  IF list IS NOT NULL THEN RETURN QUERY SELECT format('COPY %s (%s) FROM STDIN', place, list), format('SELECT %s FROM %s', list, place); END IF;
  RETURN QUERY SELECT format('CALL pg_temp.backstay_import_parts(%s, %s, %s, %L, %L)', i.run, i.step, i.item, place, parts), NULL::text;
END $backstay$;
