-- A T-SQL script as it comes out of a package: hardly a semicolon in it.
IF EXISTS (SELECT * FROM sys.views WHERE object_id = OBJECT_ID(N'[dbo].[UsrVwDeal]'))
	DROP VIEW [dbo].[UsrVwDeal]
GO
CREATE VIEW [dbo].[UsrVwDeal] AS SELECT [Id], [Title] AS [Select] FROM [dbo].[Deal] WITH (NOLOCK)
GO
DECLARE @sql nvarchar(max) = N'UPDATE dbo.Deal SET Title = N''none''', @n int
SET @sql += N' WHERE Title IS NULL'
EXEC sp_executesql @sql
SELECT @n = COUNT(*) FROM dbo.Deal
IF @n > 0
BEGIN
	BEGIN TRY
		DELETE d FROM dbo.Deal d INNER JOIN #old o ON o.Id = d.Id
	END TRY
	BEGIN CATCH
		IF @@TRANCOUNT > 0 ROLLBACK TRAN;
		THROW
	END CATCH
END
ELSE IF @n = 0
	INSERT INTO dbo.Deal (Id, Title) SELECT NEWID(), N'first' WHERE NOT EXISTS (SELECT 1 FROM dbo.Deal)
ELSE
	PRINT 'nothing'
GO 2 -- twice
EXEC ('DROP TABLE ' + @name) EXEC sp_rename 'dbo.Deal.Old', 'New', 'COLUMN'
MERGE dbo.Deal t USING #s s ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET Title = s.Title WHEN NOT MATCHED THEN INSERT (Id) VALUES (s.Id);
