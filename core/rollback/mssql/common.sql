-- What a run keeps: one row per run, per captured set of rows, per definition, per conflict.
IF SCHEMA_ID(N'backstay_capture') IS NULL EXEC (N'CREATE SCHEMA backstay_capture');
IF OBJECT_ID(N'backstay_capture.run') IS NULL CREATE TABLE backstay_capture.run (
  run int IDENTITY PRIMARY KEY, script nvarchar(64) NOT NULL, applied_at datetime2 NOT NULL DEFAULT SYSUTCDATETIME(), reversed_at datetime2 NULL);
IF OBJECT_ID(N'backstay_capture.item') IS NULL CREATE TABLE backstay_capture.item (
  item int IDENTITY PRIMARY KEY, run int NOT NULL, step int NOT NULL, kind nvarchar(20) NOT NULL, relation nvarchar(520) NOT NULL,
  key_columns nvarchar(max) NULL, before_rows sysname NULL, after_rows sysname NULL, state_before nvarchar(max) NULL, state_after nvarchar(max) NULL, done bit NOT NULL DEFAULT 0);
IF OBJECT_ID(N'backstay_capture.conflict') IS NULL CREATE TABLE backstay_capture.conflict (
  run int NOT NULL, step int NOT NULL, relation nvarchar(520) NOT NULL, row_key nvarchar(max) NOT NULL, column_name sysname NOT NULL, kind nvarchar(20) NOT NULL, detail nvarchar(max) NULL);
GO
IF OBJECT_ID(N'tempdb..#backstay_columns') IS NOT NULL DROP PROCEDURE #backstay_columns;
GO
-- SQL fragments over the columns of a table; {a} and {b} stand for the two sides.
--   @match     equality of the key columns         @same   equality of all columns, null and null included
--   @columns   columns that can be written         @key    the key's columns, quoted
CREATE PROCEDURE #backstay_columns @relation nvarchar(520), @assigned nvarchar(max), @key nvarchar(max) OUTPUT, @match nvarchar(max) OUTPUT, @same nvarchar(max) OUTPUT,
  @columns nvarchar(max) OUTPUT, @copied nvarchar(max) OUTPUT AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @id int = OBJECT_ID(@relation), @index int;
  -- A key that is unique, never null, unfiltered, and that the statement does not assign; the primary key first.
  SELECT TOP (1) @index = i.index_id FROM sys.indexes i WHERE i.object_id = @id AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0
    AND NOT EXISTS (SELECT 1 FROM sys.index_columns ic JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
      WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0
        AND (c.is_nullable = 1 OR c.is_computed = 1 OR CHARINDEX(N',' + LOWER(c.name) + N',', LOWER(@assigned)) > 0))
    ORDER BY i.is_primary_key DESC, i.index_id;
  SELECT @key = NULL, @match = NULL, @same = NULL, @columns = NULL, @copied = NULL;
  SELECT @key = ISNULL(@key + N', ', N'') + QUOTENAME(c.name), @match = ISNULL(@match + N' AND ', N'') + N'{a}.' + QUOTENAME(c.name) + N' = {b}.' + QUOTENAME(c.name)
    FROM sys.index_columns ic JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
    WHERE ic.object_id = @id AND ic.index_id = @index AND ic.is_included_column = 0 ORDER BY ic.key_ordinal;
  -- rowversion changes by itself and computed columns follow; both are copied but neither compared nor written.
  SELECT @copied = ISNULL(@copied + N', ', N'') + CASE WHEN y.name IN (N'timestamp', N'rowversion') THEN N'CONVERT(binary(8), ' + QUOTENAME(c.name) + N')' ELSE QUOTENAME(c.name) END + N' AS ' + QUOTENAME(c.name)
    FROM sys.columns c JOIN sys.types y ON y.user_type_id = c.system_type_id WHERE c.object_id = @id ORDER BY c.column_id;
  SELECT @columns = ISNULL(@columns + N', ', N'') + QUOTENAME(c.name), @same = ISNULL(@same + N' AND ', N'') + N'EXISTS (SELECT ' + REPLACE(e.compared, N'{x}', N'{a}') + N' INTERSECT SELECT ' + REPLACE(e.compared, N'{x}', N'{b}') + N')'
    FROM sys.columns c JOIN sys.types y ON y.user_type_id = c.system_type_id
    CROSS APPLY (SELECT CASE WHEN y.name IN (N'xml', N'text', N'ntext') THEN N'CONVERT(nvarchar(max), {x}.' + QUOTENAME(c.name) + N')' WHEN y.name = N'image' OR c.system_type_id = 240 THEN N'CONVERT(varbinary(max), {x}.' + QUOTENAME(c.name) + N')'
      WHEN c.collation_name IS NOT NULL THEN N'{x}.' + QUOTENAME(c.name) + N' COLLATE Latin1_General_100_BIN2' ELSE N'{x}.' + QUOTENAME(c.name) END AS compared) AS e
    WHERE c.object_id = @id AND c.is_computed = 0 AND y.name NOT IN (N'timestamp', N'rowversion') ORDER BY c.column_id;
END
GO
