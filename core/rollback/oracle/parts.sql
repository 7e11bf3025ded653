CREATE OR REPLACE PACKAGE backstay_parts AUTHID CURRENT_USER AS
  PROCEDURE keep(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, the_column VARCHAR2 DEFAULT NULL);
  PROCEDURE kept(the_script VARCHAR2, the_step NUMBER);
  PROCEDURE restore(the_script VARCHAR2, the_step NUMBER);
END backstay_parts;
/
CREATE OR REPLACE PACKAGE BODY backstay_parts AS

  FUNCTION same(x VARCHAR2, y VARCHAR2) RETURN BOOLEAN IS
  BEGIN
    RETURN x = y OR (x IS NULL AND y IS NULL);
  END;

  PROCEDURE note(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, the_phase CHAR, the_place NUMBER, the_kind VARCHAR2, part VARCHAR2, make CLOB, remove VARCHAR2) IS
  BEGIN
    INSERT INTO backstay_part (script, step, object_name, phase, place, kind, name, make, remove) VALUES (the_script, the_step, the_name, the_phase, the_place, the_kind, part, make, remove);
  END;

  -- What the catalogue says about a table or another object, part by part, with the statements that make and remove each.
  -- b: before the statement, a: after it, n: now.
  PROCEDURE snapshot(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, the_phase CHAR) IS
    o VARCHAR2(128) := backstay_rows.owner(the_name);
    n VARCHAR2(128) := backstay_rows.bare(the_name);
    t VARCHAR2(300) := '"' || o || '"."' || n || '"';
    preset VARCHAR2(32767);
    spot VARCHAR2(500);
  BEGIN
    DELETE FROM backstay_part WHERE script = the_script AND step = the_step AND object_name = the_name AND phase = the_phase;
    DBMS_METADATA.SET_TRANSFORM_PARAM(DBMS_METADATA.SESSION_TRANSFORM, 'STORAGE', FALSE);
    DBMS_METADATA.SET_TRANSFORM_PARAM(DBMS_METADATA.SESSION_TRANSFORM, 'SQLTERMINATOR', FALSE);
    -- Whether there is an object of this name at all.
    FOR c IN (SELECT x.object_type FROM all_objects x WHERE x.owner = o AND x.object_name = n AND x.object_type IN ('TABLE', 'VIEW') AND ROWNUM = 1) LOOP
      note(the_script, the_step, the_name, the_phase, 1, 'object', n, NULL, 'DROP ' || c.object_type || ' ' || t);
    END LOOP;
    FOR c IN (SELECT x.column_name, x.nullable, x.virtual_column, x.data_default,
        CASE WHEN data_type IN ('VARCHAR2', 'CHAR') THEN data_type || '(' || char_length || CASE char_used WHEN 'C' THEN ' CHAR' ELSE ' BYTE' END || ')' WHEN data_type IN ('NVARCHAR2', 'NCHAR') THEN data_type || '(' || char_length || ')'
          WHEN data_type = 'RAW' THEN 'RAW(' || data_length || ')' WHEN data_type = 'FLOAT' THEN 'FLOAT(' || data_precision || ')' WHEN data_type = 'NUMBER' AND data_precision IS NOT NULL THEN 'NUMBER(' || data_precision || ', ' || data_scale || ')'
          WHEN data_type = 'NUMBER' AND data_scale = 0 THEN 'NUMBER(38, 0)' ELSE data_type END AS full_type
        FROM all_tab_cols x WHERE x.owner = o AND x.table_name = n AND x.hidden_column = 'NO' AND EXISTS (SELECT 1 FROM all_tables y WHERE y.owner = o AND y.table_name = n)) LOOP
      preset := RTRIM(c.data_default);
      note(the_script, the_step, the_name, the_phase, 10, 'column', c.column_name, 'ALTER TABLE ' || t || ' ADD ("' || c.column_name || '" ' || c.full_type || CASE WHEN c.virtual_column = 'YES' THEN ' AS (' || preset || ')' END || ')',
        'ALTER TABLE ' || t || ' DROP COLUMN "' || c.column_name || '"');
      IF c.virtual_column = 'NO' AND preset IS NOT NULL AND UPPER(preset) <> 'NULL' THEN
        note(the_script, the_step, the_name, the_phase, 15, 'default', c.column_name, 'ALTER TABLE ' || t || ' MODIFY ("' || c.column_name || '" DEFAULT ' || preset || ')', 'ALTER TABLE ' || t || ' MODIFY ("' || c.column_name || '" DEFAULT NULL)');
      END IF;
      IF c.nullable = 'N' THEN
        note(the_script, the_step, the_name, the_phase, 17, 'required', c.column_name, 'ALTER TABLE ' || t || ' MODIFY ("' || c.column_name || '" NOT NULL)', 'ALTER TABLE ' || t || ' MODIFY ("' || c.column_name || '" NULL)');
      END IF;
    END LOOP;
    FOR k IN (SELECT x.constraint_name, x.constraint_type, x.status, x.search_condition FROM all_constraints x WHERE x.owner = o AND x.table_name = n AND x.constraint_type IN ('P', 'U', 'R', 'C')) LOOP
      CONTINUE WHEN k.constraint_type = 'C' AND k.search_condition LIKE '%IS NOT NULL';
      note(the_script, the_step, the_name, the_phase, CASE k.constraint_type WHEN 'R' THEN 50 WHEN 'C' THEN 40 ELSE 20 END, 'constraint', k.constraint_name,
        DBMS_METADATA.GET_DDL(CASE k.constraint_type WHEN 'R' THEN 'REF_CONSTRAINT' ELSE 'CONSTRAINT' END, k.constraint_name, o), 'ALTER TABLE ' || t || ' DROP CONSTRAINT "' || k.constraint_name || '"');
      note(the_script, the_step, the_name, the_phase, 55, 'constraint state', k.constraint_name, 'ALTER TABLE ' || t || ' ' || CASE k.status WHEN 'ENABLED' THEN 'ENABLE' ELSE 'DISABLE' END || ' CONSTRAINT "' || k.constraint_name || '"', NULL);
    END LOOP;
    FOR i IN (SELECT x.owner, x.index_name FROM all_indexes x WHERE x.table_owner = o AND x.table_name = n AND x.index_type <> 'LOB'
        AND NOT EXISTS (SELECT 1 FROM all_constraints k WHERE k.owner = o AND k.table_name = n AND k.index_name = x.index_name)) LOOP
      note(the_script, the_step, the_name, the_phase, 30, 'index', i.index_name, DBMS_METADATA.GET_DDL('INDEX', i.index_name, i.owner), 'DROP INDEX "' || i.owner || '"."' || i.index_name || '"');
    END LOOP;
    FOR g IN (SELECT x.owner, x.trigger_name, x.status FROM all_triggers x WHERE (x.table_owner = o AND x.table_name = n) OR (x.owner = o AND x.trigger_name = n)) LOOP
      note(the_script, the_step, the_name, the_phase, 60, 'trigger state', g.trigger_name, 'ALTER TRIGGER "' || g.owner || '"."' || g.trigger_name || '" ' || CASE g.status WHEN 'ENABLED' THEN 'ENABLE' ELSE 'DISABLE' END, NULL);
    END LOOP;
    FOR p IN (SELECT x.grantee, x.privilege, x.grantable FROM all_tab_privs x WHERE x.table_schema = o AND x.table_name = n) LOOP
      note(the_script, the_step, the_name, the_phase, 70, 'privilege', p.privilege || ' ' || p.grantee, 'GRANT ' || p.privilege || ' ON ' || t || ' TO "' || p.grantee || '"' || CASE p.grantable WHEN 'YES' THEN ' WITH GRANT OPTION' END,
        'REVOKE ' || p.privilege || ' ON ' || t || ' FROM "' || p.grantee || '"');
    END LOOP;
    FOR m IN (SELECT x.comments, NULL AS column_name FROM all_tab_comments x WHERE x.owner = o AND x.table_name = n AND x.comments IS NOT NULL
        UNION ALL SELECT x.comments, x.column_name FROM all_col_comments x WHERE x.owner = o AND x.table_name = n AND x.comments IS NOT NULL) LOOP
      spot := CASE WHEN m.column_name IS NULL THEN 'TABLE ' || t ELSE 'COLUMN ' || t || '."' || m.column_name || '"' END;
      note(the_script, the_step, the_name, the_phase, 80, 'comment', NVL(m.column_name, '.'), 'COMMENT ON ' || spot || ' IS ''' || REPLACE(m.comments, '''', '''''') || '''', 'COMMENT ON ' || spot || ' IS ''''');
    END LOOP;
  END;

  -- Before a statement that changes an object in place. Its DDL commits, and so does this. the_column: its values are kept
  -- by primary key, because it is dropped or gets another type.
  PROCEDURE keep(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, the_column VARCHAR2 DEFAULT NULL) IS
    o VARCHAR2(128) := backstay_rows.owner(the_name);
    n VARCHAR2(128) := backstay_rows.bare(the_name);
    found PLS_INTEGER;
    list VARCHAR2(4000);
    stem VARCHAR2(30);
  BEGIN
    snapshot(the_script, the_step, the_name, 'b');
    note(the_script, the_step, the_name, 'k', 0, 'name', the_name, NULL, NULL);
    SELECT COUNT(*) INTO found FROM all_tab_cols x WHERE x.owner = o AND x.table_name = n AND x.column_name = the_column AND x.virtual_column = 'NO';
    IF found > 0 THEN
      FOR k IN (SELECT x.column_name FROM all_constraints c JOIN all_cons_columns x ON x.owner = c.owner AND x.constraint_name = c.constraint_name WHERE c.owner = o AND c.table_name = n AND c.constraint_type = 'P' ORDER BY x.position) LOOP
        list := list || CASE WHEN list IS NOT NULL THEN ', ' END || '"' || k.column_name || '"';
      END LOOP;
      IF list IS NULL OR INSTR(list, '"' || the_column || '"') > 0 THEN
        RAISE_APPLICATION_ERROR(-20002, 'backstay: ' || the_name || ' has no primary key that this statement leaves alone, so its rows could not be found again');
      END IF;
      SELECT COUNT(*) INTO found FROM backstay_part WHERE script = the_script AND step = the_step AND phase = 'v';
      stem := 'BST_V' || SUBSTR(the_script, 1, 8) || '_' || the_step || '_' || found;
      EXECUTE IMMEDIATE 'CREATE TABLE ' || stem || ' AS SELECT ' || list || ', "' || the_column || '" AS backstay_old FROM ' || the_name;
      note(the_script, the_step, the_name, 'v', 0, 'values', the_column, list, stem);
    END IF;
    COMMIT;
  END;

  PROCEDURE kept(the_script VARCHAR2, the_step NUMBER) IS
  BEGIN
    -- An object that was not there has left nothing in phase b; its name stands in phase k.
    FOR p IN (SELECT DISTINCT object_name FROM backstay_part WHERE script = the_script AND step = the_step AND phase IN ('b', 'k')) LOOP
      snapshot(the_script, the_step, p.object_name, 'a');
    END LOOP;
    COMMIT;
  END;

  PROCEDURE try(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, part VARCHAR2, statement CLOB) IS
    why VARCHAR2(4000);
  BEGIN
    IF statement IS NOT NULL THEN
      EXECUTE IMMEDIATE statement;
    END IF;
  EXCEPTION
    WHEN OTHERS THEN
      why := SQLERRM;
      INSERT INTO backstay_conflict (script, step, tab, row_key, column_name, kind, detail) VALUES (the_script, the_step, the_name, part, NULL, 'refused', why);
  END;

  -- The values of a column, by key, into the column named.
  PROCEDURE refill(the_script VARCHAR2, the_step NUMBER, the_name VARCHAR2, the_column VARCHAR2, into_column VARCHAR2) IS
    matching VARCHAR2(4000);
  BEGIN
    FOR v IN (SELECT DBMS_LOB.SUBSTR(make, 4000) AS list, remove AS stem FROM backstay_part WHERE script = the_script AND step = the_step AND object_name = the_name AND phase = 'v' AND name = the_column) LOOP
      matching := REPLACE(REGEXP_REPLACE(v.list, '("[^"]+")', 't.\1 = v.\1'), ', ', ' AND ');
      try(the_script, the_step, the_name, the_column, 'UPDATE ' || the_name || ' t SET "' || into_column || '" = (SELECT v.backstay_old FROM ' || v.stem || ' v WHERE ' || matching || ') WHERE EXISTS (SELECT 1 FROM ' || v.stem || ' v WHERE ' || matching || ')');
    END LOOP;
  END;

  -- The parts back to what they were: what the statement added goes, what it removed or changed comes, unless somebody has
  -- changed that part since.
  PROCEDURE restore(the_script VARCHAR2, the_step NUMBER) IS
  BEGIN
    FOR obj IN (SELECT DISTINCT object_name FROM backstay_part WHERE script = the_script AND step = the_step AND phase IN ('b', 'a')) LOOP
      snapshot(the_script, the_step, obj.object_name, 'n');
      FOR p IN (SELECT x.kind, x.name, MAX(CASE x.phase WHEN 'b' THEN NVL(DBMS_LOB.SUBSTR(x.make, 4000), 'there') END) AS b, MAX(CASE x.phase WHEN 'a' THEN NVL(DBMS_LOB.SUBSTR(x.make, 4000), 'there') END) AS a,
            MAX(CASE x.phase WHEN 'n' THEN NVL(DBMS_LOB.SUBSTR(x.make, 4000), 'there') END) AS n, MAX(x.remove) AS remove
          FROM backstay_part x WHERE x.script = the_script AND x.step = the_step AND x.object_name = obj.object_name AND x.phase IN ('b', 'a', 'n') GROUP BY x.kind, x.name
          ORDER BY CASE WHEN MAX(CASE x.phase WHEN 'b' THEN 1 END) IS NULL THEN -MAX(x.place) ELSE MAX(x.place) END, x.name) LOOP
        CONTINUE WHEN same(p.b, p.a) OR same(p.n, p.b);
        IF NOT same(p.n, p.a) THEN
          INSERT INTO backstay_conflict (script, step, tab, row_key, column_name, kind, detail) VALUES (the_script, the_step, obj.object_name, p.kind || ' ' || p.name, NULL, 'changed', 'changed since the script ran');
        ELSIF p.b IS NULL THEN
          try(the_script, the_step, obj.object_name, p.name, p.remove);
          EXIT WHEN p.kind = 'object';
        ELSIF p.kind = 'object' THEN
          NULL;
        ELSIF p.kind = 'column' AND p.a IS NOT NULL THEN
          -- A filled column does not take its old type back: a new one takes its place, with the values kept.
          try(the_script, the_step, obj.object_name, p.name, REPLACE(p.b, ' ADD ("' || p.name || '"', ' ADD ("BACKSTAY_OLD"'));
          refill(the_script, the_step, obj.object_name, p.name, 'BACKSTAY_OLD');
          try(the_script, the_step, obj.object_name, p.name, p.remove);
          try(the_script, the_step, obj.object_name, p.name, 'ALTER TABLE ' || obj.object_name || ' RENAME COLUMN "BACKSTAY_OLD" TO "' || p.name || '"');
        ELSE
          IF p.a IS NOT NULL AND p.kind IN ('constraint', 'index') THEN
            try(the_script, the_step, obj.object_name, p.name, p.remove);
          END IF;
          try(the_script, the_step, obj.object_name, p.name, p.b);
          IF p.kind = 'column' THEN
            refill(the_script, the_step, obj.object_name, p.name, p.name);
          END IF;
        END IF;
      END LOOP;
    END LOOP;
    COMMIT;
  END;
END backstay_parts;
/
