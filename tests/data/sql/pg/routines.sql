/* Functions, procedures, triggers: bodies in every kind of quotes.
   /* a nested comment; with a semicolon */ and back; */
CREATE OR REPLACE FUNCTION public."UsrFnAge"(p_from date, p_to date DEFAULT current_date) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT extract(year FROM age(p_to, p_from))::int; $$;
CREATE FUNCTION add_one(integer) RETURNS integer AS 'select $1 + 1;' LANGUAGE sql;
CREATE FUNCTION quoted_body() RETURNS text AS E'begin return \'a;b\'; end;' LANGUAGE plpgsql;
CREATE FUNCTION doubled() RETURNS text AS 'begin return ''x; drop table y''; end;' LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION tagged() RETURNS void AS $outer$
BEGIN
  EXECUTE $inner$ DELETE FROM t WHERE a = $$;$$ $inner$;
  PERFORM 1;
END
$outer$ LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp;
CREATE FUNCTION table_fn(n int) RETURNS TABLE (id uuid, label text) LANGUAGE plpgsql AS $f$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM "Contact" LIMIT n LOOP
    id := r."Id"; label := CASE WHEN r."Name" IS NULL THEN 'none' ELSE r."Name" END;
    RETURN NEXT;
  END LOOP;
END $f$;
CREATE FUNCTION atomic_fn(p_id uuid) RETURNS void LANGUAGE sql
BEGIN ATOMIC
  UPDATE "Contact" SET "ModifiedOn" = now() WHERE "Id" = p_id;
  SELECT CASE WHEN p_id IS NULL THEN CASE 1 WHEN 1 THEN 2 END ELSE 3 END;
  DELETE FROM "ContactInTag" WHERE "EntityId" = p_id;
END;
CREATE OR REPLACE PROCEDURE atomic_proc() BEGIN ATOMIC INSERT INTO a VALUES (1); END;
CREATE FUNCTION plain_return(a int) RETURNS int LANGUAGE sql RETURN a + 1;
CREATE PROCEDURE move_rows(IN p_from int, INOUT p_moved bigint) LANGUAGE plpgsql AS $p$
BEGIN
  WITH gone AS (DELETE FROM a WHERE id < p_from RETURNING *) INSERT INTO b SELECT * FROM gone;
  GET DIAGNOSTICS p_moved = ROW_COUNT;
  COMMIT;
END;
$p$;
CALL move_rows(5, NULL);
CALL public.move_rows(p_moved => NULL, p_from => 3);
CREATE AGGREGATE median(double precision) (SFUNC = array_append, STYPE = double precision[], INITCOND = '{}');
ALTER FUNCTION add_one(integer) COST 10 ROWS 1;
ALTER FUNCTION add_one(integer) RENAME TO plus_one;
ALTER PROCEDURE move_rows(int, bigint) SECURITY INVOKER;
ALTER ROUTINE plus_one(integer) OWNER TO CURRENT_USER;
ALTER AGGREGATE median(double precision) SET SCHEMA stats;
ALTER FUNCTION tagged() DEPENDS ON EXTENSION pg_trgm;
DROP FUNCTION IF EXISTS plus_one(integer), tagged() CASCADE;
DROP PROCEDURE move_rows;
DROP ROUTINE doubled();
DROP AGGREGATE median(double precision);
CREATE FUNCTION trg_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.touched := clock_timestamp();
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF "Name", "Email" ON "Contact" FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION trg_touch();
CREATE OR REPLACE TRIGGER touch_stmt AFTER DELETE ON "Contact" REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE PROCEDURE trg_touch();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON "Contact" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trg_touch();
CREATE TRIGGER through INSTEAD OF INSERT ON "UsrVwOpen" FOR EACH ROW EXECUTE FUNCTION trg_touch('a', 'b;c');
CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION forbid();
ALTER TRIGGER touch ON "Contact" RENAME TO touched;
ALTER EVENT TRIGGER no_ddl DISABLE;
DROP TRIGGER IF EXISTS touched ON "Contact" CASCADE;
DROP EVENT TRIGGER no_ddl;
DO $$ BEGIN RAISE NOTICE 'semi;colon'; END $$;
DO LANGUAGE plpgsql 'begin perform 1; end;';
DO $do$
DECLARE
  c CURSOR FOR SELECT 1;
  v int := 0;
BEGIN
  <<outer_loop>>
  LOOP
    v := v + 1;
    EXIT outer_loop WHEN v > 3;
    CONTINUE WHEN v = 2;
  END LOOP;
EXCEPTION WHEN unique_violation OR division_by_zero THEN
  NULL;
END
$do$ LANGUAGE plpgsql;
CREATE TYPE mood AS ENUM ('sad', 'ok; fine', 'happy');
CREATE TYPE pair AS (a int, b text COLLATE "C");
CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'great' AFTER 'happy';
ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy';
ALTER TYPE pair ADD ATTRIBUTE c date, DROP ATTRIBUTE b CASCADE;
ALTER TYPE pair RENAME ATTRIBUTE a TO first;
DROP TYPE IF EXISTS mood, pair;
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@;]+@[^@]+$') NOT NULL;
ALTER DOMAIN email DROP NOT NULL;
DROP DOMAIN email;
CREATE CAST (text AS mood) WITH INOUT AS ASSIGNMENT;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = ===);
DROP OPERATOR === (int, int);
DROP CAST IF EXISTS (text AS mood);
