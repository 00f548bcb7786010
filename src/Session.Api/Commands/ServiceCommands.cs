using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Api.Hosting;
using SessionService.Api.Json;
using SessionService.Domain.Errors;
using SessionService.Hosting.Health;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;

namespace SessionService.Api.Commands;

/// <summary>The commands of the executable. Without a command it serves. Other arguments are settings (<c>--urls</c> …).</summary>
internal static class ServiceCommands
{
    private const int Failed = 1;

    /// <returns>The exit code: 0 when all went well.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], Task> serve)
    {
        var root = new RootCommand("Serves the Session Service, or works on its database.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Subcommands =
            {
                SchemaCommands.Create(args),
                TransferCommands.CreateExport(),
                TransferCommands.CreateImport(),
                ArchiveCommand.Create(),
                CreateHealth(),
            },
        };
        root.SetAction(async _ =>
        {
            if (UnknownWord(args) is { } word)
            {
                await Console.Error.WriteLineAsync($"There is no command '{word}'; --help lists them.");
                return Failed;
            }

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
            await Console.Error.WriteLineAsync(Explain(exception) ?? exception.ToString());
            return Failed;
        }
    }

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

    /// <summary>The first word that is neither a setting (<c>--name value</c>, <c>--name=value</c>) nor the value of one.</summary>
    private static string? UnknownWord(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith('-'))
            {
                return args[i];
            }

            if (!args[i].Contains('=', StringComparison.Ordinal))
            {
                i++;
            }
        }

        return null;
    }

    /// <summary>The message for the operator in place of a stack trace; <see langword="null"/> for an unexpected exception.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        EmbeddedPostgresException or SchemaMismatchException or SchemaMigrationException or InvalidSettingException => exception.Message,
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => exception.Message,
        FormatException { Source: "Microsoft.AspNetCore.Http" } => exception.Message,
        OptionsValidationException => $"The configuration is not valid: {exception.Message}",
        AggregateException { InnerExceptions: var all } when all.All(one => one is OptionsValidationException) =>
            $"The configuration is not valid: {string.Join("; ", all.Select(one => one.Message))}",
        ServiceException or InvalidJsonException or IOException { InnerException: null } or UnauthorizedAccessException =>
            exception.Message,
        NpgsqlException => $"The database that ConnectionStrings__SessionDb names cannot be used: {exception.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => exception.Message,
        _ => null,
    };
}
