-- Second half of the adoption, after the new tables were created: copies the rows of the tables that SetAside.sql moved away, and
-- drops these. Set based throughout: a million messages are one INSERT.
DO $adopt$
DECLARE
    extra record;
    foreign_key record;
    lost record;
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
            coalesce(dev_adoption.as_json(o.conversation_data::text), '{}'),
            coalesce(dev_adoption.as_json(o.metadata::text), '{}'),
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
            coalesce(dev_adoption.as_json(o.message_metadata::text), '{}'),
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
            coalesce(dev_adoption.as_json(o.session_metadata::text), '{}'),
            coalesce(dev_adoption.as_json(o.user_preferences::text), '{}'),
            coalesce(dev_adoption.as_json(o.ongoing_tasks::text), '[]'),
            (SELECT count(*) FROM dev.session_messages m
             WHERE m.user_id = s.user_id AND m.session_id = s.session_id AND m.created_at <= t.last_summary_at),
            t.last_summary_at,
            o.is_active,
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
            (SELECT string_agg(t.tgname, ', ') FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers,
            (SELECT string_agg(p.polname, ', ') FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
        FROM pg_class c
        WHERE c.relnamespace = 'dev_adoption'::regnamespace AND c.relname IN ('sessions', 'session_messages', 'session_memories')
    LOOP
        IF concat(lost.grantees, lost.triggers, lost.policies) <> '' THEN
            RAISE WARNING 'Not carried over from dev.%: grants to (%), triggers (%), policies (%).',
                lost.relname, coalesce(lost.grantees, ''), coalesce(lost.triggers, ''), coalesce(lost.policies, '');
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

    DROP FUNCTION dev_adoption.is_json(text), dev_adoption.as_json(text), dev_adoption.as_user(text), dev_adoption.as_time(timestamptz),
        dev_adoption.as_number(text), dev_adoption.as_uuid(text);
    DROP SCHEMA dev_adoption;

    RAISE NOTICE 'Adopted % sessions, % messages and % memories of the existing database.',
        sessions_adopted, messages_adopted, memories_adopted;
END
$adopt$;
