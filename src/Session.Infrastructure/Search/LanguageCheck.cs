using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Startup;

namespace SessionService.Infrastructure.Search;

/// <summary>Keeps the service from starting with a language that the database does not know.</summary>
internal sealed class LanguageCheck(IServiceProvider services, IOptions<SearchOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Made only now: before its start the embedded server has no connection string.
        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = lower($1) AND pg_ts_config_is_visible(oid))");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = options.Value.Language });
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new InvalidSettingException($"{SearchOptions.Section}__{nameof(SearchOptions.Language)} is no text search configuration of the database.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
