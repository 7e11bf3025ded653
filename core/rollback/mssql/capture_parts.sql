IF OBJECT_ID(N'tempdb..#backstay_before_parts') IS NOT NULL DROP PROCEDURE #backstay_before_parts;
IF OBJECT_ID(N'tempdb..#backstay_after_parts') IS NOT NULL DROP PROCEDURE #backstay_after_parts;
GO
-- Before a statement that changes an object in place. @column: its values are kept by key, because it is dropped or gets another type.
CREATE PROCEDURE #backstay_before_parts @step int, @relation nvarchar(520), @column sysname = NULL AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @item int, @key nvarchar(max), @match nvarchar(max), @same nvarchar(max), @columns nvarchar(max), @copied nvarchar(max), @sql nvarchar(max), @run int = CONVERT(int, SESSION_CONTEXT(N'backstay_run')), @assigned nvarchar(max) = N',' + @column + N',';
  IF NOT EXISTS (SELECT 1 FROM backstay_capture.item WHERE run = @run AND step = @step AND kind = N'parts' AND relation = @relation) BEGIN
    INSERT INTO backstay_capture.item (run, step, kind, relation) VALUES (@run, @step, N'parts', @relation);
    SET @item = SCOPE_IDENTITY();
    EXEC #backstay_snapshot @item, N'b';
  END
  IF @column IS NULL OR COL_LENGTH(@relation, @column) IS NULL OR COLUMNPROPERTY(OBJECT_ID(@relation), @column, 'IsComputed') = 1 RETURN;
  EXEC #backstay_columns @relation, @assigned, @key OUTPUT, @match OUTPUT, @same OUTPUT, @columns OUTPUT, @copied OUTPUT;
  IF @key IS NULL THROW 50002, N'backstay: the table has no key that this statement leaves alone, so its rows could not be found again', 1;
  INSERT INTO backstay_capture.item (run, step, kind, relation, key_columns, state_before) VALUES (@run, @step, N'values', @relation, @key, @column);
  SET @item = SCOPE_IDENTITY();
  UPDATE backstay_capture.item SET before_rows = CONCAT(N'i', @item, N'_before'), after_rows = CONCAT(N'i', @item, N'_after') WHERE item = @item;
  SET @sql = N'SELECT ' + @key + N', ' + QUOTENAME(@column) + N' INTO backstay_capture.' + QUOTENAME(CONCAT(N'i', @item, N'_before')) + N' FROM ' + @relation + N' WITH (TABLOCKX, HOLDLOCK) UNION ALL SELECT ' + @key + N', ' + QUOTENAME(@column) + N' FROM ' + @relation + N' WHERE 1 = 0';
  EXEC sp_executesql @sql;
END
GO
-- After it: the parts as they are then, and what the column holds under its new type.
CREATE PROCEDURE #backstay_after_parts @step int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @item int, @kind nvarchar(20), @relation nvarchar(520), @key nvarchar(max), @column sysname, @after sysname, @sql nvarchar(max);
  DECLARE items CURSOR LOCAL STATIC FOR SELECT item, kind, relation, key_columns, state_before, after_rows FROM backstay_capture.item WHERE run = CONVERT(int, SESSION_CONTEXT(N'backstay_run')) AND step = @step AND kind IN (N'parts', N'values');
  OPEN items;
  FETCH NEXT FROM items INTO @item, @kind, @relation, @key, @column, @after;
  WHILE @@FETCH_STATUS = 0 BEGIN
    IF @kind = N'parts' EXEC #backstay_snapshot @item, N'a';
    IF @kind = N'values' AND COL_LENGTH(@relation, @column) IS NOT NULL BEGIN
      SET @sql = N'SELECT ' + @key + N', ' + QUOTENAME(@column) + N' INTO backstay_capture.' + QUOTENAME(@after) + N' FROM ' + @relation + N' UNION ALL SELECT ' + @key + N', ' + QUOTENAME(@column) + N' FROM ' + @relation + N' WHERE 1 = 0';
      EXEC sp_executesql @sql;
    END
    FETCH NEXT FROM items INTO @item, @kind, @relation, @key, @column, @after;
  END
END
GO
