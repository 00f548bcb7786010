-- First half of the adoption: checks the tables of the previous service, whichever of them exist, and moves them into a schema
-- of their own, so that the names are free for the new tables. Runs in the migration's transaction; an exception undoes all of it.
--
-- The fields' databases differ from each other. Columns are therefore read through views which bring every type and every null
-- into one form; the checks below and the copying (CopyOver.sql) see nothing but these views.
DO $adopt$
DECLARE
    problems text := '';
    label text;
    query text;
    broken bigint;
    named text;
BEGIN
    -- This runs once, before the service has any table of its own.
    SELECT coalesce(string_agg(
        format(E'\n- dev.%s exists already, but the service needs the name for a table of its own.', c.relname), '' ORDER BY c.relname), '')
    INTO problems
    FROM pg_class c
    WHERE c.relnamespace = 'dev'::regnamespace AND c.relname IN ('session_statistics', 'orphaned_rows');

    IF problems = ''
        AND to_regclass('dev.sessions') IS NULL
        AND to_regclass('dev.session_messages') IS NULL
        AND to_regclass('dev.session_memories') IS NULL
    THEN
        RETURN;
    END IF;

    -- A timestamp without time zone, or text without an offset, means UTC; 0.001 of a double precision is 0.001.
    PERFORM set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), set_config('extra_float_digits', '1', true);
    -- A policy that hides rows from this role must stop the adoption, not lose the rows.
    PERFORM set_config('row_security', 'off', true);
    -- Sorting and joining happen once, for all messages; compiling the expressions would take longer than it saves.
    PERFORM set_config('work_mem', '128MB', true), set_config('jit', 'off', true);

    CREATE SCHEMA dev_adoption;

    -- The columns that the previous service had. All others are the deployment's own, and are carried over as they are.
    CREATE TABLE dev_adoption.known_columns AS
    SELECT * FROM (VALUES
        ('sessions', 'session_id', 'text', true),
        ('sessions', 'user_id', 'text', true),
        ('sessions', 'id', 'integer', false),
        ('sessions', 'conversation_data', 'jsonb', false),
        ('sessions', 'status', 'text', false),
        ('sessions', 'metadata', 'jsonb', false),
        ('sessions', 'is_active', 'boolean', false),
        ('sessions', 'message_count', 'integer', false),
        ('sessions', 'total_tokens', 'integer', false),
        ('sessions', 'total_cost', 'numeric', false),
        ('sessions', 'session_summary', 'text', false),
        ('sessions', 'last_activity', 'timestamptz', false),
        ('sessions', 'created_at', 'timestamptz', false),
        ('sessions', 'updated_at', 'timestamptz', false),
        ('session_messages', 'id', 'uuid', true),
        ('session_messages', 'session_id', 'text', true),
        ('session_messages', 'user_id', 'text', false),
        ('session_messages', 'role', 'text', true),
        ('session_messages', 'content', 'text', true),
        ('session_messages', 'message_type', 'text', false),
        ('session_messages', 'message_metadata', 'jsonb', false),
        ('session_messages', 'tokens_used', 'integer', false),
        ('session_messages', 'cost_usd', 'numeric', false),
        ('session_messages', 'created_at', 'timestamptz', false),
        ('session_memories', 'id', 'uuid', true),
        ('session_memories', 'session_id', 'text', true),
        ('session_memories', 'user_id', 'text', false),
        ('session_memories', 'memory_type', 'text', false),
        ('session_memories', 'conversation_summary', 'text', false),
        ('session_memories', 'user_preferences', 'jsonb', false),
        ('session_memories', 'ongoing_tasks', 'jsonb', false),
        ('session_memories', 'total_messages', 'integer', false),
        ('session_memories', 'messages_since_last_summary', 'integer', false),
        ('session_memories', 'last_summary_at', 'timestamptz', false),
        ('session_memories', 'is_active', 'boolean', false),
        ('session_memories', 'session_metadata', 'jsonb', false),
        ('session_memories', 'created_at', 'timestamptz', false),
        ('session_memories', 'updated_at', 'timestamptz', false)
    ) AS known (table_name, column_name, column_type, required);

    SELECT problems || coalesce(string_agg(p.problem, '' ORDER BY p.problem), '') INTO problems
    FROM (
        SELECT format(E'\n- dev.%s is no table.', c.relname) AS problem
        FROM pg_class c
        WHERE c.relnamespace = 'dev'::regnamespace
            AND c.relname IN ('sessions', 'session_messages', 'session_memories') AND c.relkind NOT IN ('r', 'p')
        UNION ALL
        SELECT format(E'\n- dev.%s has no column %s.', k.table_name, k.column_name)
        FROM dev_adoption.known_columns k
        JOIN pg_class c ON c.relnamespace = 'dev'::regnamespace AND c.relname = k.table_name AND c.relkind IN ('r', 'p')
        WHERE k.required AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = k.column_name)
        UNION ALL
        -- Numbers, identifiers, booleans and texts are read from the text of whatever type they have; these two are not.
        SELECT format(E'\n- dev.%s.%s is of type %s, which cannot be read as %s.',
            k.table_name, k.column_name, format_type(a.atttypid, a.atttypmod), CASE k.column_type WHEN 'jsonb' THEN 'JSON' ELSE 'a time' END)
        FROM dev_adoption.known_columns k
        JOIN pg_class c ON c.relnamespace = 'dev'::regnamespace AND c.relname = k.table_name AND c.relkind IN ('r', 'p')
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = k.column_name
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE t.typcategory <> 'S'
            AND (k.column_type = 'jsonb'
                    AND coalesce(nullif(t.typbasetype, 0), t.oid) NOT IN ('json'::regtype, 'jsonb'::regtype)
                OR k.column_type = 'timestamptz'
                    AND coalesce(nullif(t.typbasetype, 0), t.oid) NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype))
    ) AS p;

    IF problems <> '' THEN
        RAISE EXCEPTION USING MESSAGE = 'The existing database cannot be adopted; nothing was changed:' || problems;
    END IF;

    -- Indexes, constraints and owned sequences move along. An empty table stands in for one that does not exist, a column of nulls
    -- for a missing column.
    FOR named IN SELECT DISTINCT table_name FROM dev_adoption.known_columns LOOP
        IF to_regclass('dev.' || named) IS NULL THEN
            EXECUTE format('CREATE TABLE dev_adoption.%I ()', named);
        ELSE
            EXECUTE format('ALTER TABLE dev.%I SET SCHEMA dev_adoption', named);
        END IF;
    END LOOP;

    FOR query IN
        SELECT format('ALTER TABLE dev_adoption.%I ADD COLUMN %I %s', k.table_name, k.column_name, k.column_type)
        FROM dev_adoption.known_columns k
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = ('dev_adoption.' || k.table_name)::regclass AND a.attname = k.column_name AND NOT a.attisdropped)
    LOOP
        EXECUTE query;
    END LOOP;

    CREATE VIEW dev_adoption.extra_columns AS
    SELECT c.relname AS table_name,
        a.attnum,
        quote_ident(a.attname) AS column_name,
        -- The one column name that the new tables add and that an old table may have used for something else.
        quote_ident(CASE WHEN c.relname = 'session_messages' AND a.attname = 'sequence' THEN 'adopted_sequence' ELSE a.attname END) AS new_name,
        format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attcollation <> t.typcollation THEN format(' COLLATE %s', a.attcollation::regcollation) ELSE '' END AS column_type
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'dev_adoption'::regnamespace
        AND c.relname IN ('sessions', 'session_messages', 'session_memories')
        AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT EXISTS (SELECT FROM dev_adoption.known_columns k WHERE k.table_name = c.relname AND k.column_name = a.attname);

    -- Null where the text is no UUID; with or without hyphens, as old and new service both read it. Bounded repetition in a
    -- regular expression would take ten times as long, which a million rows feel.
    CREATE FUNCTION dev_adoption.as_uuid(value text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE
            WHEN value ~ '^[0-9a-fA-F-]+$' AND length(replace(value, '-', '')) = 32
                AND (length(value) = 32 OR value LIKE '________-____-____-____-____________')
            THEN value::uuid
        END
    $$;

    -- 0 for nothing, NaN and infinity; null where the text is no number.
    CREATE FUNCTION dev_adoption.as_number(value text) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE
            WHEN value ~ '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9][0-9]?[0-9]?)?$' THEN value::numeric
            WHEN coalesce(value, '') ~* '^([-+]?(nan|inf|infinity))?$' THEN 0
        END
    $$;

    -- Null for infinity too: no client could read it.
    CREATE FUNCTION dev_adoption.as_time(value timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN isfinite(value) THEN value END
    $$;

    -- Null too where the text is no time.
    CREATE FUNCTION dev_adoption.as_time(value text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN dev_adoption.as_time(nullif(btrim(value, E' \t\n\r'), '')::timestamptz);
    EXCEPTION WHEN data_exception THEN
        RETURN NULL;
    END
    $$;

    -- PostgreSQL's own spellings; null where the text is none of them.
    CREATE FUNCTION dev_adoption.as_boolean(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE
            WHEN lower(btrim(value, E' \t\n\r')) IN ('true', 't', 'tr', 'tru', 'yes', 'y', 'ye', 'on', '1') THEN true
            WHEN lower(btrim(value, E' \t\n\r')) IN ('false', 'f', 'fa', 'fal', 'fals', 'no', 'n', 'off', 'of', '0') THEN false
        END
    $$;

    -- White space around a user id is not part of it: the service takes it off every id that it is given.
    CREATE FUNCTION dev_adoption.as_user(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT btrim(value, E' \t\n\v\f\r')
    $$;

    -- What a JSON string holds, where that is JSON of the kind; else the string as it is.
    CREATE FUNCTION dev_adoption.decoded(value jsonb, kind text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
        content jsonb;
    BEGIN
        content := nullif(btrim(value #>> '{}', E' \t\n\r'), '')::jsonb;
        RETURN CASE WHEN jsonb_typeof(content) = kind THEN content ELSE value END;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN value;
    END
    $$;

    -- Null for nothing and for JSON's null. One for each type, so that jsonb is not parsed again.
    CREATE FUNCTION dev_adoption.as_json(value jsonb, kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE jsonb_typeof(value) WHEN 'null' THEN NULL WHEN 'string' THEN dev_adoption.decoded(value, kind) ELSE value END
    $$;

    CREATE FUNCTION dev_adoption.as_json(value text, kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT dev_adoption.as_json(nullif(btrim(value, E' \t\n\r'), '')::jsonb, kind)
    $$;

    CREATE FUNCTION dev_adoption.as_json(value json, kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT dev_adoption.as_json(value::text, kind)
    $$;

    -- What as_json found, made the object or array that the new column takes: nothing of it is lost.
    CREATE FUNCTION dev_adoption.as_kind(value jsonb, kind text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        RETURN CASE
            WHEN jsonb_typeof(value) = kind THEN value
            WHEN kind = 'array' THEN CASE WHEN value IS NULL THEN '[]' ELSE jsonb_build_array(value) END
            ELSE CASE WHEN value IS NULL THEN '{}' ELSE jsonb_build_object('adopted', value) END
        END;
    END
    $$;

    CREATE FUNCTION dev_adoption.is_json(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        PERFORM nullif(btrim(value, E' \t\n\r'), '')::jsonb;
        RETURN true;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN false;
    END
    $$;

    CREATE VIEW dev_adoption.old_sessions AS
    SELECT o AS old_row,
        format('session_id %L', o.session_id) AS row_name,
        dev_adoption.as_uuid(o.session_id::text) AS session_id,
        dev_adoption.as_user(o.user_id::text) AS user_id,
        lower(btrim(o.status::text, E' \t\n\r')) AS status,
        dev_adoption.as_boolean(o.is_active::text) AS is_active,
        dev_adoption.as_json(o.conversation_data, 'object') AS conversation_data,
        dev_adoption.as_json(o.metadata, 'object') AS metadata,
        coalesce(o.session_summary::text, '') AS session_summary,
        dev_adoption.as_time(o.last_activity) AS last_activity,
        dev_adoption.as_time(o.created_at) AS created_at,
        dev_adoption.as_time(o.updated_at) AS updated_at
    FROM dev_adoption.sessions o;

    CREATE VIEW dev_adoption.old_messages AS
    SELECT o AS old_row,
        format('id %L of session %L', o.id, o.session_id) AS row_name,
        dev_adoption.as_uuid(o.id::text) AS id,
        dev_adoption.as_uuid(o.session_id::text) AS session_id,
        dev_adoption.as_user(o.user_id::text) AS user_id,
        coalesce(o.role::text, 'user') AS role,
        coalesce(o.content::text, '') AS content,
        coalesce(nullif(o.message_type::text, ''), 'chat') AS message_type,
        dev_adoption.as_json(o.message_metadata, 'object') AS message_metadata,
        round(dev_adoption.as_number(btrim(o.tokens_used::text))) AS tokens_used,
        round(dev_adoption.as_number(btrim(o.cost_usd::text)), 10) AS cost_usd,
        dev_adoption.as_time(o.created_at) AS created_at
    FROM dev_adoption.session_messages o;

    CREATE VIEW dev_adoption.old_memories AS
    SELECT o AS old_row,
        format('id %L of session %L', o.id, o.session_id) AS row_name,
        dev_adoption.as_uuid(o.id::text) AS id,
        dev_adoption.as_uuid(o.session_id::text) AS session_id,
        dev_adoption.as_user(o.user_id::text) AS user_id,
        coalesce(nullif(o.memory_type::text, ''), 'conversation') AS memory_type,
        coalesce(o.conversation_summary::text, '') AS conversation_summary,
        dev_adoption.as_json(o.user_preferences, 'object') AS user_preferences,
        dev_adoption.as_json(o.ongoing_tasks, 'array') AS ongoing_tasks,
        dev_adoption.as_json(o.session_metadata, 'object') AS session_metadata,
        dev_adoption.as_boolean(o.is_active::text) AS is_active,
        dev_adoption.as_time(o.last_summary_at) AS last_summary_at,
        dev_adoption.as_time(o.created_at) AS created_at,
        dev_adoption.as_time(o.updated_at) AS updated_at
    FROM dev_adoption.session_memories o;

    -- What cannot be brought into the new tables. All of it is found before anything is copied, so that the operator mends it in one go.
    FOR label, query IN
        SELECT * FROM (VALUES
        ('sessions whose session_id is no UUID',
            'SELECT row_name FROM dev_adoption.old_sessions WHERE session_id IS NULL'),
        ('sessions with the same session_id, read as UUID',
            'SELECT row_name FROM (SELECT row_name, count(*) OVER (PARTITION BY session_id) AS same
                FROM dev_adoption.old_sessions WHERE session_id IS NOT NULL) AS s WHERE same > 1'),
        ('sessions without user_id',
            'SELECT row_name FROM dev_adoption.old_sessions WHERE coalesce(user_id, '''') = '''''),
        ('sessions with a user_id of more than 255 characters',
            'SELECT row_name FROM dev_adoption.old_sessions WHERE length(user_id) > 255'),
        ('messages whose id is no UUID',
            'SELECT row_name FROM dev_adoption.old_messages WHERE id IS NULL'),
        ('messages with a role or message_type of more than 50 characters',
            'SELECT row_name FROM dev_adoption.old_messages WHERE length(role) > 50 OR length(message_type) > 50'),
        ('messages whose tokens_used is no number or beyond an integer',
            'SELECT row_name FROM dev_adoption.old_messages WHERE (tokens_used BETWEEN -2147483648 AND 2147483647) IS NOT TRUE'),
        ('messages whose cost_usd is no number or beyond numeric(20,10)',
            'SELECT row_name FROM dev_adoption.old_messages WHERE (abs(cost_usd) < 10000000000) IS NOT TRUE'),
        ('memories whose id is no UUID',
            'SELECT row_name FROM dev_adoption.old_memories WHERE id IS NULL'),
        ('memories with a memory_type of more than 100 characters',
            'SELECT row_name FROM dev_adoption.old_memories WHERE length(memory_type) > 100')
        ) AS rules
        UNION ALL
        -- What the views cannot read shows as null there; json and text may hold what jsonb refuses.
        SELECT format('%s whose %s is no %s', v.rows, k.column_name,
                CASE k.column_type WHEN 'jsonb' THEN 'valid JSON' WHEN 'boolean' THEN 'boolean' ELSE 'time' END),
            format(
                CASE k.column_type
                    WHEN 'jsonb' THEN 'SELECT row_name FROM dev_adoption.%1$I WHERE NOT dev_adoption.is_json((old_row).%2$I::text)'
                    WHEN 'boolean' THEN
                        'SELECT row_name FROM dev_adoption.%1$I WHERE %2$I IS NULL AND (old_row).%2$I::text ~ ''\S'''
                    ELSE
                        'SELECT row_name FROM dev_adoption.%1$I
                         WHERE %2$I IS NULL AND (old_row).%2$I::text ~ ''\S'' AND (old_row).%2$I::text !~* ''^\s*[-+]?infinity\s*$'''
                END,
                'old_' || v.rows, k.column_name)
        FROM dev_adoption.known_columns k
        CROSS JOIN LATERAL (SELECT replace(k.table_name, 'session_', '') AS rows) AS v
        JOIN pg_attribute a ON a.attrelid = ('dev_adoption.' || k.table_name)::regclass AND a.attname = k.column_name
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE k.column_type = 'jsonb' AND a.atttypid <> 'jsonb'::regtype
            OR k.column_type = 'boolean' AND a.atttypid <> 'boolean'::regtype
            OR k.column_type = 'timestamptz' AND t.typcategory = 'S'
        UNION ALL
        -- .NET reads the years 1 to 9999.
        SELECT format('%s whose %s is before the year 1 or after 9999', split_part(v.relname, '_', 2), a.attname),
            format('SELECT row_name FROM dev_adoption.%I WHERE NOT (%2$I >= ''0001-01-01'' AND %2$I < ''10000-01-01'')', v.relname, a.attname)
        FROM pg_class v
        JOIN pg_attribute a ON a.attrelid = v.oid
        WHERE v.relnamespace = 'dev_adoption'::regnamespace AND v.relkind = 'v' AND v.relname LIKE 'old\_%'
            AND a.atttypid = 'timestamptz'::regtype
    LOOP
        EXECUTE format(
            'SELECT count(*), string_agg(row_name, ''; '' ORDER BY n) FILTER (WHERE n <= 10)
             FROM (SELECT row_name, row_number() OVER (ORDER BY row_name COLLATE "C") AS n FROM (%s) AS b) AS numbered', query)
            INTO broken, named;
        IF broken > 0 THEN
            problems := problems || format(E'\n- %s %s: %s%s', broken, label, named,
                CASE WHEN broken > 10 THEN format('; and %s more', broken - 10) ELSE '' END);
        END IF;
    END LOOP;

    IF problems <> '' THEN
        RAISE EXCEPTION USING MESSAGE = 'The existing database cannot be adopted; nothing was changed:' || problems;
    END IF;
END
$adopt$;
