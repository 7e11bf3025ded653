IF OBJECT_ID(N'tempdb..#backstay_before') IS NOT NULL DROP PROCEDURE #backstay_before;
IF OBJECT_ID(N'tempdb..#backstay_after') IS NOT NULL DROP PROCEDURE #backstay_after;
IF OBJECT_ID(N'tempdb..#backstay_before_module') IS NOT NULL DROP PROCEDURE #backstay_before_module;
IF OBJECT_ID(N'tempdb..#backstay_after_module') IS NOT NULL DROP PROCEDURE #backstay_after_module;
GO
-- Before a statement that changes rows. @kind: 'output' when OUTPUT gives the rows (into backstay_capture.s<step>_rows),
-- 'table' when the whole table is copied. Tables that foreign keys carry a change to are copied too.
CREATE PROCEDURE #backstay_before @step int, @relation nvarchar(520), @kind nvarchar(20), @assigned nvarchar(max) = N'' AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @key nvarchar(max), @match nvarchar(max), @same nvarchar(max), @columns nvarchar(max), @copied nvarchar(max), @sql nvarchar(max), @item int, @run int = CONVERT(int, SESSION_CONTEXT(N'backstay_run')), @child nvarchar(520);
  IF OBJECTPROPERTY(OBJECT_ID(@relation), 'IsTable') IS NULL OR OBJECTPROPERTY(OBJECT_ID(@relation), 'IsTable') = 0 THROW 50001, N'backstay: the target is not a table of this database; its rows cannot be captured', 1;
  EXEC #backstay_columns @relation, @assigned, @key OUTPUT, @match OUTPUT, @same OUTPUT, @columns OUTPUT, @copied OUTPUT;
  IF @key IS NULL THROW 50002, N'backstay: the table has no key that this statement leaves alone, so its rows could not be found again', 1;
  INSERT INTO backstay_capture.item (run, step, kind, relation, key_columns) VALUES (@run, @step, @kind, @relation, @key);
  SET @item = SCOPE_IDENTITY();
  UPDATE backstay_capture.item SET before_rows = CONCAT(N'i', @item, N'_before'), after_rows = CONCAT(N'i', @item, N'_after') WHERE item = @item;
  IF @kind = N'table'
    SET @sql = N'SELECT ' + @copied + N' INTO backstay_capture.' + QUOTENAME(CONCAT(N'i', @item, N'_before')) + N' FROM ' + @relation + N' WITH (TABLOCKX, HOLDLOCK)';
  ELSE BEGIN
    -- UNION ALL: so that no column of the copy is an identity column.
    SET @sql = N'IF OBJECT_ID(N''backstay_capture.s' + CONVERT(nvarchar(10), @step) + N'_rows'') IS NOT NULL DROP TABLE backstay_capture.s' + CONVERT(nvarchar(10), @step) + N'_rows; SELECT ' + @copied + N' INTO backstay_capture.s' + CONVERT(nvarchar(10), @step) + N'_rows FROM ' + @relation + N' WHERE 1 = 0 UNION ALL SELECT ' + @copied + N' FROM ' + @relation + N' WHERE 1 = 0';
  END
  EXEC sp_executesql @sql;
  DECLARE children CURSOR LOCAL STATIC FOR SELECT DISTINCT QUOTENAME(OBJECT_SCHEMA_NAME(f.parent_object_id)) + N'.' + QUOTENAME(OBJECT_NAME(f.parent_object_id)) FROM sys.foreign_keys f
    WHERE f.referenced_object_id = OBJECT_ID(@relation) AND (f.delete_referential_action > 0 OR f.update_referential_action > 0) AND f.parent_object_id <> f.referenced_object_id;
  OPEN children;
  FETCH NEXT FROM children INTO @child;
  WHILE @@FETCH_STATUS = 0 BEGIN
    IF NOT EXISTS (SELECT 1 FROM backstay_capture.item WHERE run = @run AND step = @step AND relation = @child AND state_before IS NULL AND after_rows IS NOT NULL AND OBJECT_ID(N'backstay_capture.' + QUOTENAME(after_rows)) IS NULL) EXEC #backstay_before @step, @child, N'table';
    FETCH NEXT FROM children INTO @child;
  END
END
GO
-- After it: rows as they are now; rows that did not change are dropped from both sides.
CREATE PROCEDURE #backstay_after @step int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @key nvarchar(max), @match nvarchar(max), @same nvarchar(max), @columns nvarchar(max), @copied nvarchar(max), @sql nvarchar(max), @item int, @kind nvarchar(20), @relation nvarchar(520), @before sysname, @after sysname;
  DECLARE items CURSOR LOCAL STATIC FOR SELECT item, kind, relation, before_rows, after_rows FROM backstay_capture.item WHERE run = CONVERT(int, SESSION_CONTEXT(N'backstay_run')) AND step = @step AND kind IN (N'table', N'updated', N'deleted', N'inserted') AND OBJECT_ID(N'backstay_capture.' + QUOTENAME(after_rows)) IS NULL ORDER BY item;
  OPEN items;
  FETCH NEXT FROM items INTO @item, @kind, @relation, @before, @after;
  WHILE @@FETCH_STATUS = 0 BEGIN
    EXEC #backstay_columns @relation, N'', @key OUTPUT, @match OUTPUT, @same OUTPUT, @columns OUTPUT, @copied OUTPUT;
    -- The key was chosen when the statement was known.
    SELECT @match = NULL;
    SELECT @match = ISNULL(@match + N' AND ', N'') + N'{a}.' + LTRIM(s.value) + N' = {b}.' + LTRIM(s.value) FROM STRING_SPLIT((SELECT key_columns FROM backstay_capture.item WHERE item = @item), N',') AS s;
    SET @sql = CASE @kind
      WHEN N'inserted' THEN N'SELECT TOP (0) * INTO backstay_capture.{before} FROM backstay_capture.s{step}_rows; SELECT ' + @copied + N' INTO backstay_capture.{after} FROM {t} AS t WHERE EXISTS (SELECT 1 FROM backstay_capture.s{step}_rows AS b WHERE {match}); DROP TABLE backstay_capture.s{step}_rows;'
      WHEN N'table' THEN N'SELECT ' + @copied + N' INTO backstay_capture.{after} FROM {t} AS t WHERE NOT EXISTS (SELECT 1 FROM backstay_capture.{before} AS b WHERE {match} AND {same});'
      ELSE N'SELECT * INTO backstay_capture.{before} FROM backstay_capture.s{step}_rows; DROP TABLE backstay_capture.s{step}_rows; SELECT ' + @copied + N' INTO backstay_capture.{after} FROM {t} AS t WHERE EXISTS (SELECT 1 FROM backstay_capture.{before} AS b WHERE {match} AND NOT ({same}));' END
      + N' DELETE b FROM backstay_capture.{before} AS b JOIN {t} AS t ON {match} AND {same};';
    SET @sql = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(@sql, N'{match}', @match), N'{same}', @same), N'{before}', QUOTENAME(@before)), N'{after}', QUOTENAME(@after)), N'{t}', @relation), N'{step}', CONVERT(nvarchar(10), @step));
    SET @sql = REPLACE(REPLACE(@sql, N'{a}', N't'), N'{b}', N'b');
    EXEC sp_executesql @sql;
    FETCH NEXT FROM items INTO @item, @kind, @relation, @before, @after;
  END
END
GO
-- A view, routine or trigger: its text before and after. Null: it was not there.
CREATE PROCEDURE #backstay_before_module @step int, @name nvarchar(520) AS
  INSERT INTO backstay_capture.item (run, step, kind, relation, state_before) VALUES (CONVERT(int, SESSION_CONTEXT(N'backstay_run')), @step, N'module', @name, OBJECT_DEFINITION(OBJECT_ID(@name)));
GO
CREATE PROCEDURE #backstay_after_module @step int AS
  UPDATE backstay_capture.item SET state_after = OBJECT_DEFINITION(OBJECT_ID(relation)) WHERE run = CONVERT(int, SESSION_CONTEXT(N'backstay_run')) AND step = @step AND kind = N'module';
GO
