-- What the catalogue says about an object, part by part, as values that can be compared and put back.
-- In PL/pgSQL, whose plans last as long as the session: a function in SQL is read and planned again for each call, which
-- was three quarters of the time of a script.

-- Who may do what: [grantee, privilege, grantable], sorted. A null list means the defaults.
CREATE OR REPLACE FUNCTION pg_temp.backstay_acl(acl aclitem[], kind "char", owner oid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_array(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, privilege_type, is_grantable)
    ORDER BY grantee, privilege_type), '[]') FROM aclexplode(coalesce(acl, CASE WHEN kind = 'c' THEN '{}' ELSE acldefault(kind, owner) END)));
END $backstay$;

-- "value,called" of a sequence.
CREATE OR REPLACE FUNCTION pg_temp.backstay_last_value(sequence oid) RETURNS text LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  found text;
BEGIN
  EXECUTE format('SELECT last_value || '','' || is_called FROM %s', sequence::regclass) INTO found;
  RETURN found;
END $backstay$;

-- A relation without its parts.
CREATE OR REPLACE FUNCTION pg_temp.backstay_relation_state(relation oid) RETURNS TABLE (name text, state jsonb) LANGUAGE plpgsql STABLE SET search_path TO pg_catalog AS $backstay$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT format('%I.%I', n.nspname, c.relname), jsonb_strip_nulls(jsonb_build_object('kind', c.relkind, 'schema', n.nspname, 'name', c.relname,
      'owner', pg_get_userbyid(c.relowner), 'acl', pg_temp.backstay_acl(c.relacl, (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner),
      'comment', obj_description(c.oid, 'pg_class'), 'options', to_jsonb(c.reloptions), 'rls', c.relrowsecurity, 'force_rls', c.relforcerowsecurity,
      'view', CASE WHEN c.relkind IN ('v', 'm') THEN rtrim(pg_get_viewdef(c.oid), ';') END, 'replica_identity', CASE WHEN c.relkind = 'r' THEN c.relreplident END))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
END $backstay$;

-- The parts of a relation, with every name in full: what is captured in one session must mean the same in another.
-- `part` tells them apart also when their name changes; `name` is how SQL reaches them.
CREATE OR REPLACE FUNCTION pg_temp.backstay_relation_parts(relation oid) RETURNS TABLE (part text, kind text, name text, state jsonb) LANGUAGE plpgsql STABLE SET search_path TO pg_catalog AS $backstay$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT 'relation', 'relation', r.name, r.state FROM pg_temp.backstay_relation_state(relation) AS r
  UNION ALL
  SELECT 'relation', 'sequence', format('%I.%I', n.nspname, c.relname), jsonb_strip_nulls(jsonb_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment', s.seqincrement,
      'max', s.seqmax, 'min', s.seqmin, 'cache', s.seqcache, 'cycle', s.seqcycle, 'last', pg_temp.backstay_last_value(c.oid),
      'identity_of', (SELECT format('%s %s', d.refobjid, a.attname) FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND d.refobjsubid > 0),
      'owned_by', (SELECT format('%s.%I', d.refobjid::regclass, a.attname) FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a' AND d.refobjsubid > 0)))
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation
  UNION ALL
  SELECT 'column ' || a.attnum, 'column', a.attname, jsonb_strip_nulls(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'collation', (SELECT format('%I.%I', cn.nspname, l.collname) FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace JOIN pg_type y ON y.oid = a.atttypid
        WHERE l.oid = a.attcollation AND a.attcollation <> y.typcollation),
      'not_null', a.attnotnull, 'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END, 'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
      'identity', nullif(a.attidentity, ''), 'comment', col_description(a.attrelid, a.attnum), 'acl', CASE WHEN a.attacl IS NOT NULL THEN pg_temp.backstay_acl(a.attacl, 'c', 0) END,
      'storage', a.attstorage, 'statistics', a.attstattarget, 'options', to_jsonb(a.attoptions)))
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT 'constraint ' || k.oid, 'constraint', k.conname, jsonb_strip_nulls(jsonb_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid), 'type', k.contype,
      'comment', obj_description(k.oid, 'pg_constraint')))
    FROM pg_constraint k WHERE k.conrelid = relation AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
  UNION ALL
  SELECT 'index ' || i.indexrelid, 'index', x.relname, jsonb_strip_nulls(jsonb_build_object('name', x.relname, 'definition', pg_get_indexdef(i.indexrelid),
      'comment', obj_description(x.oid, 'pg_class')))
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = relation
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT 'trigger ' || g.oid, 'trigger', g.tgname, jsonb_strip_nulls(jsonb_build_object('name', g.tgname, 'definition', pg_get_triggerdef(g.oid), 'enabled', g.tgenabled,
      'comment', obj_description(g.oid, 'pg_trigger')))
    FROM pg_trigger g WHERE g.tgrelid = relation AND NOT g.tgisinternal AND g.tgparentid = 0
  UNION ALL
  SELECT 'rule ' || w.oid, 'rule', w.rulename, jsonb_strip_nulls(jsonb_build_object('name', w.rulename, 'definition', pg_get_ruledef(w.oid), 'enabled', w.ev_enabled,
      'comment', obj_description(w.oid, 'pg_rewrite')))
    FROM pg_rewrite w WHERE w.ev_class = relation AND w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'policy ' || p.oid, 'policy', p.polname, jsonb_strip_nulls(jsonb_build_object('name', p.polname, 'permissive', p.polpermissive, 'command', p.polcmd,
      'roles', (SELECT jsonb_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END ORDER BY r) FROM unnest(p.polroles) AS r),
      'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
    FROM pg_policy p WHERE p.polrelid = relation;
END $backstay$;

-- Routines and types of one name in some schemas; without schemas, the schema and the extension of that name.
CREATE OR REPLACE FUNCTION pg_temp.backstay_named_parts(the_schemas text[], the_name text) RETURNS TABLE (part text, kind text, name text, state jsonb) LANGUAGE plpgsql STABLE SET search_path TO pg_catalog AS $backstay$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT 'routine ' || p.oid, 'routine', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), jsonb_strip_nulls(jsonb_build_object('word', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
      'schema', n.nspname, 'name', p.proname, 'definition', CASE WHEN p.prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(p.oid) END, 'owner', pg_get_userbyid(p.proowner),
      'acl', pg_temp.backstay_acl(p.proacl, 'f', p.proowner), 'comment', obj_description(p.oid, 'pg_proc')))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = the_name AND n.nspname = ANY (the_schemas)
  UNION ALL
  SELECT 'type ' || t.oid, 'type', format('%I.%I', n.nspname, t.typname), jsonb_strip_nulls(jsonb_build_object('word', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, 'schema', n.nspname, 'name', t.typname,
      'owner', pg_get_userbyid(t.typowner), 'acl', pg_temp.backstay_acl(t.typacl, 'T', t.typowner), 'comment', obj_description(t.oid, 'pg_type'), 'definition', CASE t.typtype
        WHEN 'e' THEN (SELECT format('ENUM (%s)', string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)) FROM pg_enum e WHERE e.enumtypid = t.oid)
        WHEN 'c' THEN (SELECT format('(%s)', string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
        WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
      'default', CASE WHEN t.typtype = 'd' THEN t.typdefault END, 'not_null', CASE WHEN t.typtype = 'd' THEN t.typnotnull END,
      'constraints', (SELECT jsonb_object_agg(k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typname = the_name AND (t.typtype IN ('e', 'd') OR (t.typtype = 'c' AND c.relkind = 'c'))
      AND n.nspname = ANY (the_schemas)
  UNION ALL
  SELECT 'schema ' || n.oid, 'schema', quote_ident(n.nspname), jsonb_strip_nulls(jsonb_build_object('name', n.nspname, 'owner', pg_get_userbyid(n.nspowner), 'acl', pg_temp.backstay_acl(n.nspacl, 'n', n.nspowner),
      'comment', obj_description(n.oid, 'pg_namespace')))
    FROM pg_namespace n WHERE n.nspname = the_name AND the_schemas = '{}'
  UNION ALL
  SELECT 'extension ' || e.oid, 'extension', quote_ident(e.extname), jsonb_build_object('name', e.extname) FROM pg_extension e WHERE e.extname = the_name AND the_schemas = '{}';
END $backstay$;

-- A relation by its two names; null when there is none. That of a composite type is the type's.
CREATE OR REPLACE FUNCTION pg_temp.backstay_find(the_schema text, the_name text) RETURNS oid LANGUAGE plpgsql STABLE AS $backstay$
BEGIN
  RETURN (SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(CASE WHEN the_schema = '' THEN quote_ident(the_name) ELSE format('%I.%I', the_schema, the_name) END) AND c.relkind <> 'c');
END $backstay$;

-- A digest of all rows, whatever their order.
CREATE OR REPLACE FUNCTION pg_temp.backstay_digest(relation oid) RETURNS text LANGUAGE plpgsql STABLE AS $backstay$
DECLARE
  found text;
BEGIN
  EXECUTE format('SELECT count(*) || '':'' || coalesce(sum(hashtextextended(x.*::text, 0)::numeric), 0) FROM %s x', relation::regclass) INTO found;
  RETURN found;
END $backstay$;
