IF OBJECT_ID(N'tempdb..#backstay_text') IS NOT NULL DROP PROCEDURE #backstay_text;
IF OBJECT_ID(N'tempdb..#backstay_before_text') IS NOT NULL DROP PROCEDURE #backstay_before_text;
IF OBJECT_ID(N'tempdb..#backstay_after_text') IS NOT NULL DROP PROCEDURE #backstay_after_text;
IF OBJECT_ID(N'tempdb..#backstay_reverse_text') IS NOT NULL DROP PROCEDURE #backstay_reverse_text;
GO
-- Things that one statement describes: a synonym, an alias type, a sequence, where a sequence or an identity column stands.
-- Null: there is none.
CREATE PROCEDURE #backstay_text @kind nvarchar(20), @name nvarchar(520), @text nvarchar(max) OUTPUT AS
BEGIN
  SET NOCOUNT ON;
  SET @text = NULL;
  IF @kind = N'synonym' SELECT @text = N'CREATE SYNONYM ' + @name + N' FOR ' + s.base_object_name FROM sys.synonyms s WHERE s.object_id = OBJECT_ID(@name);
  IF @kind = N'type' SELECT @text = N'CREATE TYPE ' + @name + N' FROM ' + b.name + CASE WHEN b.name IN (N'nvarchar', N'nchar') THEN N'(' + CASE y.max_length WHEN -1 THEN N'max' ELSE CONVERT(nvarchar(10), y.max_length / 2) END + N')'
      WHEN b.name IN (N'varchar', N'char', N'varbinary', N'binary') THEN N'(' + CASE y.max_length WHEN -1 THEN N'max' ELSE CONVERT(nvarchar(10), y.max_length) END + N')'
      WHEN b.name IN (N'decimal', N'numeric') THEN N'(' + CONVERT(nvarchar(10), y.precision) + N', ' + CONVERT(nvarchar(10), y.scale) + N')' ELSE N'' END + CASE y.is_nullable WHEN 1 THEN N' NULL' ELSE N' NOT NULL' END
    FROM sys.types y JOIN sys.types b ON b.user_type_id = y.system_type_id WHERE y.user_type_id = TYPE_ID(@name) AND y.is_user_defined = 1 AND y.is_table_type = 0;
  IF @kind IN (N'sequence', N'counter') SELECT @text = CASE @kind WHEN N'sequence' THEN N'CREATE SEQUENCE ' + @name + N' AS ' + y.name + N' START WITH ' ELSE N'ALTER SEQUENCE ' + @name + N' RESTART WITH ' END
      + CONVERT(nvarchar(40), q.current_value) + N' INCREMENT BY ' + CONVERT(nvarchar(40), q.increment) + N' MINVALUE ' + CONVERT(nvarchar(40), q.minimum_value) + N' MAXVALUE ' + CONVERT(nvarchar(40), q.maximum_value) + CASE q.is_cycling WHEN 1 THEN N' CYCLE' ELSE N' NO CYCLE' END
    FROM sys.sequences q JOIN sys.types y ON y.user_type_id = q.user_type_id WHERE q.object_id = OBJECT_ID(@name);
  IF @kind = N'counter' AND @text IS NULL AND IDENT_CURRENT(@name) IS NOT NULL SET @text = N'DBCC CHECKIDENT(N''' + REPLACE(@name, N'''', N'''''') + N''', RESEED, ' + CONVERT(nvarchar(40), IDENT_CURRENT(@name)) + N') WITH NO_INFOMSGS';
END
GO
CREATE PROCEDURE #backstay_before_text @step int, @kind nvarchar(20), @name nvarchar(520) AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @text nvarchar(max);
  EXEC #backstay_text @kind, @name, @text OUTPUT;
  INSERT INTO backstay_capture.item (run, step, kind, relation, state_before) VALUES (CONVERT(int, SESSION_CONTEXT(N'backstay_run')), @step, @kind, @name, @text);
END
GO
CREATE PROCEDURE #backstay_after_text @step int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @item int, @kind nvarchar(20), @name nvarchar(520), @text nvarchar(max);
  DECLARE items CURSOR LOCAL STATIC FOR SELECT item, kind, relation FROM backstay_capture.item WHERE run = CONVERT(int, SESSION_CONTEXT(N'backstay_run')) AND step = @step AND kind IN (N'synonym', N'type', N'sequence', N'counter');
  OPEN items;
  FETCH NEXT FROM items INTO @item, @kind, @name;
  WHILE @@FETCH_STATUS = 0 BEGIN
    EXEC #backstay_text @kind, @name, @text OUTPUT;
    UPDATE backstay_capture.item SET state_after = @text WHERE item = @item;
    FETCH NEXT FROM items INTO @item, @kind, @name;
  END
END
GO
CREATE PROCEDURE #backstay_reverse_text @item int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @kind nvarchar(20), @name nvarchar(520), @old nvarchar(max), @new nvarchar(max), @now nvarchar(max), @sql nvarchar(max);
  SELECT @kind = kind, @name = relation, @old = state_before, @new = state_after FROM backstay_capture.item WHERE item = @item;
  EXEC #backstay_text @kind, @name, @now OUTPUT;
  IF EXISTS (SELECT @now INTERSECT SELECT @old) RETURN;
  IF NOT EXISTS (SELECT @now INTERSECT SELECT @new) BEGIN
    INSERT INTO backstay_capture.conflict SELECT run, step, relation, N'', N'', N'changed', N'changed since the script ran' FROM backstay_capture.item WHERE item = @item;
    RETURN;
  END
  IF @now IS NOT NULL AND @kind <> N'counter' BEGIN
    SET @sql = N'DROP ' + UPPER(@kind) + N' ' + @name;
    EXEC sp_executesql @sql;
  END
  IF @old IS NOT NULL EXEC sp_executesql @old;
END
GO
