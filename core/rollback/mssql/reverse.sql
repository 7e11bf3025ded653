IF OBJECT_ID(N'tempdb..#backstay_reverse_item') IS NOT NULL DROP PROCEDURE #backstay_reverse_item;
IF OBJECT_ID(N'tempdb..#backstay_reverse_module') IS NOT NULL DROP PROCEDURE #backstay_reverse_module;
IF OBJECT_ID(N'tempdb..#backstay_reverse_step') IS NOT NULL DROP PROCEDURE #backstay_reverse_step;
GO
-- One captured set of rows back: added rows go unless changed, removed rows come unless their key is in use, changed
-- cells get their old value where they still hold what the statement wrote. Everything else becomes a conflict.
CREATE PROCEDURE #backstay_reverse_item @item int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @key nvarchar(max), @match nvarchar(max) = NULL, @same nvarchar(max), @columns nvarchar(max), @copied nvarchar(max), @sql nvarchar(max), @run int, @step int, @relation nvarchar(520), @before sysname, @after sysname, @saved nvarchar(max), @row_key nvarchar(max), @column sysname, @identity bit;
  SELECT @run = run, @step = step, @relation = relation, @before = QUOTENAME(before_rows), @after = QUOTENAME(after_rows), @saved = key_columns FROM backstay_capture.item WHERE item = @item;
  EXEC #backstay_columns @relation, N'', @key OUTPUT, @match OUTPUT, @same OUTPUT, @columns OUTPUT, @copied OUTPUT;
  SELECT @match = NULL;
  SELECT @match = ISNULL(@match + N' AND ', N'') + N'{a}.' + LTRIM(s.value) + N' = {b}.' + LTRIM(s.value) FROM STRING_SPLIT(@saved, N',') AS s;
  SELECT @row_key = ISNULL(@row_key + N', ', N'') + N'c.' + LTRIM(s.value) FROM STRING_SPLIT(@saved, N',') AS s;
  SET @row_key = N'CONCAT(N'''', ' + REPLACE(@row_key, N', ', N', N''|'', ') + N', N'''')';
  SET @identity = CASE WHEN EXISTS (SELECT 1 FROM sys.identity_columns WHERE object_id = OBJECT_ID(@relation)) THEN 1 ELSE 0 END;
  -- Added rows.
  SET @sql = N'INSERT INTO backstay_capture.conflict SELECT {run}, {step}, N''{name}'', {key}, N'''', N''in use'', N''added by the script and changed since'' FROM backstay_capture.{after} AS c JOIN {t} AS t ON {match:t:c} WHERE NOT EXISTS (SELECT 1 FROM backstay_capture.{before} AS b WHERE {match:b:c}) AND NOT ({same:t:c});
    DELETE t FROM {t} AS t JOIN backstay_capture.{after} AS c ON {match:t:c} AND {same:t:c} WHERE NOT EXISTS (SELECT 1 FROM backstay_capture.{before} AS b WHERE {match:b:c});
    INSERT INTO backstay_capture.conflict SELECT {run}, {step}, N''{name}'', {key}, N'''', N''key reused'', N''removed by the script; somebody has added a row with its key'' FROM backstay_capture.{before} AS c JOIN {t} AS t ON {match:t:c} WHERE NOT EXISTS (SELECT 1 FROM backstay_capture.{after} AS a WHERE {match:a:c}) AND NOT ({same:t:c});
    {on}INSERT INTO {t} ({columns}) SELECT {columns} FROM backstay_capture.{before} AS c WHERE NOT EXISTS (SELECT 1 FROM backstay_capture.{after} AS a WHERE {match:a:c}) AND NOT EXISTS (SELECT 1 FROM {t} AS t WHERE {match:t:c});{off}
    INSERT INTO backstay_capture.conflict SELECT {run}, {step}, N''{name}'', {key}, N'''', N''gone'', N''changed by the script; somebody has deleted it since'' FROM backstay_capture.{before} AS c JOIN backstay_capture.{after} AS a ON {match:a:c} WHERE NOT EXISTS (SELECT 1 FROM {t} AS t WHERE {match:t:c});';
  SET @sql = REPLACE(REPLACE(@sql, N'{on}', CASE @identity WHEN 1 THEN N'SET IDENTITY_INSERT ' + @relation + N' ON; ' ELSE N'' END), N'{off}', CASE @identity WHEN 1 THEN N' SET IDENTITY_INSERT ' + @relation + N' OFF;' ELSE N'' END);
  -- Changed cells, column by column; a key column or an identity is never written.
  DECLARE cells CURSOR LOCAL STATIC FOR SELECT c.name FROM sys.columns c JOIN sys.types y ON y.user_type_id = c.system_type_id WHERE c.object_id = OBJECT_ID(@relation) AND c.is_computed = 0 AND c.is_identity = 0 AND y.name NOT IN (N'timestamp', N'rowversion')
    AND CHARINDEX(QUOTENAME(c.name), @saved) = 0 ORDER BY c.column_id;
  OPEN cells;
  FETCH NEXT FROM cells INTO @column;
  WHILE @@FETCH_STATUS = 0 BEGIN
    SET @sql += REPLACE(N'
    INSERT INTO backstay_capture.conflict SELECT {run}, {step}, N''{name}'', {key}, N''{plain}'', N''changed'', N''changed since the script ran'' FROM backstay_capture.{before} AS c JOIN backstay_capture.{after} AS a ON {match:a:c} JOIN {t} AS t ON {match:t:c}
      WHERE NOT EXISTS (SELECT {c:c} INTERSECT SELECT {a:c}) AND NOT EXISTS (SELECT {t:c} INTERSECT SELECT {a:c}) AND NOT EXISTS (SELECT {t:c} INTERSECT SELECT {c:c});
    UPDATE t SET {column} = c.{column} FROM {t} AS t JOIN backstay_capture.{before} AS c ON {match:t:c} JOIN backstay_capture.{after} AS a ON {match:a:c}
      WHERE NOT EXISTS (SELECT {c:c} INTERSECT SELECT {a:c}) AND EXISTS (SELECT {t:c} INTERSECT SELECT {a:c})
        AND NOT EXISTS (SELECT 1 FROM backstay_capture.conflict AS h WHERE h.run = {run} AND h.relation = N''{name}'' AND h.row_key = {key} AND h.column_name IN (N'''', N''{plain}''));', N'{plain}', REPLACE(@column, N'''', N''''''));
    SET @sql = REPLACE(REPLACE(REPLACE(REPLACE(@sql, N'{c:c}', N'CONVERT(varbinary(max), CONVERT(nvarchar(max), c.{column}))'), N'{a:c}', N'CONVERT(varbinary(max), CONVERT(nvarchar(max), a.{column}))'), N'{t:c}', N'CONVERT(varbinary(max), CONVERT(nvarchar(max), t.{column}))'), N'{column}', QUOTENAME(@column));
    FETCH NEXT FROM cells INTO @column;
  END
  SET @sql = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(@sql, N'{run}', @run), N'{step}', @step), N'{name}', REPLACE(@relation, N'''', N'''''')), N'{key}', @row_key), N'{before}', @before), N'{after}', @after), N'{columns}', @columns), N'{t}', @relation);
  SET @sql = REPLACE(@sql, N'{match:t:c}', REPLACE(REPLACE(@match, N'{a}', N't'), N'{b}', N'c'));
  SET @sql = REPLACE(@sql, N'{match:a:c}', REPLACE(REPLACE(@match, N'{a}', N'a'), N'{b}', N'c'));
  SET @sql = REPLACE(@sql, N'{match:b:c}', REPLACE(REPLACE(@match, N'{a}', N'b'), N'{b}', N'c'));
  SET @sql = REPLACE(@sql, N'{same:t:c}', REPLACE(REPLACE(@same, N'{a}', N't'), N'{b}', N'c'));
  EXEC sp_executesql @sql;
END
GO
-- A view, routine or trigger back to its text, unless somebody has changed it since.
CREATE PROCEDURE #backstay_reverse_module @item int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @name nvarchar(520), @old nvarchar(max), @new nvarchar(max), @now nvarchar(max), @sql nvarchar(max), @run int, @step int;
  SELECT @name = relation, @old = state_before, @new = state_after, @run = run, @step = step FROM backstay_capture.item WHERE item = @item;
  SET @now = OBJECT_DEFINITION(OBJECT_ID(@name));
  IF EXISTS (SELECT @now INTERSECT SELECT @old) RETURN;
  IF NOT EXISTS (SELECT @now INTERSECT SELECT @new) BEGIN
    INSERT INTO backstay_capture.conflict VALUES (@run, @step, @name, N'', N'', N'changed', N'changed since the script ran');
    RETURN;
  END
  -- In place where that is possible: permissions and INSTEAD OF triggers stay. CREATE is the first word behind comments.
  DECLARE @at int = 1;
  WHILE @at <= LEN(@old) BEGIN
    IF SUBSTRING(@old, @at, 1) IN (N' ', NCHAR(9), NCHAR(10), NCHAR(13)) SET @at += 1;
    ELSE IF SUBSTRING(@old, @at, 2) = N'--' AND CHARINDEX(NCHAR(10), @old, @at) > 0 SET @at = CHARINDEX(NCHAR(10), @old, @at);
    ELSE IF SUBSTRING(@old, @at, 2) = N'/*' AND CHARINDEX(N'*/', @old, @at + 2) > 0 SET @at = CHARINDEX(N'*/', @old, @at + 2) + 2;
    ELSE BREAK;
  END
  IF @now IS NOT NULL AND SUBSTRING(@old, @at, 6) = N'CREATE' AND EXISTS (SELECT 1 FROM sys.objects o WHERE o.object_id = OBJECT_ID(@name) AND o.type IN ('V', 'P', 'TR')) BEGIN
    SET @sql = STUFF(@old, @at, 6, N'ALTER');
    EXEC sp_executesql @sql;
    RETURN;
  END
  IF @now IS NOT NULL BEGIN
    SELECT @sql = N'DROP ' + CASE WHEN o.type = 'V' THEN N'VIEW ' WHEN o.type IN ('P', 'PC') THEN N'PROCEDURE ' WHEN o.type = 'TR' THEN N'TRIGGER ' ELSE N'FUNCTION ' END + @name FROM sys.objects o WHERE o.object_id = OBJECT_ID(@name);
    EXEC sp_executesql @sql;
  END
  IF @old IS NOT NULL EXEC sp_executesql @old;
END
GO
-- Everything from the first time this statement ran on, last first: in a loop statements take turns.
CREATE PROCEDURE #backstay_reverse_step @step int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @run int = CONVERT(int, SESSION_CONTEXT(N'backstay_reversing')), @item int, @kind nvarchar(20);
  DECLARE items CURSOR LOCAL STATIC FOR SELECT item, kind FROM backstay_capture.item WHERE run = @run AND done = 0 AND item >= (SELECT MIN(item) FROM backstay_capture.item WHERE run = @run AND step = @step) ORDER BY item DESC;
  OPEN items;
  FETCH NEXT FROM items INTO @item, @kind;
  WHILE @@FETCH_STATUS = 0 BEGIN
    IF @kind = N'module' EXEC #backstay_reverse_module @item;
    IF @kind IN (N'synonym', N'type', N'sequence', N'counter') EXEC #backstay_reverse_text @item;
    IF @kind = N'parts' EXEC #backstay_reverse_parts @item;
    IF @kind IN (N'table', N'updated', N'deleted', N'inserted') EXEC #backstay_reverse_item @item;
    UPDATE backstay_capture.item SET done = 1 WHERE item = @item;
    FETCH NEXT FROM items INTO @item, @kind;
  END
END
GO
