-- Tables are created before anything else runs, because each DDL statement commits.
DECLARE
  PROCEDURE make(name VARCHAR2, ddl VARCHAR2) IS
    found PLS_INTEGER;
  BEGIN
    SELECT COUNT(*) INTO found FROM user_objects WHERE object_name = name;
    IF found = 0 THEN
      EXECUTE IMMEDIATE ddl;
    END IF;
  END;
BEGIN
  make('BACKSTAY_ITEM', 'CREATE TABLE backstay_item (script VARCHAR2(16), step NUMBER, kind VARCHAR2(10), tab VARCHAR2(261), key_columns VARCHAR2(4000), before_rows VARCHAR2(30), after_rows VARCHAR2(30), state NUMBER DEFAULT 0, CONSTRAINT backstay_item_pk PRIMARY KEY (script, step, tab))');
  make('BACKSTAY_CONFLICT', 'CREATE TABLE backstay_conflict (script VARCHAR2(16), step NUMBER, tab VARCHAR2(261), row_key VARCHAR2(4000), column_name VARCHAR2(128), kind VARCHAR2(20), detail VARCHAR2(4000))');
  make('BACKSTAY_MODULE', 'CREATE TABLE backstay_module (script VARCHAR2(16), step NUMBER, object_type VARCHAR2(30), object_name VARCHAR2(261), definition CLOB, left_behind CLOB)');
  make('BACKSTAY_PART', 'CREATE TABLE backstay_part (script VARCHAR2(16), step NUMBER, object_name VARCHAR2(261), phase CHAR(1), place NUMBER, kind VARCHAR2(20), name VARCHAR2(400), make CLOB, remove VARCHAR2(4000))');
END;
/
CREATE OR REPLACE PACKAGE backstay_rows AUTHID CURRENT_USER AS
  -- Queries use these two, and a query sees only what stands here.
  FUNCTION bare(tab VARCHAR2) RETURN VARCHAR2;
  FUNCTION owner(tab VARCHAR2) RETURN VARCHAR2;
  PROCEDURE prepare(the_script VARCHAR2, the_step NUMBER, the_tab VARCHAR2, the_kind VARCHAR2, assigned VARCHAR2);
  PROCEDURE before_rows(the_script VARCHAR2, the_step NUMBER, the_tab VARCHAR2, query CLOB);
  PROCEDURE after_rows(the_script VARCHAR2, the_step NUMBER);
  PROCEDURE reverse_rows(the_script VARCHAR2, the_step NUMBER);
  PROCEDURE keep_module(the_script VARCHAR2, the_step NUMBER, the_type VARCHAR2, the_name VARCHAR2);
  PROCEDURE kept_modules(the_script VARCHAR2, the_step NUMBER);
  PROCEDURE restore_module(the_script VARCHAR2, the_step NUMBER, the_type VARCHAR2, the_name VARCHAR2);
END backstay_rows;
/
CREATE OR REPLACE PACKAGE BODY backstay_rows AS

  -- The name a table has in the catalogue of its owner: unquoted names are upper case.
  FUNCTION bare(tab VARCHAR2) RETURN VARCHAR2 IS
    part VARCHAR2(261) := SUBSTR(tab, INSTR(tab, '.', -1) + 1);
  BEGIN
    RETURN CASE WHEN part LIKE '"%"' THEN TRIM('"' FROM part) ELSE UPPER(part) END;
  END;

  FUNCTION owner(tab VARCHAR2) RETURN VARCHAR2 IS
    part VARCHAR2(261) := CASE WHEN INSTR(tab, '.') > 0 THEN SUBSTR(tab, 1, INSTR(tab, '.') - 1) END;
  BEGIN
    RETURN CASE WHEN part IS NULL THEN SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') WHEN part LIKE '"%"' THEN TRIM('"' FROM part) ELSE UPPER(part) END;
  END;

  -- "a.K1 = b.K1 AND a.K2 = b.K2" over a list of quoted names.
  FUNCTION matches(list VARCHAR2, a VARCHAR2, b VARCHAR2) RETURN VARCHAR2 IS
    out VARCHAR2(4000);
  BEGIN
    FOR k IN (SELECT REGEXP_SUBSTR(list, '"[^"]+"', 1, LEVEL) AS name FROM dual CONNECT BY REGEXP_SUBSTR(list, '"[^"]+"', 1, LEVEL) IS NOT NULL) LOOP
      out := out || CASE WHEN out IS NOT NULL THEN ' AND ' END || a || '.' || k.name || ' = ' || b || '.' || k.name;
    END LOOP;
    RETURN out;
  END;

  FUNCTION row_key(list VARCHAR2, a VARCHAR2) RETURN VARCHAR2 IS
  BEGIN
    RETURN REPLACE(REGEXP_REPLACE(list, '("[^"]+")', a || '.\1'), ', ', ' || ''|'' || ');
  END;

  FUNCTION same_column(name VARCHAR2, type VARCHAR2, a VARCHAR2, b VARCHAR2) RETURN VARCHAR2 IS
  BEGIN
    IF type IN ('CLOB', 'NCLOB', 'BLOB') THEN
      RETURN '(' || a || '.' || name || ' IS NULL AND ' || b || '.' || name || ' IS NULL OR DBMS_LOB.COMPARE(' || a || '.' || name || ', ' || b || '.' || name || ') = 0)';
    END IF;
    RETURN 'DECODE(' || a || '.' || name || ', ' || b || '.' || name || ', 1, 0) = 1';
  END;

  -- Equality of all columns that can be written, null and null included; and their list.
  PROCEDURE columns_of(tab VARCHAR2, a VARCHAR2, b VARCHAR2, same OUT VARCHAR2, list OUT VARCHAR2) IS
  BEGIN
    FOR c IN (SELECT column_name, data_type FROM all_tab_cols WHERE owner = backstay_rows.owner(tab) AND table_name = backstay_rows.bare(tab) AND virtual_column = 'NO' AND hidden_column = 'NO' ORDER BY column_id) LOOP
      same := same || CASE WHEN same IS NOT NULL THEN ' AND ' END || same_column('"' || c.column_name || '"', c.data_type, a, b);
      list := list || CASE WHEN list IS NOT NULL THEN ', ' END || '"' || c.column_name || '"';
    END LOOP;
  END;

  -- Makes empty tables for what one statement will capture. Commits, so it comes before the script.
  PROCEDURE prepare(the_script VARCHAR2, the_step NUMBER, the_tab VARCHAR2, the_kind VARCHAR2, assigned VARCHAR2) IS
    found_key VARCHAR2(4000);
    stem VARCHAR2(30) := 'BST_' || SUBSTR(the_script, 1, 8) || '_' || the_step;
    rest NUMBER;
  BEGIN
    SELECT COUNT(*) INTO rest FROM backstay_item WHERE script = the_script AND step = the_step AND state = 1;
    IF rest > 0 THEN
      RAISE_APPLICATION_ERROR(-20001, 'backstay: this script was applied before and not taken back; its captures would be lost');
    END IF;
    FOR k IN (SELECT c.constraint_name FROM all_constraints c WHERE c.owner = backstay_rows.owner(the_tab) AND c.table_name = backstay_rows.bare(the_tab) AND c.constraint_type IN ('P', 'U') AND c.status = 'ENABLED'
        AND NOT EXISTS (SELECT 1 FROM all_cons_columns cc JOIN all_tab_columns t ON t.owner = cc.owner AND t.table_name = cc.table_name AND t.column_name = cc.column_name
          WHERE cc.owner = c.owner AND cc.constraint_name = c.constraint_name AND (t.nullable = 'Y' OR INSTR(assigned, ',' || cc.column_name || ',') > 0))
        ORDER BY c.constraint_type) LOOP
      SELECT LISTAGG('"' || column_name || '"', ', ') WITHIN GROUP (ORDER BY position) INTO found_key FROM all_cons_columns WHERE owner = backstay_rows.owner(the_tab) AND constraint_name = k.constraint_name;
      EXIT;
    END LOOP;
    IF found_key IS NULL THEN
      RAISE_APPLICATION_ERROR(-20002, 'backstay: ' || the_tab || ' has no key that this statement leaves alone, so its rows could not be found again');
    END IF;
    SELECT COUNT(*) INTO rest FROM backstay_item WHERE script = the_script AND step = the_step;
    stem := stem || '_' || rest;
    FOR t IN (SELECT table_name FROM user_tables WHERE table_name IN (UPPER(stem || '_B'), UPPER(stem || '_A'))) LOOP
      EXECUTE IMMEDIATE 'DROP TABLE ' || t.table_name || ' PURGE';
    END LOOP;
    EXECUTE IMMEDIATE 'CREATE TABLE ' || stem || '_B AS SELECT * FROM ' || the_tab || ' WHERE 1 = 0';
    EXECUTE IMMEDIATE 'CREATE TABLE ' || stem || '_A AS SELECT * FROM ' || the_tab || ' WHERE 1 = 0';
    MERGE INTO backstay_item i USING (SELECT the_script AS s, the_step AS n, the_tab AS t FROM dual) d ON (i.script = d.s AND i.step = d.n AND i.tab = d.t)
      WHEN MATCHED THEN UPDATE SET kind = the_kind, key_columns = found_key, before_rows = stem || '_B', after_rows = stem || '_A', state = 0
      WHEN NOT MATCHED THEN INSERT (script, step, tab, kind, key_columns, before_rows, after_rows) VALUES (d.s, d.n, d.t, the_kind, found_key, stem || '_B', stem || '_A');
    COMMIT;
  END;

  -- Immediately before the statement, in its transaction: locks the rows and copies them. No query: the whole table.
  PROCEDURE before_rows(the_script VARCHAR2, the_step NUMBER, the_tab VARCHAR2, query CLOB) IS
    held SYS_REFCURSOR;
    i backstay_item%ROWTYPE;
  BEGIN
    SELECT * INTO i FROM backstay_item WHERE script = the_script AND step = the_step AND tab = the_tab;
    IF query IS NULL THEN
      EXECUTE IMMEDIATE 'LOCK TABLE ' || the_tab || ' IN EXCLUSIVE MODE';
      EXECUTE IMMEDIATE 'INSERT INTO ' || i.before_rows || ' SELECT * FROM ' || the_tab;
    ELSE
      OPEN held FOR query || ' FOR UPDATE';
      CLOSE held;
      EXECUTE IMMEDIATE 'INSERT INTO ' || i.before_rows || ' ' || query;
    END IF;
  END;

  PROCEDURE after_rows(the_script VARCHAR2, the_step NUMBER) IS
    same VARCHAR2(32767);
    list VARCHAR2(32767);
  BEGIN
    FOR i IN (SELECT * FROM backstay_item WHERE script = the_script AND step = the_step AND state = 0) LOOP
      columns_of(i.tab, 't', 'b', same, list);
      IF i.kind = 'rows' THEN
        EXECUTE IMMEDIATE 'INSERT INTO ' || i.after_rows || ' SELECT t.* FROM ' || i.tab || ' t WHERE EXISTS (SELECT 1 FROM ' || i.before_rows || ' b WHERE ' || matches(i.key_columns, 't', 'b') || ' AND NOT (' || same || '))';
      ELSE
        EXECUTE IMMEDIATE 'INSERT INTO ' || i.after_rows || ' SELECT t.* FROM ' || i.tab || ' t WHERE NOT EXISTS (SELECT 1 FROM ' || i.before_rows || ' b WHERE ' || matches(i.key_columns, 't', 'b') || ' AND ' || same || ')';
      END IF;
      EXECUTE IMMEDIATE 'DELETE FROM ' || i.before_rows || ' b WHERE EXISTS (SELECT 1 FROM ' || i.tab || ' t WHERE ' || matches(i.key_columns, 't', 'b') || ' AND ' || same || ')';
      UPDATE backstay_item SET state = 1 WHERE script = i.script AND step = i.step AND tab = i.tab;
    END LOOP;
  END;

  PROCEDURE note(i backstay_item%ROWTYPE, column_name VARCHAR2, kind VARCHAR2, detail VARCHAR2, source VARCHAR2) IS
  BEGIN
    EXECUTE IMMEDIATE 'INSERT INTO backstay_conflict SELECT :1, :2, :3, ' || row_key(i.key_columns, 'c') || ', :4, :5, :6 FROM ' || source USING i.script, i.step, i.tab, column_name, kind, detail;
  END;

  PROCEDURE reverse_rows(the_script VARCHAR2, the_step NUMBER) IS
    same VARCHAR2(32767);
    list VARCHAR2(32767);
    pair VARCHAR2(32767);
    cell VARCHAR2(32767);
    i backstay_item%ROWTYPE;
  BEGIN
    FOR item IN (SELECT * FROM backstay_item WHERE script = the_script AND step = the_step AND state = 1) LOOP
      i.script := item.script; i.step := item.step; i.tab := item.tab; i.kind := item.kind; i.key_columns := item.key_columns; i.before_rows := item.before_rows; i.after_rows := item.after_rows;
      columns_of(i.tab, 't', 'c', same, list);
      note(i, NULL, 'in use', 'added by the script and changed since', i.after_rows || ' c JOIN ' || i.tab || ' t ON ' || matches(i.key_columns, 't', 'c') || ' WHERE NOT EXISTS (SELECT 1 FROM ' || i.before_rows || ' b WHERE ' || matches(i.key_columns, 'b', 'c') || ') AND NOT (' || same || ')');
      EXECUTE IMMEDIATE 'DELETE FROM ' || i.tab || ' t WHERE EXISTS (SELECT 1 FROM ' || i.after_rows || ' c WHERE ' || matches(i.key_columns, 't', 'c') || ' AND ' || same || ' AND NOT EXISTS (SELECT 1 FROM ' || i.before_rows || ' b WHERE ' || matches(i.key_columns, 'b', 'c') || '))';
      note(i, NULL, 'key reused', 'removed by the script; somebody has added a row with its key', i.before_rows || ' c JOIN ' || i.tab || ' t ON ' || matches(i.key_columns, 't', 'c') || ' WHERE NOT EXISTS (SELECT 1 FROM ' || i.after_rows || ' a WHERE ' || matches(i.key_columns, 'a', 'c') || ') AND NOT (' || same || ')');
      EXECUTE IMMEDIATE 'INSERT INTO ' || i.tab || ' (' || list || ') SELECT ' || list || ' FROM ' || i.before_rows || ' c WHERE NOT EXISTS (SELECT 1 FROM ' || i.after_rows || ' a WHERE ' || matches(i.key_columns, 'a', 'c') || ') AND NOT EXISTS (SELECT 1 FROM ' || i.tab || ' t WHERE ' || matches(i.key_columns, 't', 'c') || ')';
      pair := i.before_rows || ' c JOIN ' || i.after_rows || ' a ON ' || matches(i.key_columns, 'a', 'c');
      note(i, NULL, 'gone', 'changed by the script; somebody has deleted it since', pair || ' WHERE NOT EXISTS (SELECT 1 FROM ' || i.tab || ' t WHERE ' || matches(i.key_columns, 't', 'c') || ')');
      FOR k IN (SELECT '"' || column_name || '"' AS name, column_name AS plain, data_type FROM all_tab_cols WHERE owner = backstay_rows.owner(i.tab) AND table_name = backstay_rows.bare(i.tab) AND virtual_column = 'NO' AND hidden_column = 'NO' AND INSTR(i.key_columns, '"' || column_name || '"') = 0 ORDER BY column_id) LOOP
        cell := 'NOT ' || same_column(k.name, k.data_type, 'c', 'a');
        note(i, k.plain, 'changed', 'changed since the script ran', pair || ' JOIN ' || i.tab || ' t ON ' || matches(i.key_columns, 't', 'c') || ' WHERE ' || cell || ' AND NOT ' || same_column(k.name, k.data_type, 't', 'a') || ' AND NOT ' || same_column(k.name, k.data_type, 't', 'c'));
        EXECUTE IMMEDIATE 'UPDATE ' || i.tab || ' t SET ' || k.name || ' = (SELECT c.' || k.name || ' FROM ' || i.before_rows || ' c WHERE ' || matches(i.key_columns, 't', 'c') || ') WHERE EXISTS (SELECT 1 FROM ' || pair || ' WHERE ' || matches(i.key_columns, 't', 'c') || ' AND ' || cell || ' AND ' || same_column(k.name, k.data_type, 't', 'a')
          || ' AND NOT EXISTS (SELECT 1 FROM backstay_conflict h WHERE h.script = :1 AND h.tab = :2 AND h.row_key = ' || row_key(i.key_columns, 'c') || ' AND (h.column_name IS NULL OR h.column_name = :3)))' USING i.script, i.tab, k.plain;
      END LOOP;
      UPDATE backstay_item SET state = 2 WHERE script = i.script AND step = i.step AND tab = i.tab;
    END LOOP;
  END;

  -- The text of a view, routine, package or trigger; null when there is none.
  FUNCTION module_text(the_type VARCHAR2, the_name VARCHAR2) RETURN CLOB IS
    o VARCHAR2(128) := owner(the_name);
    n VARCHAR2(128) := bare(the_name);
    catalogue_type VARCHAR2(30) := CASE the_type WHEN 'PACKAGE_SPEC' THEN 'PACKAGE' WHEN 'TYPE_SPEC' THEN 'TYPE' ELSE REPLACE(the_type, '_', ' ') END;
    found PLS_INTEGER;
  BEGIN
    SELECT COUNT(*) INTO found FROM all_objects x WHERE x.owner = o AND x.object_name = n AND x.object_type = catalogue_type;
    RETURN CASE WHEN found > 0 THEN DBMS_METADATA.GET_DDL(the_type, n, o) END;
  END;

  -- Before the statement, which is DDL: this commits, as that will.
  PROCEDURE keep_module(the_script VARCHAR2, the_step NUMBER, the_type VARCHAR2, the_name VARCHAR2) IS
    text CLOB := module_text(the_type, the_name);
  BEGIN
    DELETE FROM backstay_module WHERE script = the_script AND step = the_step AND object_name = the_name AND object_type = the_type;
    INSERT INTO backstay_module (script, step, object_type, object_name, definition) VALUES (the_script, the_step, the_type, the_name, text);
    COMMIT;
  END;

  PROCEDURE kept_modules(the_script VARCHAR2, the_step NUMBER) IS
    text CLOB;
  BEGIN
    FOR m IN (SELECT object_type, object_name FROM backstay_module WHERE script = the_script AND step = the_step) LOOP
      text := module_text(m.object_type, m.object_name);
      UPDATE backstay_module SET left_behind = text WHERE script = the_script AND step = the_step AND object_name = m.object_name AND object_type = m.object_type;
    END LOOP;
    COMMIT;
  END;

  FUNCTION same_text(x CLOB, y CLOB) RETURN BOOLEAN IS
  BEGIN
    RETURN (x IS NULL AND y IS NULL) OR DBMS_LOB.COMPARE(x, y) = 0;
  END;

  -- Back to the text before, unless somebody has changed it since.
  PROCEDURE restore_module(the_script VARCHAR2, the_step NUMBER, the_type VARCHAR2, the_name VARCHAR2) IS
    now_text CLOB := module_text(the_type, the_name);
  BEGIN
    FOR m IN (SELECT definition, left_behind FROM backstay_module WHERE script = the_script AND step = the_step AND object_name = the_name AND object_type = the_type) LOOP
      IF same_text(now_text, m.definition) THEN
        NULL;
      ELSIF NOT same_text(now_text, m.left_behind) THEN
        INSERT INTO backstay_conflict (script, step, tab, row_key, column_name, kind, detail) VALUES (the_script, the_step, the_name, the_type, NULL, 'changed', 'changed since the script ran');
      ELSIF m.definition IS NULL THEN
        EXECUTE IMMEDIATE 'DROP ' || CASE the_type WHEN 'PACKAGE_SPEC' THEN 'PACKAGE' WHEN 'TYPE_SPEC' THEN 'TYPE' ELSE REPLACE(the_type, '_', ' ') END || ' ' || the_name;
      ELSE
        -- A sequence, a synonym or an index is not replaced by its text.
        IF now_text IS NOT NULL AND the_type IN ('SEQUENCE', 'SYNONYM', 'INDEX', 'MATERIALIZED_VIEW') THEN
          EXECUTE IMMEDIATE 'DROP ' || REPLACE(the_type, '_', ' ') || ' ' || the_name;
        END IF;
        EXECUTE IMMEDIATE m.definition;
      END IF;
    END LOOP;
    COMMIT;
  END;
END backstay_rows;
/
