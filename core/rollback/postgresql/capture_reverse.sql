-- A reverse script is captured like any other, so that a restore can be taken back as well. Everything it changes was
-- noted when the script it reverses ran: that says which definitions to read first and which tables to watch.

-- Before the reverse script of the run called `the_script`. All of it is one step.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_before_reverse(the_script text) LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
  names text[];
  targets text[];
BEGIN
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN backstay_capture.run r ON r.run = x.run WHERE r.script = the_script ORDER BY x.step, x.item LOOP
    IF i.kind IN ('routine', 'type') THEN
      CALL pg_temp.backstay_before_object(1, i.key_columns[1], i.key_columns[2], true);
    ELSIF i.kind IN ('schema', 'extension') THEN
      CALL pg_temp.backstay_before_object(1, '', i.key_columns[2]);
    ELSE
      names := parse_ident(i.name);
      IF cardinality(names) = 1 THEN names := ARRAY['', names[1]]; END IF;
      CALL pg_temp.backstay_before_object(1, names[1], names[2], true);
      -- Values of columns that go, or go back to another type.
      IF i.kind = 'column' AND i.after_state IS NOT NULL AND (i.before_state IS NULL OR i.after_state ? 'type') THEN
        CALL pg_temp.backstay_before_column(1, names[1], names[2], i.note);
      END IF;
    END IF;
  END LOOP;
  -- A view that goes back to another list of columns is made anew: it is found by its name, not by its number.
  INSERT INTO pg_temp.backstay_watched_name (schemas, object_name, is_named)
    SELECT DISTINCT ARRAY[n.nspname::text], c.relname::text, false FROM pg_temp.backstay_watched_name w JOIN pg_catalog.pg_class c ON c.oid = w.relation
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm');
  SELECT coalesce(array_agg(DISTINCT t), '{}') INTO targets FROM (
    SELECT x.name AS t FROM backstay_capture.item x JOIN backstay_capture.run r ON r.run = x.run WHERE r.script = the_script AND x.kind NOT IN ('routine', 'type', 'schema', 'extension')
    -- What points at these may be changed by its foreign key.
    UNION SELECT format('%I.%I', n.nspname, c.relname) FROM backstay_capture.item x JOIN backstay_capture.run r ON r.run = x.run JOIN pg_catalog.pg_constraint k ON k.contype = 'f' AND k.confrelid = x.relation
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE r.script = the_script) AS all_targets;
  CALL pg_temp.backstay_watch(1, targets);
END $backstay$;

-- Before step `the_step` of it is reversed: tables that the step made are put aside instead of being dropped, where the
-- reverse script would drop them.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_put_aside(the_script text, the_step integer) LANGUAGE plpgsql AS $backstay$
DECLARE
  made text[];
BEGIN
  SELECT array_agg(x.name ORDER BY x.item) INTO made FROM backstay_capture.item x JOIN backstay_capture.run r ON r.run = x.run
    WHERE r.script = the_script AND x.step = the_step AND x.kind = 'relation' AND x.before_state IS NULL AND x.after_state ->> 'kind' = 'r'
      AND to_regclass(x.name) IS NOT NULL AND x.after_state ->> 'digest' IS NOT DISTINCT FROM pg_temp.backstay_digest(to_regclass(x.name));
  IF made IS NULL THEN RETURN; END IF;
  BEGIN
    CALL pg_temp.backstay_drop_tables(100000 + the_step, made, true, false);
  EXCEPTION WHEN OTHERS THEN NULL;  -- something stands on them: the reverse script says what
  END;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_after_reverse() LANGUAGE plpgsql AS $backstay$
BEGIN
  CALL pg_temp.backstay_watched(1);
  CALL pg_temp.backstay_after_objects(1);
END $backstay$;
