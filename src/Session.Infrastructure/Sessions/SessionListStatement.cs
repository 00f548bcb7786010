using System.Text;
using System.Text.Json;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>
/// Puts the statement of a list together from the filters, the order and the cursor. By hand because EF has no <c>LATERAL</c> walks along
/// an index for each status, and no conditions on expressions that are indexed.
/// </summary>
internal sealed class SessionListStatement
{
    /// <summary>
    /// The metadata as the index has it, with the user in every path, so that a condition leads to the user's sessions only. Spelled as in
    /// the migration that creates the index.
    /// </summary>
    private const string OwnedMetadata = "jsonb_set('{}'::jsonb, ARRAY[(s.user_id)::text], s.metadata)";

    // Not normalized: that would take most of the time of a list. As a rule a text is in NFC or NFD throughout.
    private const string SearchedText = "lower((coalesce(s.title, '') || E'\\n' || s.session_summary) COLLATE \"und-x-icu\")";

    private readonly List<SqlValue> _values = [];
    private readonly string _userId;
    private readonly string _user;
    private readonly SessionFilter _filter;
    private readonly SessionCursor? _cursor;

    public SessionListStatement(string userId, SessionFilter filter, SessionCursor? cursor)
    {
        (_userId, _filter, _cursor) = (userId, filter, cursor);
        _user = Add(userId);
    }

    /// <summary>Whether a list has a kept total and is one walk along an index, without a walk for each status.</summary>
    public static bool IsOneWalk(SessionFilter filter) =>
        filter.IsCounted() && filter.Sort == SessionSort.CreatedAt && filter.WantedStatuses() is null;

    private string Direction => _filter.IsAscending ? "ASC" : "DESC";

    private bool IsByActivity => _filter.ActiveAfter is not null || _filter.ActiveBefore is not null;

    /// <summary>
    /// One page: the total in each row, and a session's columns, which are null where the page is empty. Large sessions come without their
    /// texts, see <see cref="SessionColumns.Within"/>.
    /// </summary>
    public (string Text, SqlValue[] Values) ToPage(PageRange range) =>
        (_filter.IsCounted() ? ToWalk(range) : ToSelection(range), [.. _values]);

    /// <summary>The total of <see cref="IsOneWalk"/>, from one table.</summary>
    public (string Text, SqlValue[] Values) ToTotalAlone() =>
        ($"SELECT coalesce(sum(s.sessions), 0)::bigint FROM dev.session_counts AS s WHERE {Where(CountedStar())}", [.. _values]);

    /// <summary>One page of <see cref="IsOneWalk"/> without the total, from one table.</summary>
    public (string Text, SqlValue[] Values) ToPageAlone(PageRange range)
    {
        string[] place = Place() is { } after ? [$"(s.created_at, s.session_id) {after}"] : [];
        var (take, skip) = (Add(range.Size + 1L) + "::bigint", Add(range.Skip) + "::bigint");
        return (
            $"""
            SELECT {SessionColumns.Within("s", IsSmall(range))}
            FROM dev.sessions AS s
            WHERE {Where([.. Star(), .. place])}
            ORDER BY s.created_at {Direction}, s.session_id {Direction}
            LIMIT {take} OFFSET {skip}
            """,
            [.. _values]);
    }

    /// <summary>The ids of all sessions that meet the filters.</summary>
    public (string Text, SqlValue[] Values) ToIds() => (Selected("s.session_id"), [.. _values]);

    /// <summary>
    /// A list whose total is kept: its page is a walk along an index, only as far as the page, however many sessions there are.
    /// </summary>
    private string ToWalk(PageRange range)
    {
        var statuses = Statuses(areNeeded: _filter.Sort != SessionSort.CreatedAt);
        string[] ofStatus = statuses is null ? [] : [$"s.status = ANY ({statuses})"];
        var place = Place();
        var (take, skip) = (Add(range.Size + 1L) + "::bigint", Add(range.Skip) + "::bigint");
        var isSmall = IsSmall(range);

        // The lateral join is a loop over the one row of the total, and keeps the order of the sessions.
        return
            $"""
            SELECT t.total, {SessionColumns.Within("s", "s.is_small")}
            FROM (
                SELECT coalesce(sum(s.sessions), 0)::bigint
                FROM dev.session_counts AS s
                WHERE {Where([.. ofStatus, .. CountedStar()])}) AS t (total)
            LEFT JOIN LATERAL (
                SELECT s.*, {isSmall} AS is_small
                FROM ({Candidates()}) AS s
                ORDER BY s.sort_key {Direction}, s.session_id {Direction}
                LIMIT {take} OFFSET {skip}) AS s ON true
            """;

        // Appends change the columns to sort by, and leave the digested values alone, which are indexed. So digested sessions come along
        // the index, and the few others are sorted by their live values and merged in.
        string Candidates() => _filter.Sort == SessionSort.CreatedAt
            ? Walked("s.created_at")
            : $"({Walked(DigestedColumn(), "s.is_digested")}) UNION ALL ({Sorted(LiveColumn(), [.. ofStatus, "NOT s.is_digested"])})";

        // The statuses lead in the indexes: a list of a rare status does not walk past the sessions of the others.
        string Walked(string column, params string[] part) => statuses is null
            ? Sorted(column, part)
            : $"""
              SELECT s.*
              FROM unnest({statuses}) AS wanted (status)
              CROSS JOIN LATERAL ({Sorted(column, ["s.status = wanted.status", .. part])}) AS s
              """;

        string Sorted(string column, IEnumerable<string> part) =>
            $"""
            SELECT {SessionColumns.Of("s")}, {column} AS sort_key
            FROM dev.sessions AS s
            WHERE {Where([.. part, .. Star(), .. place is null ? [] : new[] { $"({column}, s.session_id) {place}" }])}
            ORDER BY {column} {Direction}, s.session_id {Direction}
            LIMIT {take} + {skip}
            """;
    }

    /// <summary>
    /// A list with conditions: its sessions have to be counted, so all are looked up once, and the page is chosen from these.
    /// </summary>
    private string ToSelection(PageRange range)
    {
        var selected = Selected($"s.session_id, {LiveColumn()} AS sort_key");
        var place = Place() is { } after ? $"WHERE (s.sort_key, s.session_id) {after}" : "";
        return
            $"""
            WITH selected AS MATERIALIZED ({selected})
            SELECT t.total, {SessionColumns.Within("s", IsSmall(range))}
            FROM (SELECT count(*) FROM selected) AS t (total)
            LEFT JOIN LATERAL (
                SELECT s.*
                FROM selected AS s
                {place}
                ORDER BY s.sort_key {Direction}, s.session_id {Direction}
                LIMIT {Add(range.Size + 1L)} OFFSET {Add(range.Skip)}) AS page ON true
            LEFT JOIN dev.sessions AS s ON s.user_id = {_user} AND s.session_id = page.session_id
            ORDER BY page.sort_key {Direction}, page.session_id {Direction}
            """;
    }

    /// <summary>
    /// A query of columns of all sessions that meet the filters. A digested session's last activity is its digested one, which is indexed;
    /// the few other sessions are looked at.
    /// </summary>
    private string Selected(string columns)
    {
        string[] ofStatus = Statuses(areNeeded: IsByActivity) is { } statuses ? [$"s.status = ANY ({statuses})"] : [];
        string[] conditions = [$"s.user_id = {_user}", .. ofStatus, .. Conditions(), .. Star()];
        if (!IsByActivity)
        {
            return Of();
        }

        var after = _filter.ActiveAfter is { } from ? $"> {Add(from)}" : null;
        var before = _filter.ActiveBefore is { } to ? $"< {Add(to)}" : null;
        return Of(["s.is_digested", .. Bounds("s.digested_activity")])
            + " UNION ALL "
            + Of(["NOT s.is_digested", .. Bounds("s.last_activity")]);

        string Of(params string[] part) =>
            $"SELECT {columns} FROM dev.sessions AS s WHERE {string.Join(" AND ", [.. conditions, .. part])}";

        string[] Bounds(string column) => [.. new[] { after, before }.OfType<string>().Select(bound => $"{column} {bound}")];
    }

    /// <summary>
    /// The statuses of the filter as a parameter. Without such a filter all statuses, if an index in which they lead is needed.
    /// </summary>
    private string? Statuses(bool areNeeded)
    {
        var wanted = _filter.WantedStatuses() ?? (areNeeded ? Enum.GetValues<SessionStatus>() : null);
        return wanted is null ? null : $"{Add(wanted.Select(status => status.Name()).ToArray())}::text[]";
    }

    private string Where(IEnumerable<string> all) => string.Join(" AND ", all.Prepend($"s.user_id = {_user}"));

    private string[] CountedStar() => _filter.IsStarred switch { null => [], true => ["s.is_starred"], false => ["NOT s.is_starred"] };

    private string[] Star() =>
        _filter.IsStarred switch { null => [], true => ["s.starred_at IS NOT NULL"], false => ["s.starred_at IS NULL"] };

    private string LiveColumn() => _filter.Sort switch
    {
        SessionSort.LastActivity => "s.last_activity",
        SessionSort.MessageCount => "s.message_count",
        SessionSort.TotalCost => "s.total_cost",
        _ => "s.created_at",
    };

    private string DigestedColumn() => _filter.Sort switch
    {
        SessionSort.LastActivity => "s.digested_activity",
        SessionSort.MessageCount => "s.digested_messages",
        _ => "s.digested_cost",
    };

    /// <summary>The sessions after the cursor, as a comparison of row values, which the index answers.</summary>
    private string? Place() => _cursor is not { } cursor ? null : (_filter.IsAscending ? "> (" : "< (") + _filter.Sort switch
    {
        SessionSort.MessageCount => Add(cursor.Number),
        SessionSort.TotalCost => Add(cursor.Cost),
        _ => Add(cursor.Time),
    } + $", {Add(cursor.SessionId)})";

    private IEnumerable<string> Conditions()
    {
        if (_filter.CreatedAfter is { } after)
        {
            yield return $"s.created_at > {Add(after)}";
        }

        if (_filter.CreatedBefore is { } before)
        {
            yield return $"s.created_at < {Add(before)}";
        }

        foreach (var condition in _filter.Metadata)
        {
            yield return Metadata(condition);
        }

        if (_filter.Words.Count > 0)
        {
            var patterns = Add(_filter.Words.Select(word => $"%{Escape(word)}%").ToArray());
            string[] forms = _filter.Words.All(word => Ascii.IsValid(word)) ? ["NFC"] : ["NFC", "NFD"];
            yield return $"({string.Join(" OR ", forms.Select(Contains))})";

            string Contains(string form) =>
                $"""
                {SearchedText} LIKE ALL (
                    ARRAY(SELECT lower(normalize(p, {form}) COLLATE "und-x-icu") FROM unnest({patterns}::text[]) AS p))
                """;
        }
    }

    private string Metadata(MetadataCondition condition)
    {
        if (condition.Values.Count == 0)
        {
            // The index knows which keys there are, but not which contains which.
            var path = $"{Add(condition.Path.ToArray())}::text[]";
            return $"""
                dev.owned_keys(s.user_id, s.metadata) @>
                    ARRAY(SELECT hashtextextended(k, hashtextextended({_user}, 0)) FROM unnest({path}) AS k)
                AND s.metadata #> {path} IS NOT NULL
                """;
        }

        // Of an array the index has the elements under the path of the array, so both forms read the same entries.
        var values = condition.Values.SelectMany(MetadataCondition.JsonOf).Distinct(StringComparer.Ordinal);
        var contained = values.SelectMany(value => new[] { value, $"[{value}]" }).Select(value =>
        {
            var path = condition.Path.Reverse().Aggregate(value, (inner, key) => $"{{{JsonSerializer.Serialize(key)}:{inner}}}");
            return $"{OwnedMetadata} @> {Add(SqlValue.Json($"{{{JsonSerializer.Serialize(_userId)}:{path}}}"))}";
        });
        return $"({string.Join(" OR ", contained)})";
    }

    private static string Escape(string word) =>
        word.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);

    private static string IsSmall(PageRange range) => SessionColumns.IsSmall("s", PagePortions.MaxWholeBytes(range.Size));

    private string Add(SqlValue value)
    {
        _values.Add(value);
        return $"${_values.Count}";
    }
}
