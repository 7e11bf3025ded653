-- For a restore that was told to overwrite: what a reverse script left alone because somebody had changed it since gets
-- the old value too. Rows that are gone, whose key is in use or that others refer to stay conflicts.

-- "column = value" for each member of a row's key, of the types the columns have.
CREATE OR REPLACE FUNCTION pg_temp.backstay_at(relation oid, row_key jsonb) RETURNS text LANGUAGE sql STABLE AS $backstay$
  SELECT string_agg(format('t.%I = %L::%s', k.key, k.value, pg_catalog.format_type(a.atttypid, a.atttypmod)), ' AND ') FROM jsonb_each_text(row_key) AS k
  JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attname = k.key AND NOT a.attisdropped
$backstay$;

-- Rows of others that would go, or lose what they refer to, along with this one.
CREATE OR REPLACE FUNCTION pg_temp.backstay_is_referred_to(the_relation oid, place text) RETURNS boolean LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  f record;
  found boolean;
BEGIN
  FOR f IN SELECT c.conrelid, pg_temp.backstay_names(c.conrelid, c.conkey) AS child, pg_temp.backstay_names(c.confrelid, c.confkey) AS parent FROM pg_catalog.pg_constraint c
      WHERE c.contype = 'f' AND c.confrelid = the_relation AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0 LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s t JOIN %s x ON %s WHERE %s%s)', the_relation::regclass, f.conrelid::regclass, pg_temp.backstay_refers(f.child, f.parent, 'x', 't'), place,
      CASE WHEN f.conrelid = the_relation THEN ' AND x.ctid <> t.ctid' ELSE '' END) INTO found;
    IF found THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_overwrite() LANGUAGE plpgsql AS $backstay$
DECLARE
  c record;
  place text;
BEGIN
  FOR c IN SELECT DISTINCT to_regclass(x.relation)::oid AS relation FROM backstay_capture.conflict x JOIN pg_temp.backstay_reversing r ON r.run = x.run
      WHERE x.kind IN ('changed', 'in use') AND x.row_key LIKE '{%' AND to_regclass(x.relation) IS NOT NULL LOOP
    PERFORM pg_temp.backstay_hold_relation(c.relation);
  END LOOP;
  FOR c IN SELECT x.*, to_regclass(x.relation)::oid AS found, a.atttypid, y.typcategory FROM backstay_capture.conflict x JOIN pg_temp.backstay_reversing r ON r.run = x.run
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(x.relation) AND a.attname = x.column_name AND NOT a.attisdropped LEFT JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      WHERE x.row_key LIKE '{%' AND to_regclass(x.relation) IS NOT NULL AND ((x.kind = 'changed' AND a.attname IS NOT NULL) OR (x.kind = 'in use' AND x.detail = 'added by the script and changed since')) LOOP
    place := pg_temp.backstay_at(c.found, c.row_key::jsonb);
    BEGIN
      IF c.kind = 'in use' THEN
        CONTINUE WHEN pg_temp.backstay_is_referred_to(c.found, place);
        EXECUTE format('DELETE FROM %s t WHERE %s', c.found::regclass, place);
      ELSE
        -- What was noted came out of JSON: lists and records are JSON still.
        EXECUTE format('UPDATE %s t SET %I = (jsonb_populate_record(NULL::%s, %L)).%I WHERE %s', c.found::regclass, c.column_name, c.found::regclass,
          jsonb_build_object(c.column_name, CASE WHEN c.typcategory IN ('A', 'C') OR c.atttypid IN ('json'::regtype, 'jsonb'::regtype) THEN c.before::jsonb ELSE to_jsonb(c.before) END), c.column_name, place);
      END IF;
      DELETE FROM backstay_capture.conflict x WHERE (x.run, x.relation, x.row_key, x.column_name) = (c.run, c.relation, c.row_key, c.column_name);
    EXCEPTION WHEN integrity_constraint_violation OR restrict_violation OR foreign_key_violation OR unique_violation OR check_violation OR not_null_violation OR exclusion_violation THEN
      NULL;  -- it stays a conflict
    END;
  END LOOP;
  PERFORM pg_temp.backstay_release_triggers();
END $backstay$;
