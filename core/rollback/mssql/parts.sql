IF OBJECT_ID(N'backstay_capture.part') IS NULL CREATE TABLE backstay_capture.part (
  item int NOT NULL, phase nchar(1) NOT NULL, rank int NOT NULL, kind nvarchar(20) NOT NULL, name nvarchar(520) NOT NULL, definition nvarchar(max) NOT NULL,
  make nvarchar(max) NOT NULL, change nvarchar(max) NULL, remove nvarchar(max) NOT NULL);
IF OBJECT_ID(N'tempdb..#backstay_snapshot') IS NOT NULL DROP PROCEDURE #backstay_snapshot;
GO
-- What the catalogue says about a table or another object, part by part, with the statements that make and remove each:
-- columns, defaults, checks, keys, foreign keys, indexes, states of triggers, permissions, extended properties.
-- @phase: b before the statement, a after it, n now.
CREATE PROCEDURE #backstay_snapshot @item int, @phase nchar(1) AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @id int, @t nvarchar(520);
  SELECT @id = OBJECT_ID(relation) FROM backstay_capture.item WHERE item = @item;
  DELETE FROM backstay_capture.part WHERE item = @item AND phase = @phase;
  IF @id IS NULL RETURN;
  SET @t = QUOTENAME(OBJECT_SCHEMA_NAME(@id)) + N'.' + QUOTENAME(OBJECT_NAME(@id));
  INSERT INTO backstay_capture.part (item, phase, rank, kind, name, definition, make, change, remove)
    SELECT @item, @phase, 10, N'column', c.name, d.definition + CASE WHEN c.is_nullable = 1 THEN N' NULL' ELSE N' NOT NULL' END,
      N'ALTER TABLE ' + @t + N' ADD ' + QUOTENAME(c.name) + N' ' + d.definition + CASE WHEN c.is_computed = 1 OR c.is_identity = 1 THEN N'' ELSE N' NULL' END,
      CASE WHEN c.is_computed = 0 THEN N'ALTER TABLE ' + @t + N' ALTER COLUMN ' + QUOTENAME(c.name) + N' ' + d.definition + CASE WHEN c.is_nullable = 1 THEN N' NULL' ELSE N' NOT NULL' END END,
      N'ALTER TABLE ' + @t + N' DROP COLUMN ' + QUOTENAME(c.name)
    FROM sys.columns c JOIN sys.types y ON y.user_type_id = c.user_type_id LEFT JOIN sys.computed_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id
    CROSS APPLY (SELECT CASE WHEN k.definition IS NOT NULL THEN N'AS ' + k.definition + CASE WHEN k.is_persisted = 1 THEN N' PERSISTED' ELSE N'' END
      ELSE CASE WHEN y.is_user_defined = 1 THEN QUOTENAME(SCHEMA_NAME(y.schema_id)) + N'.' + QUOTENAME(y.name) ELSE y.name END
        + CASE WHEN y.name IN (N'varchar', N'char', N'varbinary', N'binary') THEN N'(' + CASE c.max_length WHEN -1 THEN N'max' ELSE CONVERT(nvarchar(10), c.max_length) END + N')'
          WHEN y.name IN (N'nvarchar', N'nchar') THEN N'(' + CASE c.max_length WHEN -1 THEN N'max' ELSE CONVERT(nvarchar(10), c.max_length / 2) END + N')'
          WHEN y.name IN (N'decimal', N'numeric') THEN N'(' + CONVERT(nvarchar(10), c.precision) + N', ' + CONVERT(nvarchar(10), c.scale) + N')'
          WHEN y.name IN (N'datetime2', N'datetimeoffset', N'time') THEN N'(' + CONVERT(nvarchar(10), c.scale) + N')' ELSE N'' END
        + CASE WHEN c.collation_name IS NOT NULL AND y.is_user_defined = 0 THEN N' COLLATE ' + c.collation_name ELSE N'' END
        + CASE WHEN c.is_identity = 1 THEN N' IDENTITY(' + CONVERT(nvarchar(40), IDENT_SEED(@t)) + N', ' + CONVERT(nvarchar(40), IDENT_INCR(@t)) + N')' ELSE N'' END END AS definition) AS d
    WHERE c.object_id = @id AND OBJECTPROPERTY(@id, 'IsTable') = 1;
  INSERT INTO backstay_capture.part (item, phase, rank, kind, name, definition, make, remove)
    SELECT @item, @phase, 30, N'default', d.name, d.definition, N'ALTER TABLE ' + @t + N' ADD CONSTRAINT ' + QUOTENAME(d.name) + N' DEFAULT ' + d.definition + N' FOR ' + QUOTENAME(c.name), N'ALTER TABLE ' + @t + N' DROP CONSTRAINT ' + QUOTENAME(d.name)
      FROM sys.default_constraints d JOIN sys.columns c ON c.object_id = d.parent_object_id AND c.column_id = d.parent_column_id WHERE d.parent_object_id = @id
    UNION ALL
    SELECT @item, @phase, 40, N'check', k.name, k.definition + s.state, N'ALTER TABLE ' + @t + N' WITH ' + CASE WHEN k.is_not_trusted = 1 THEN N'NOCHECK' ELSE N'CHECK' END + N' ADD CONSTRAINT ' + QUOTENAME(k.name) + N' CHECK ' + k.definition + s.state,
      N'ALTER TABLE ' + @t + N' DROP CONSTRAINT ' + QUOTENAME(k.name)
      FROM sys.check_constraints k CROSS APPLY (SELECT CASE WHEN k.is_disabled = 1 THEN N'; ALTER TABLE ' + @t + N' NOCHECK CONSTRAINT ' + QUOTENAME(k.name) ELSE N'' END AS state) AS s WHERE k.parent_object_id = @id
    UNION ALL
    SELECT @item, @phase, 50, N'foreign key', f.name, l.definition + s.state, N'ALTER TABLE ' + @t + N' WITH ' + CASE WHEN f.is_not_trusted = 1 THEN N'NOCHECK' ELSE N'CHECK' END + N' ADD CONSTRAINT ' + QUOTENAME(f.name) + N' ' + l.definition + s.state,
      N'ALTER TABLE ' + @t + N' DROP CONSTRAINT ' + QUOTENAME(f.name)
      FROM sys.foreign_keys f
      CROSS APPLY (SELECT N'FOREIGN KEY (' + STUFF((SELECT N', ' + QUOTENAME(COL_NAME(x.parent_object_id, x.parent_column_id)) FROM sys.foreign_key_columns x WHERE x.constraint_object_id = f.object_id ORDER BY x.constraint_column_id FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, N'')
        + N') REFERENCES ' + QUOTENAME(OBJECT_SCHEMA_NAME(f.referenced_object_id)) + N'.' + QUOTENAME(OBJECT_NAME(f.referenced_object_id)) + N' ('
        + STUFF((SELECT N', ' + QUOTENAME(COL_NAME(x.referenced_object_id, x.referenced_column_id)) FROM sys.foreign_key_columns x WHERE x.constraint_object_id = f.object_id ORDER BY x.constraint_column_id FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, N'')
        + N') ON DELETE ' + REPLACE(f.delete_referential_action_desc, N'_', N' ') COLLATE DATABASE_DEFAULT + N' ON UPDATE ' + REPLACE(f.update_referential_action_desc, N'_', N' ') COLLATE DATABASE_DEFAULT AS definition) AS l
      CROSS APPLY (SELECT CASE WHEN f.is_disabled = 1 THEN N'; ALTER TABLE ' + @t + N' NOCHECK CONSTRAINT ' + QUOTENAME(f.name) ELSE N'' END AS state) AS s WHERE f.parent_object_id = @id
    UNION ALL
    SELECT @item, @phase, CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN 20 ELSE 25 END, CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN N'key' ELSE N'index' END, i.name, l.list,
      CASE WHEN i.is_primary_key = 1 THEN N'ALTER TABLE ' + @t + N' ADD CONSTRAINT ' + QUOTENAME(i.name) + N' PRIMARY KEY ' + l.sort + l.list WHEN i.is_unique_constraint = 1 THEN N'ALTER TABLE ' + @t + N' ADD CONSTRAINT ' + QUOTENAME(i.name) + N' UNIQUE ' + l.sort + l.list
        ELSE N'CREATE ' + CASE WHEN i.is_unique = 1 THEN N'UNIQUE ' ELSE N'' END + l.sort + N'INDEX ' + QUOTENAME(i.name) + N' ON ' + @t + N' ' + l.list END,
      CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN N'ALTER TABLE ' + @t + N' DROP CONSTRAINT ' + QUOTENAME(i.name) ELSE N'DROP INDEX ' + QUOTENAME(i.name) + N' ON ' + @t END
      FROM sys.indexes i CROSS APPLY (SELECT CASE i.type WHEN 1 THEN N'CLUSTERED ' ELSE N'NONCLUSTERED ' END AS sort,
        N'(' + STUFF((SELECT N', ' + QUOTENAME(COL_NAME(x.object_id, x.column_id)) + CASE WHEN x.is_descending_key = 1 THEN N' DESC' ELSE N'' END FROM sys.index_columns x WHERE x.object_id = i.object_id AND x.index_id = i.index_id AND x.is_included_column = 0 ORDER BY x.key_ordinal FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, N'') + N')'
        + ISNULL(N' INCLUDE (' + STUFF((SELECT N', ' + QUOTENAME(COL_NAME(x.object_id, x.column_id)) FROM sys.index_columns x WHERE x.object_id = i.object_id AND x.index_id = i.index_id AND x.is_included_column = 1 ORDER BY x.index_column_id FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 2, N'') + N')', N'')
        + ISNULL(N' WHERE ' + i.filter_definition, N'') AS list) AS l WHERE i.object_id = @id AND i.type IN (1, 2)
    UNION ALL
    SELECT @item, @phase, 60, N'trigger state', g.name, CASE WHEN g.is_disabled = 1 THEN N'DISABLE' ELSE N'ENABLE' END, CASE WHEN g.is_disabled = 1 THEN N'DISABLE' ELSE N'ENABLE' END + N' TRIGGER ' + QUOTENAME(g.name) + N' ON ' + @t, N''
      FROM sys.triggers g WHERE g.parent_id = @id
    UNION ALL
    SELECT @item, @phase, 70, N'permission', CONCAT(p.permission_name, N' ', USER_NAME(p.grantee_principal_id), N' ', COL_NAME(@id, p.minor_id)), p.state_desc COLLATE DATABASE_DEFAULT,
      CASE p.state WHEN 'D' THEN N'DENY ' ELSE N'GRANT ' END + o.what + N' TO ' + QUOTENAME(USER_NAME(p.grantee_principal_id)) + CASE p.state WHEN 'W' THEN N' WITH GRANT OPTION' ELSE N'' END,
      N'REVOKE ' + o.what + N' FROM ' + QUOTENAME(USER_NAME(p.grantee_principal_id)) + N' CASCADE'
      FROM sys.database_permissions p CROSS APPLY (SELECT p.permission_name COLLATE DATABASE_DEFAULT + ISNULL(N' (' + QUOTENAME(COL_NAME(@id, NULLIF(p.minor_id, 0))) + N')', N'') + N' ON ' + @t AS what) AS o WHERE p.class = 1 AND p.major_id = @id
    UNION ALL
    SELECT @item, @phase, 80, N'property', CONCAT(e.name, N' ', COL_NAME(@id, e.minor_id)), CONVERT(nvarchar(max), e.value),
      N'EXEC sp_addextendedproperty N''' + REPLACE(e.name, N'''', N'''''') + N''', N''' + REPLACE(CONVERT(nvarchar(max), e.value), N'''', N'''''') + N''', ' + l.levels, N'EXEC sp_dropextendedproperty N''' + REPLACE(e.name, N'''', N'''''') + N''', ' + l.levels
      FROM sys.extended_properties e JOIN sys.objects o ON o.object_id = e.major_id CROSS APPLY (SELECT N'N''SCHEMA'', N''' + SCHEMA_NAME(o.schema_id) + N''', N''' + CASE o.type WHEN 'U' THEN N'TABLE' WHEN 'V' THEN N'VIEW' WHEN 'P' THEN N'PROCEDURE' ELSE N'FUNCTION' END
        + N''', N''' + o.name + N'''' + ISNULL(N', N''COLUMN'', N''' + COL_NAME(@id, NULLIF(e.minor_id, 0)) + N'''', N'') AS levels) AS l WHERE e.class = 1 AND e.major_id = @id;
END
GO
