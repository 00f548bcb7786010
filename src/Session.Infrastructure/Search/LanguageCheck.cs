using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Keeps the service from starting with a language that the database does not know.</summary>
internal sealed class LanguageCheck(Database database, IOptions<SearchOptions> options)
{
    // By hand: a catalogue of PostgreSQL, which the EF model does not have.
    private const string IsKnown = "SELECT EXISTS (SELECT 1 FROM pg_ts_config WHERE cfgname = lower($1) AND pg_ts_config_is_visible(oid))";

    /// <exception cref="InvalidSettingException">It does not.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isKnown = await database.ReadAsync(
            sql => sql.Statement(IsKnown, options.Value.Language).ValueAsync<bool>(cancellationToken), cancellationToken);
        if (!isKnown)
        {
            throw new InvalidSettingException(
                $"{SearchOptions.Section}__{nameof(SearchOptions.Language)} is no text search configuration of the database.");
        }
    }
}
