using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Sessions;

/// <summary>Puts the statement of a list together from what the list is about.</summary>
internal sealed class SessionListStatement
{
    /// <summary>
    /// The user is a part of every path in the index, so that it leads to the user's sessions only. As the migration that makes the index
    /// spells it.
    /// </summary>
    private const string OwnedMetadata = "jsonb_set('{}'::jsonb, ARRAY[(s.user_id)::text], s.metadata)";

    private const string SearchedText = "normalize(coalesce(s.title, '') || E'\\n' || s.session_summary) COLLATE \"und-x-icu\"";

    private const string IsStarred = "s.starred_at IS NOT NULL";

    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly string _userId;
    private readonly SessionFilter _filter;
    private readonly SessionCursor? _cursor;

    public SessionListStatement(string userId, SessionFilter filter, SessionCursor? cursor = null)
    {
        (_userId, _filter, _cursor) = (userId, filter, cursor);
    }

    private string Direction => _filter.IsAscending ? "ASC" : "DESC";

    public NpgsqlCommand ToCommand(PageRange range)
    {
        var user = Add(_userId);
        var conditions = Conditions().ToList();
        var place = Place();
        var take = $"{Add(range.Size + 1L)}::bigint";
        var skip = $"{Add(range.Skip)}::bigint";

        // The join depends on the one row of the total, so it is a loop over that and keeps the order of the sessions.
#pragma warning disable CA2100 // Constant pieces; whatever a client gave is a parameter.
        var command = new NpgsqlCommand(
            $"""
            SELECT t.total, {SessionColumns.Of("s")}
            FROM ({Total()}) AS t (total)
            LEFT JOIN LATERAL ({Chosen()}) AS s ON true
            """);
#pragma warning restore CA2100
        command.Parameters.AddRange(_parameters.ToArray());
        return command;

        string Total() => _filter.IsCounted()
            ? $"SELECT coalesce(sum(s.sessions), 0)::bigint FROM dev.session_counts AS s WHERE {Where([.. conditions, .. Star("s.is_starred")])}"
            : $"SELECT count(*) FROM dev.sessions AS s WHERE {Where([.. conditions, .. Star(IsStarred)])}";

        // Sorted by a column that appends change, the sessions that are digested come along the index over what was when they were, and the
        // few others, sorted by what is now, between them.
        string Chosen() => _filter.Sort == SessionSort.CreatedAt
            ? $"{Sorted("s.created_at", [])} LIMIT {take} OFFSET {skip}"
            : $"""
              SELECT s.*
              FROM (
                  ({Sorted(DigestedColumn(), ["s.is_digested"])} LIMIT {take} + {skip})
                  UNION ALL
                  ({Sorted(LiveColumn(), ["NOT s.is_digested"])} LIMIT {take} + {skip})) AS s
              ORDER BY s.sort_key {Direction}, s.session_id {Direction}
              LIMIT {take} OFFSET {skip}
              """;

        string Sorted(string column, IEnumerable<string> part) =>
            $"""
            SELECT {SessionColumns.Of("s")}, {column} AS sort_key
            FROM dev.sessions AS s
            WHERE {Where([.. conditions, .. Star(IsStarred), .. part, .. place is null ? [] : new[] { $"({column}, s.session_id) {place}" }])}
            ORDER BY {column} {Direction}, s.session_id {Direction}
            """;

        string Where(IEnumerable<string> all) => string.Join(" AND ", all.Prepend($"s.user_id = {user}"));
    }

    /// <summary>The ids of all sessions that the list is about, in no order.</summary>
    public NpgsqlCommand ToIdsCommand()
    {
        string[] conditions = [$"s.user_id = {Add(_userId)}", .. Conditions(), .. Star(IsStarred)];
#pragma warning disable CA2100 // Constant pieces; whatever a client gave is a parameter.
        var command = new NpgsqlCommand($"SELECT s.session_id FROM dev.sessions AS s WHERE {string.Join(" AND ", conditions)}");
#pragma warning restore CA2100
        command.Parameters.AddRange(_parameters.ToArray());
        return command;
    }

    private string LiveColumn() => _filter.Sort switch
    {
        SessionSort.LastActivity => "s.last_activity",
        SessionSort.MessageCount => "s.message_count",
        _ => "s.total_cost",
    };

    private string DigestedColumn() => _filter.Sort switch
    {
        SessionSort.LastActivity => "s.digested_activity",
        SessionSort.MessageCount => "s.digested_messages",
        _ => "s.digested_cost",
    };

    /// <summary>What comes after the cursor, as a comparison of row values: the index is in their order, so the database goes straight there.</summary>
    private string? Place() => _cursor is not { } cursor ? null : (_filter.IsAscending ? "> (" : "< (") + _filter.Sort switch
    {
        SessionSort.MessageCount => Add(cursor.Number),
        SessionSort.TotalCost => Add(cursor.Cost),
        _ => Add(cursor.Time),
    } + $", {Add(cursor.SessionId)})";

    private IEnumerable<string> Star(string isStarred) => _filter.IsStarred switch
    {
        null => [],
        true => [isStarred],
        false => [$"NOT ({isStarred})"],
    };

    private IEnumerable<string> Conditions()
    {
        if (_filter.WantedStatuses() is { } statuses)
        {
            yield return $"s.status = ANY ({Add(statuses.Select(status => status.Name()).ToArray())})";
        }

        foreach (var (column, comparison, time) in new[]
        {
            ("created_at", ">", _filter.CreatedAfter),
            ("created_at", "<", _filter.CreatedBefore),
            ("last_activity", ">", _filter.ActiveAfter),
            ("last_activity", "<", _filter.ActiveBefore),
        })
        {
            if (time is { } given)
            {
                yield return $"s.{column} {comparison} {Add(given)}";
            }
        }

        foreach (var condition in _filter.Metadata)
        {
            yield return Metadata(condition);
        }

        if (_filter.Words.Count > 0)
        {
            var patterns = Add(_filter.Words.Select(word => $"%{Escape(word)}%").ToArray());
            yield return $"{SearchedText} ILIKE ALL (ARRAY(SELECT normalize(p) FROM unnest({patterns}) AS p))";
        }
    }

    private string Metadata(MetadataCondition condition)
    {
        if (condition.Values.Count == 0)
        {
            return $"s.metadata #> {Add(condition.Path.ToArray())} IS NOT NULL";
        }

        var contained = condition.Values.SelectMany(MetadataCondition.JsonOf).Distinct(StringComparer.Ordinal).Select(value =>
        {
            var path = condition.Path.Reverse().Aggregate(value, (inner, key) => $"{{{JsonSerializer.Serialize(key)}:{inner}}}");
            return $"{OwnedMetadata} @> {Add($"{{{JsonSerializer.Serialize(_userId)}:{path}}}", NpgsqlDbType.Jsonb)}";
        });
        return $"({string.Join(" OR ", contained)})";
    }

    private static string Escape(string word) =>
        word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private string Add<T>(T value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T> { TypedValue = value };
        if (type is { } given)
        {
            parameter.NpgsqlDbType = given;
        }

        _parameters.Add(parameter);
        return $"${_parameters.Count}";
    }
}
