-- Second half of the adoption, after the new tables were created: copies the rows of the tables that SetAside.sql moved away, and
-- drops these. Set based throughout: a million messages are one INSERT.
DO $adopt$
DECLARE
    extra record;
    foreign_key record;
    lost record;
    free record;
    affected bigint;
    dependents text;
    sessions_adopted bigint;
    messages_adopted bigint;
    memories_adopted bigint;
BEGIN
    IF to_regnamespace('dev_adoption') IS NULL THEN
        RETURN;
    END IF;

    -- The deployment's own columns. Nullable and without default: the service does not know them.
    FOR extra IN SELECT * FROM dev_adoption.extra_columns ORDER BY table_name, attnum LOOP
        EXECUTE format('ALTER TABLE dev.%I ADD COLUMN %s %s', extra.table_name, extra.new_name, extra.column_type);
    END LOOP;

    -- The counters of the previous service lost updates: the messages say how many there are.
    EXECUTE format($sql$
        INSERT INTO dev.sessions (user_id, session_id, status, conversation_data, metadata, session_summary,
            message_count, total_tokens, total_cost, created_at, updated_at, last_activity %s)
        SELECT o.user_id,
            o.session_id,
            CASE
                WHEN o.status IN ('ended', 'archived', 'expired') THEN o.status
                WHEN o.is_active = false THEN 'ended'
                WHEN o.status = 'completed' THEN o.status
                ELSE 'active'
            END,
            dev_adoption.as_kind(o.conversation_data, 'object'),
            dev_adoption.as_kind(o.metadata, 'object'),
            o.session_summary,
            coalesce(m.messages, 0),
            coalesce(m.tokens, 0),
            coalesce(m.cost, 0),
            c.created_at,
            greatest(coalesce(o.updated_at, o.last_activity, m.newest), c.created_at),
            greatest(coalesce(greatest(o.last_activity, m.newest), o.updated_at), c.created_at)
            %s
        FROM dev_adoption.old_sessions o
        LEFT JOIN (
            SELECT session_id, count(*) AS messages, sum(tokens_used) AS tokens, sum(cost_usd) AS cost,
                min(created_at) AS oldest, max(created_at) AS newest
            FROM dev_adoption.old_messages
            WHERE session_id IS NOT NULL
            GROUP BY session_id
        ) AS m ON m.session_id = o.session_id
        CROSS JOIN LATERAL (SELECT coalesce(o.created_at, m.oldest, o.updated_at, o.last_activity, now()) AS created_at) AS c
        ORDER BY o.user_id COLLATE "C", o.session_id
        $sql$,
        (SELECT string_agg(', ' || new_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'sessions'),
        (SELECT string_agg(', (o.old_row).' || column_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'sessions'));
    GET DIAGNOSTICS sessions_adopted = ROW_COUNT;
    ANALYZE dev.sessions;

    -- Checked once at the end, a foreign key is a join; checked row by row, it costs a third of the copying.
    SELECT format('ALTER TABLE dev.session_messages DROP CONSTRAINT %I', conname) AS drop_it,
        format('ALTER TABLE dev.session_messages ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS add_it
    INTO STRICT foreign_key
    FROM pg_constraint
    WHERE conrelid = 'dev.session_messages'::regclass AND contype = 'f';
    EXECUTE foreign_key.drop_it;

    EXECUTE format($sql$
        INSERT INTO dev.session_messages (user_id, session_id, sequence, id, role, content, message_type, message_metadata,
            tokens_used, cost_usd, created_at %s)
        SELECT s.user_id,
            s.session_id,
            row_number() OVER (PARTITION BY s.user_id, s.session_id ORDER BY coalesce(o.created_at, s.created_at), o.id),
            o.id,
            o.role,
            o.content,
            o.message_type,
            dev_adoption.as_kind(o.message_metadata, 'object'),
            o.tokens_used,
            o.cost_usd,
            coalesce(o.created_at, s.created_at)
            %s
        FROM dev_adoption.old_messages o
        JOIN dev.sessions s ON s.session_id = o.session_id
        $sql$,
        (SELECT string_agg(', ' || new_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'session_messages'),
        (SELECT string_agg(', (o.old_row).' || column_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'session_messages'));
    GET DIAGNOSTICS messages_adopted = ROW_COUNT;
    EXECUTE foreign_key.add_it;
    ANALYZE dev.session_messages;

    -- Without a unique key a session may have several memories: the newest is the one that the previous service answered.
    CREATE VIEW dev_adoption.ranked_memories AS
    SELECT o.*,
        row_number() OVER (
            PARTITION BY o.session_id
            ORDER BY o.updated_at DESC NULLS LAST, o.created_at DESC NULLS LAST, o.id DESC) AS age
    FROM dev_adoption.old_memories o;

    EXECUTE format($sql$
        INSERT INTO dev.session_memories (user_id, session_id, id, memory_type, conversation_summary, session_metadata,
            user_preferences, ongoing_tasks, total_messages, last_summary_at, is_active, created_at, updated_at %s)
        SELECT s.user_id,
            s.session_id,
            o.id,
            o.memory_type,
            o.conversation_summary,
            dev_adoption.as_kind(o.session_metadata, 'object'),
            dev_adoption.as_kind(o.user_preferences, 'object'),
            dev_adoption.as_kind(o.ongoing_tasks, 'array'),
            (SELECT count(*) FROM dev.session_messages m
             WHERE m.user_id = s.user_id AND m.session_id = s.session_id AND m.created_at <= t.last_summary_at),
            t.last_summary_at,
            coalesce(o.is_active, true),
            c.created_at,
            greatest(coalesce(o.updated_at, o.last_summary_at), c.created_at)
            %s
        FROM dev_adoption.ranked_memories o
        JOIN dev.sessions s ON s.session_id = o.session_id
        CROSS JOIN LATERAL (SELECT coalesce(o.last_summary_at, o.updated_at, o.created_at, s.created_at) AS last_summary_at) AS t
        CROSS JOIN LATERAL (SELECT coalesce(o.created_at, o.updated_at, t.last_summary_at) AS created_at) AS c
        WHERE o.age = 1
        $sql$,
        (SELECT string_agg(', ' || new_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'session_memories'),
        (SELECT string_agg(', (o.old_row).' || column_name, '' ORDER BY attnum) FROM dev_adoption.extra_columns WHERE table_name = 'session_memories'));
    GET DIAGNOSTICS memories_adopted = ROW_COUNT;
    ANALYZE dev.session_memories;

    -- Nothing is lost: what belongs to no session, and what its session has no room for, is parked.
    INSERT INTO dev.orphaned_rows (user_id, orphan_id, source_table, content, parked_at)
    SELECT left(coalesce(o.user_id, ''), 255), gen_random_uuid(), 'session_messages', to_jsonb(o.old_row), now()
    FROM dev_adoption.old_messages o
    WHERE NOT EXISTS (SELECT FROM dev.sessions s WHERE s.session_id = o.session_id);
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected > 0 THEN
        RAISE WARNING '% messages belong to no session; they were parked in dev.orphaned_rows.', affected;
    END IF;

    INSERT INTO dev.orphaned_rows (user_id, orphan_id, source_table, content, parked_at)
    SELECT left(coalesce(o.user_id, ''), 255), gen_random_uuid(), 'session_memories', to_jsonb(o.old_row), now()
    FROM dev_adoption.ranked_memories o
    WHERE o.age > 1 OR NOT EXISTS (SELECT FROM dev.sessions s WHERE s.session_id = o.session_id);
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected > 0 THEN
        RAISE WARNING '% memories belong to no session or are older than another of their session; they were parked in dev.orphaned_rows.',
            affected;
    END IF;

    SELECT count(*) INTO affected
    FROM dev_adoption.old_sessions o
    WHERE o.status NOT IN ('', 'active', 'completed', 'ended', 'archived', 'expired');
    IF affected > 0 THEN
        RAISE WARNING '% sessions had an unknown status and became active or ended, as their is_active said.', affected;
    END IF;

    SELECT count(*) INTO affected FROM dev_adoption.old_sessions o WHERE o.status IN ('active', 'completed') AND NOT o.is_active;
    IF affected > 0 THEN
        RAISE WARNING '% sessions had the status active or completed, but is_active = false; they became ended.', affected;
    END IF;

    -- Of the numbers that the checks let pass, these are the ones with an n.
    SELECT count(*) INTO affected
    FROM dev_adoption.old_messages o
    WHERE ((o.old_row).cost_usd::text ~ '[nN]' OR (o.old_row).tokens_used::text ~ '[nN]')
        AND EXISTS (SELECT FROM dev.sessions s WHERE s.session_id = o.session_id);
    IF affected > 0 THEN
        RAISE WARNING '% messages had NaN or infinity as cost_usd or tokens_used; it became 0.', affected;
    END IF;

    FOR free IN
        SELECT k.table_name, k.column_name,
            CASE k.table_name WHEN 'session_memories' THEN 'ranked_memories' ELSE 'old_' || replace(k.table_name, 'session_', '') END AS source,
            CASE k.table_name WHEN 'session_memories' THEN 'o.age = 1' ELSE 'true' END AS adopted,
            CASE k.column_name WHEN 'ongoing_tasks' THEN 'array' ELSE 'object' END AS kind,
            CASE k.column_name WHEN 'ongoing_tasks' THEN '[...]' ELSE '{"adopted": ...}' END AS form
        FROM dev_adoption.known_columns k
        WHERE k.column_type = 'jsonb'
        ORDER BY 1, 2
    LOOP
        EXECUTE format(
            'SELECT count(*) FROM dev_adoption.%I o
             WHERE jsonb_typeof(o.%I) <> %L AND %s AND EXISTS (SELECT FROM dev.sessions s WHERE s.session_id = o.session_id)',
            free.source, free.column_name, free.kind, free.adopted)
            INTO affected;
        IF affected > 0 THEN
            RAISE WARNING '% %.% were no JSON %; they were kept as %.', affected, free.table_name, free.column_name, free.kind, free.form;
        END IF;
    END LOOP;

    SELECT count(*) INTO affected
    FROM dev_adoption.old_messages o
    JOIN dev.sessions s ON s.session_id = o.session_id
    WHERE o.user_id <> s.user_id;
    IF affected > 0 THEN
        RAISE WARNING '% messages named another user than their session; they belong to the session''s user now.', affected;
    END IF;

    FOR lost IN
        SELECT c.relname,
            (SELECT string_agg(DISTINCT coalesce(r.rolname, 'public'), ', ')
             FROM aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> c.relowner) AS grantees,
            (SELECT string_agg(t.tgname, ', ' ORDER BY t.tgname) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers,
            (SELECT string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
            -- Those of the previous service are on one column, whatever they are called.
            (SELECT string_agg(x.relname, ', ' ORDER BY x.relname)
             FROM pg_index i
             JOIN pg_class x ON x.oid = i.indexrelid
             WHERE i.indrelid = c.oid
                AND NOT EXISTS (
                    SELECT FROM (VALUES
                        ('sessions', 'id', true), ('sessions', 'session_id', true), ('sessions', 'user_id', false),
                        ('sessions', 'status', false), ('sessions', 'last_activity', false),
                        ('session_messages', 'id', true), ('session_messages', 'session_id', false),
                        ('session_messages', 'user_id', false), ('session_messages', 'created_at', false),
                        ('session_memories', 'id', true), ('session_memories', 'session_id', true), ('session_memories', 'user_id', false)
                    ) AS known (table_name, column_name, may_be_unique)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = known.column_name
                    WHERE known.table_name = c.relname AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL
                        AND (known.may_be_unique OR NOT i.indisunique))) AS indexes,
            (SELECT string_agg(k.conname, ', ' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c') AS checks,
            (SELECT string_agg(k.conname, ', ' ORDER BY k.conname)
             FROM pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> 'dev_adoption.sessions'::regclass) AS foreign_keys
        FROM pg_class c
        WHERE c.relnamespace = 'dev_adoption'::regnamespace AND c.relname IN ('sessions', 'session_messages', 'session_memories')
    LOOP
        IF concat(lost.grantees, lost.triggers, lost.policies, lost.indexes, lost.checks, lost.foreign_keys) <> '' THEN
            RAISE WARNING 'Not carried over from dev.%: grants to (%), triggers (%), policies (%), indexes (%), checks (%), foreign keys (%).',
                lost.relname, coalesce(lost.grantees, ''), coalesce(lost.triggers, ''), coalesce(lost.policies, ''),
                coalesce(lost.indexes, ''), coalesce(lost.checks, ''), coalesce(lost.foreign_keys, '');
        END IF;
    END LOOP;

    INSERT INTO dev.session_statistics (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost)
    SELECT '', 0, count(*), count(*) FILTER (WHERE is_active), sum(message_count), sum(total_tokens), sum(total_cost)
    FROM dev.sessions
    HAVING count(*) > 0;

    DROP VIEW dev_adoption.ranked_memories, dev_adoption.old_memories, dev_adoption.old_messages, dev_adoption.old_sessions,
        dev_adoption.extra_columns;

    -- Without CASCADE: a view or foreign key of somebody else's stops the adoption instead of vanishing.
    BEGIN
        DROP TABLE dev_adoption.session_memories, dev_adoption.session_messages, dev_adoption.sessions, dev_adoption.known_columns;
    EXCEPTION WHEN dependent_objects_still_exist THEN
        GET STACKED DIAGNOSTICS dependents = PG_EXCEPTION_DETAIL;
        RAISE EXCEPTION USING MESSAGE = 'The existing database cannot be adopted; nothing was changed:'
            || E'\n- Something else depends on its tables. ' || replace(dependents, 'dev_adoption.', 'dev.');
    END;

    DROP FUNCTION dev_adoption.is_json(text), dev_adoption.as_kind(jsonb, text), dev_adoption.as_json(json, text),
        dev_adoption.as_json(text, text), dev_adoption.as_json(jsonb, text), dev_adoption.decoded(jsonb, text),
        dev_adoption.as_user(text), dev_adoption.as_boolean(text), dev_adoption.as_time(text), dev_adoption.as_time(timestamptz),
        dev_adoption.as_number(text), dev_adoption.as_uuid(text);
    DROP SCHEMA dev_adoption;

    RAISE NOTICE 'Adopted % sessions, % messages and % memories of the existing database.',
        sessions_adopted, messages_adopted, memories_adopted;
END
$adopt$;
