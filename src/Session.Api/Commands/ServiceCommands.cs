using System.CommandLine;
using SessionService.Api.Hosting;
using SessionService.Api.Json;
using SessionService.Domain.Errors;
using SessionService.Hosting.Health;
using SessionService.Hosting.Startup;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;

namespace SessionService.Api.Commands;

/// <summary>The commands of the executable. Without a command it serves. Other arguments are settings (<c>--urls</c> …).</summary>
internal static class ServiceCommands
{
    /// <summary>The name of the program in its log and its messages.</summary>
    public const string Program = "service";

    private const int Failed = 1;

    /// <summary>The commands and their options.</summary>
    public static IReadOnlyCollection<string> Words => [.. WordsOf(CreateRoot())];

    /// <returns>The exit code: 0 when all went well.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], Task> serve)
    {
        var root = CreateRoot();
        root.SetAction(async _ =>
        {
            await serve(args);
            return 0;
        });

        // The host handles signals itself and takes the time that it needs to stop.
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await root.Parse(args).InvokeAsync(invocation);
        }
        catch (OperationCanceledException)
        {
            // The service was told to stop before it had started.
            return 0;
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync(Explain(exception));
            return Failed;
        }
    }

    private static RootCommand CreateRoot() =>
        new("Serves the Session Service, or works on its database.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Subcommands =
            {
                SchemaCommands.Create(),
                TransferCommands.CreateExport(),
                TransferCommands.CreateImport(),
                ArchiveCommand.Create(),
                KeysCommands.Create(),
                CreateHealth(),
            },
        };

    private static Command CreateHealth()
    {
        var address = new Argument<string>("address")
        {
            Description = "Where the service listens.",
            DefaultValueFactory = _ => ServerLimits.DefaultUrl,
        };
        var health = new Command("health", "Asks a running service whether it is ready; exits with 1 where it is not.") { address };
        health.SetAction((parsed, cancellationToken) => HealthProbe.RunAsync(parsed.GetRequiredValue(address), cancellationToken));
        return health;
    }

    private static IEnumerable<string> WordsOf(Command command) =>
        command.Options.Select(option => option.Name)
            .Concat(command.Subcommands.SelectMany(subcommand => WordsOf(subcommand).Prepend(subcommand.Name)));

    private static string Explain(Exception exception) => exception switch
    {
        EmbeddedPostgresException or SchemaMismatchException or SchemaMigrationException or SchemaDistributionException
            or InvalidSettingException or ServiceException or InvalidJsonException or BackgroundServiceException =>
            StartFailure.OnOneLine(exception.Message),
        _ => DatabaseFailure.Explain(exception) ?? StartFailure.Explain(Program, exception),
    };
}
