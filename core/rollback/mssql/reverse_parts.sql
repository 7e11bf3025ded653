IF OBJECT_ID(N'tempdb..#backstay_try') IS NOT NULL DROP PROCEDURE #backstay_try;
IF OBJECT_ID(N'tempdb..#backstay_restore_values') IS NOT NULL DROP PROCEDURE #backstay_restore_values;
IF OBJECT_ID(N'tempdb..#backstay_reverse_parts') IS NOT NULL DROP PROCEDURE #backstay_reverse_parts;
GO
-- Runs one statement; what stands in its way is noted as a conflict. XACT_ABORT would end everything at the first refusal.
CREATE PROCEDURE #backstay_try @item int, @part nvarchar(520), @sql nvarchar(max) AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT OFF;
  IF @sql = N'' RETURN;
  BEGIN TRY
    EXEC sp_executesql @sql;
  END TRY
  BEGIN CATCH
    IF XACT_STATE() = -1 THROW;
    INSERT INTO backstay_capture.conflict SELECT run, step, relation, @part, N'', N'refused', ERROR_MESSAGE() FROM backstay_capture.item WHERE item = @item;
  END CATCH
END
GO
-- The values of a column that the statement dropped or converted, where the row still holds what it left.
CREATE PROCEDURE #backstay_restore_values @item int, @column sysname AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @kept int, @relation nvarchar(520), @key nvarchar(max), @before sysname, @after sysname, @match nvarchar(max), @sql nvarchar(max);
  SELECT @kept = v.item, @relation = v.relation, @key = v.key_columns, @before = QUOTENAME(v.before_rows), @after = QUOTENAME(v.after_rows)
    FROM backstay_capture.item i JOIN backstay_capture.item v ON v.run = i.run AND v.step = i.step AND v.relation = i.relation AND v.kind = N'values' AND v.state_before = @column WHERE i.item = @item;
  IF @kept IS NULL RETURN;
  SELECT @match = ISNULL(@match + N' AND ', N'') + N't.' + LTRIM(s.value) + N' = {x}.' + LTRIM(s.value) FROM STRING_SPLIT(@key, N',') AS s;
  SET @sql = N'UPDATE t SET ' + QUOTENAME(@column) + N' = b.' + QUOTENAME(@column) + N' FROM ' + @relation + N' AS t JOIN backstay_capture.' + @before + N' AS b ON ' + REPLACE(@match, N'{x}', N'b')
    + CASE WHEN OBJECT_ID(N'backstay_capture.' + @after) IS NULL THEN N'' ELSE N' JOIN backstay_capture.' + @after + N' AS a ON ' + REPLACE(@match, N'{x}', N'a') + N' WHERE EXISTS (SELECT CONVERT(nvarchar(max), t.' + QUOTENAME(@column) + N') INTERSECT SELECT CONVERT(nvarchar(max), a.' + QUOTENAME(@column) + N'))' END;
  EXEC #backstay_try @item, @column, @sql;
END
GO
-- The parts of an object back to what they were: what the statement added goes, what it removed or changed comes, unless
-- somebody has changed that part since.
CREATE PROCEDURE #backstay_reverse_parts @item int AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @kind nvarchar(20), @name nvarchar(520), @sql nvarchar(max), @how nvarchar(10), @strict nvarchar(max);
  EXEC #backstay_snapshot @item, N'n';
  INSERT INTO backstay_capture.conflict SELECT i.run, i.step, i.relation, CONCAT(x.kind, N' ', x.name), N'', N'changed', N'changed since the script ran'
    FROM backstay_capture.item i CROSS APPLY (SELECT p.kind, p.name FROM backstay_capture.part p WHERE p.item = i.item GROUP BY p.kind, p.name) AS x
    LEFT JOIN backstay_capture.part b ON b.item = i.item AND b.phase = N'b' AND b.kind = x.kind AND b.name = x.name LEFT JOIN backstay_capture.part a ON a.item = i.item AND a.phase = N'a' AND a.kind = x.kind AND a.name = x.name
    LEFT JOIN backstay_capture.part n ON n.item = i.item AND n.phase = N'n' AND n.kind = x.kind AND n.name = x.name
    WHERE i.item = @item AND NOT EXISTS (SELECT b.definition INTERSECT SELECT a.definition) AND NOT EXISTS (SELECT n.definition INTERSECT SELECT a.definition) AND NOT EXISTS (SELECT n.definition INTERSECT SELECT b.definition);
  DECLARE steps CURSOR LOCAL STATIC FOR
    SELECT x.kind, x.name, x.sql, x.how, x.strict FROM (
      -- Added: what stands on others goes first. A changed part that is no column is removed and made again.
      SELECT 100 - a.rank AS place, a.kind, a.name, a.remove AS sql, N'remove' AS how, NULL AS strict FROM backstay_capture.part a JOIN backstay_capture.part n ON n.item = a.item AND n.phase = N'n' AND n.kind = a.kind AND n.name = a.name AND n.definition = a.definition
        LEFT JOIN backstay_capture.part b ON b.item = a.item AND b.phase = N'b' AND b.kind = a.kind AND b.name = a.name
        WHERE a.item = @item AND a.phase = N'a' AND (b.definition IS NULL OR (b.definition <> a.definition AND a.kind <> N'column'))
      UNION ALL
      SELECT 200 + b.rank, b.kind, b.name, CASE WHEN a.definition IS NULL OR b.change IS NULL THEN b.make ELSE b.change END, CASE WHEN a.definition IS NULL THEN N'make' ELSE N'change' END, b.change
        FROM backstay_capture.part b LEFT JOIN backstay_capture.part a ON a.item = b.item AND a.phase = N'a' AND a.kind = b.kind AND a.name = b.name LEFT JOIN backstay_capture.part n ON n.item = b.item AND n.phase = N'n' AND n.kind = b.kind AND n.name = b.name
        WHERE b.item = @item AND b.phase = N'b' AND (a.definition IS NULL AND n.definition IS NULL OR a.definition <> b.definition AND n.definition = a.definition)) AS x ORDER BY x.place, x.name;
  OPEN steps;
  FETCH NEXT FROM steps INTO @kind, @name, @sql, @how, @strict;
  WHILE @@FETCH_STATUS = 0 BEGIN
    EXEC #backstay_try @item, @name, @sql;
    IF @kind = N'column' AND @how IN (N'make', N'change') BEGIN
      EXEC #backstay_restore_values @item, @name;
      -- NOT NULL only when the values are there.
      IF @how = N'make' AND @strict LIKE N'%NOT NULL' AND @strict NOT LIKE N'%IDENTITY(%' EXEC #backstay_try @item, @name, @strict;
    END
    FETCH NEXT FROM steps INTO @kind, @name, @sql, @how, @strict;
  END
END
GO
