-- Views, materialized views and what surrounds them; recreated, replaced, granted.
DROP VIEW IF EXISTS public."UsrVwDealAge";
CREATE VIEW public."UsrVwDealAge" AS
SELECT d."Id", d."Title", date_part('day', now() - d."CreatedOn") AS "AgeDays"
FROM public."Deal" d
WHERE d."ClosedOn" IS NULL;
CREATE OR REPLACE VIEW "UsrVwOpen" ("Id", "Title") AS SELECT "Id", "Title" FROM "Deal" WHERE NOT "IsClosed" WITH LOCAL CHECK OPTION;
CREATE TEMP VIEW vw_now AS VALUES (1, 'a;b'), (2, 'c--d');
CREATE RECURSIVE VIEW tree (id, parent_id) AS
  SELECT id, parent_id FROM node WHERE parent_id IS NULL
  UNION ALL
  SELECT n.id, n.parent_id FROM node n JOIN tree t ON t.id = n.parent_id;
CREATE VIEW security_view WITH (security_barrier = true) AS SELECT * FROM "Contact";
ALTER VIEW "UsrVwOpen" OWNER TO reporting;
ALTER VIEW IF EXISTS "UsrVwOpen" RENAME TO "UsrVwOpenDeals";
ALTER VIEW "UsrVwOpenDeals" ALTER COLUMN "Title" SET DEFAULT 'none';
ALTER VIEW "UsrVwOpenDeals" SET SCHEMA archive;
ALTER VIEW "UsrVwOpenDeals" RESET (security_barrier);
DROP MATERIALIZED VIEW IF EXISTS "UsrMvTurnover" CASCADE;
CREATE MATERIALIZED VIEW "UsrMvTurnover" AS
WITH sums AS (SELECT "AccountId", sum("Amount") AS total FROM "Invoice" GROUP BY 1)
SELECT * FROM sums WHERE total > 0
WITH NO DATA;
CREATE MATERIALIZED VIEW IF NOT EXISTS mv_two TABLESPACE pg_default AS TABLE "Invoice";
REFRESH MATERIALIZED VIEW CONCURRENTLY "UsrMvTurnover";
REFRESH MATERIALIZED VIEW "UsrMvTurnover" WITH NO DATA;
ALTER MATERIALIZED VIEW mv_two SET (fillfactor = 70);
CREATE UNIQUE INDEX ON "UsrMvTurnover" ("AccountId");
COMMENT ON VIEW "UsrVwOpenDeals" IS 'Open deals; do not DROP';
COMMENT ON MATERIALIZED VIEW mv_two IS NULL;
COMMENT ON COLUMN "UsrVwOpenDeals"."Title" IS $c$It's "quoted"; here$c$;
GRANT SELECT ON "UsrVwOpenDeals" TO PUBLIC;
GRANT SELECT ("Id", "Title"), UPDATE ("Title") ON "UsrVwOpenDeals" TO reporting WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO reporting;
REVOKE INSERT, UPDATE, DELETE ON "UsrVwOpenDeals" FROM PUBLIC CASCADE;
REVOKE GRANT OPTION FOR SELECT ON "UsrVwOpenDeals" FROM reporting;
DROP VIEW "UsrVwOpenDeals", security_view RESTRICT;
CREATE RULE upd AS ON UPDATE TO "UsrVwOpen" DO INSTEAD (UPDATE "Deal" SET "Title" = NEW."Title" WHERE "Id" = OLD."Id"; NOTIFY deals);
CREATE OR REPLACE RULE nothing AS ON DELETE TO "UsrVwOpen" DO INSTEAD NOTHING;
CREATE RULE logged AS ON INSERT TO "Deal" WHERE NEW."Amount" > 1000 DO ALSO INSERT INTO audit VALUES (NEW."Id", now());
DROP RULE upd ON "UsrVwOpen";
ALTER RULE nothing ON "UsrVwOpen" RENAME TO nothing_at_all
