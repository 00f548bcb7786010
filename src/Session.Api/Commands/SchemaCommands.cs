using System.CommandLine;
using SessionService.Api.Hosting;
using SessionService.Hosting.Logging;
using SessionService.Infrastructure;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;

namespace SessionService.Api.Commands;

/// <summary><c>schema check</c>, <c>schema migrate</c>, <c>schema distribute</c>, <c>schema document</c>.</summary>
internal static class SchemaCommands
{
    private const int Differs = 1;

    // As many as Citus makes where nobody says otherwise.
    private const int DefaultShards = 32;

    public static Command Create()
    {
        var check = new Command("check", "Compares the database with what this version expects; exits with 1 where it could not serve.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        check.SetAction((parsed, cancellationToken) => OnDatabaseAsync(parsed.UnmatchedTokens, CheckAsync, cancellationToken));

        var migrate = new Command("migrate", "Creates the tables, adopts those of the previous service, or brings them up to date.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        migrate.SetAction((parsed, cancellationToken) => OnDatabaseAsync(parsed.UnmatchedTokens, MigrateAsync, cancellationToken));

        var shards = new Option<int>("--shards")
        {
            Description = "Into how many shards the users are divided. It cannot be changed by another run.",
            DefaultValueFactory = _ => DefaultShards,
        };
        var distribute = new Command("distribute", "Distributes the tables over the servers of a Citus cluster, by user.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        distribute.Options.Add(shards);
        distribute.SetAction((parsed, cancellationToken) => OnDatabaseAsync(
            parsed.UnmatchedTokens,
            (services, token) => DistributeAsync(services, parsed.GetValue(shards), token),
            cancellationToken));

        var document = new Command("document", "Prints the documentation of the tables (docs/database.md).");
        document.SetAction(async (_, _) =>
        {
            await Console.Out.WriteAsync(DatabaseDocument.Generate());
            return 0;
        });

        return new Command("schema", "The tables of the service.") { Subcommands = { check, migrate, distribute, document } };
    }

    private static async Task<int> CheckAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var report = await services.GetRequiredService<SchemaCheck>().RunAsync(cancellationToken);
        foreach (var error in report.Errors)
        {
            Console.WriteLine($"error: {error}");
        }

        foreach (var warning in report.Warnings)
        {
            Console.WriteLine($"warning: {warning}");
        }

        Console.WriteLine(report.IsUsable ? "The schema is the one expected." : $"The schema differs in {report.Errors.Count} places.");
        return report.IsUsable ? 0 : Differs;
    }

    private static async Task<int> MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken);
        return await CheckAsync(services, cancellationToken);
    }

    private static async Task<int> DistributeAsync(IServiceProvider services, int shards, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<SchemaDistributor>().DistributeAsync(shards, Console.WriteLine, cancellationToken);
        return await CheckAsync(services, cancellationToken);
    }

    private static async Task<int> OnDatabaseAsync(
        IReadOnlyList<string> settings, Func<IServiceProvider, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = [.. settings], ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceSettings(settings);
        builder.Logging.AddServiceLogging(ServiceCommands.Program);
        builder.Services.AddDatabase();
        using var host = builder.Build();
        await using var server = host.Services.GetRequiredService<DatabaseServer>();
        await server.StartOrJoinAsync(cancellationToken);
        return await work(host.Services, cancellationToken);
    }
}
