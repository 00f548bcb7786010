using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Keeps the service from starting with a language that the database does not know.</summary>
internal sealed class LanguageCheck(NpgsqlDataSource dataSource, IOptions<SearchOptions> options)
{
    private const string IsKnown = "SELECT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = lower($1) AND pg_ts_config_is_visible(oid))";

    /// <exception cref="InvalidSettingException">It does not.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(IsKnown);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = options.Value.Language });
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new InvalidSettingException($"{SearchOptions.Section}__{nameof(SearchOptions.Language)} is no text search configuration of the database.");
        }
    }
}
