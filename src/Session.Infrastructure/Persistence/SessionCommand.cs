using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>A statement about one session: <c>$1</c> is its owner, <c>$2</c> its id, numbers follow.</summary>
internal static class SessionCommand
{
    public static NpgsqlCommand Create(
        NpgsqlConnection connection, string sql, string userId, Guid sessionId, params ReadOnlySpan<long> numbers)
    {
#pragma warning disable CA2100 // Constant texts.
        var command = new NpgsqlCommand(sql, connection)
#pragma warning restore CA2100
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = userId }, new NpgsqlParameter<Guid> { TypedValue = sessionId } },
        };
        foreach (var number in numbers)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        }

        return command;
    }
}
