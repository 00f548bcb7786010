using System.CommandLine;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;

namespace SessionService.Api.Commands;

/// <summary>The executable's commands. Without one it serves; what is no command goes to the configuration (<c>--urls</c> …).</summary>
internal static class ServiceCommands
{
    private const int Failed = 1;

    /// <returns>The exit code: 0 when all went well.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], Task> serve)
    {
        var root = new RootCommand("Serves the Session Service, or works on its database.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Subcommands = { SchemaCommands.Create(args) },
        };
        root.SetAction(async _ =>
        {
            await serve(args);
            return 0;
        });

        // The host sees to signals itself and takes the time that it needs to stop.
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await root.Parse(args).InvokeAsync(invocation);
        }
        catch (Exception exception) when (Explain(exception) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return Failed;
        }
    }

    /// <summary>What the operator should read in place of a stack trace, or <see langword="null"/> where only that one helps.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        EmbeddedPostgresException or SchemaMismatchException or SchemaMigrationException => exception.Message,
        Microsoft.Extensions.Options.OptionsValidationException => $"The configuration is not valid: {exception.Message}",
        NpgsqlException => $"The database that ConnectionStrings__SessionDb names cannot be used: {exception.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => exception.Message,
        _ => null,
    };
}
