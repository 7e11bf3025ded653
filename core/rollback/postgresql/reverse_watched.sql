-- Takes back what watch_rows noted: rows with a key as every other capture, rows of tables without one as a whole.

-- Without a key nobody can tell which row became which. When every row that the statement left is still there as it
-- left it, those go and the earlier ones come; otherwise the table stays as it is, and that is a conflict.
CREATE OR REPLACE PROCEDURE pg_temp.backstay_reverse_keyless(i backstay_capture.item) LANGUAGE plpgsql AS $backstay$
DECLARE
  list text;
  missing bigint;
  numbered text;
BEGIN
  i := pg_temp.backstay_located(i);
  IF i.relation IS NULL THEN
    INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail)
      VALUES (i.run, i.step, i.name, format('step %s', i.step), '', 'gone', 'the table is no longer there') ON CONFLICT DO NOTHING;
    RETURN;
  END IF;
  i := pg_temp.backstay_open(i, 'step');
  list := (SELECT string_agg(format('z.%I', c), ', ') FROM unnest(pg_temp.backstay_columns(i.relation, false)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass)));
  numbered := 'SELECT z.ctid AS place, row_number() OVER (PARTITION BY ROW(' || list || ')::text) AS n, ROW(' || list || ')::text AS image FROM %s z WHERE %s';
  EXECUTE format('CREATE TEMPORARY TABLE backstay_pairs AS SELECT t.place AS t, a.place AS a FROM (' || numbered || ') a LEFT JOIN (' || numbered || ') t ON a.image = t.image AND a.n = t.n',
    i.after_rows, 'z.backstay_done IS NULL', i.relation::regclass, 'true');
  SELECT count(*) INTO missing FROM pg_temp.backstay_pairs WHERE t IS NULL;
  IF missing > 0 THEN
    INSERT INTO backstay_capture.conflict (run, step, relation, row_key, column_name, kind, detail)
      VALUES (i.run, i.step, i.name, format('step %s', i.step), '', 'changed', format('the table has no key, and %s of the rows that the script left have changed since', missing)) ON CONFLICT DO NOTHING;
  ELSE
    EXECUTE format('DELETE FROM %s WHERE ctid IN (SELECT t FROM pg_temp.backstay_pairs)', i.relation::regclass);
    EXECUTE format('UPDATE %s SET backstay_done = true', i.after_rows);
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s z WHERE z.backstay_done IS NULL', i.relation::regclass, (SELECT string_agg(format('%I', c), ', ') FROM unnest(pg_temp.backstay_columns(i.relation, false)) AS c WHERE c = ANY (pg_temp.backstay_columns(i.before_rows::regclass))), list, i.before_rows);
    EXECUTE format('UPDATE %s SET backstay_done = true', i.before_rows);
  END IF;
  DROP TABLE pg_temp.backstay_pairs;
END $backstay$;

CREATE OR REPLACE PROCEDURE pg_temp.backstay_reverse_watched(the_step integer) LANGUAGE plpgsql AS $backstay$
DECLARE
  i backstay_capture.item;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_temp.backstay_reversing) THEN RETURN; END IF;
  CALL pg_temp.backstay_reverse_step(the_step);
  FOR i IN SELECT x.* FROM backstay_capture.item x JOIN pg_temp.backstay_reversing r ON r.run = x.run WHERE x.step = the_step AND x.kind = 'keyless' LOOP
    PERFORM pg_temp.backstay_hold_relation(i.relation);
    CALL pg_temp.backstay_reverse_keyless(i);
  END LOOP;
  PERFORM pg_temp.backstay_release_triggers();
END $backstay$;
