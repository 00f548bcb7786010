using System.CommandLine;
using AutoMapper;
using SessionService.Api.Exports;
using SessionService.Api.Imports;
using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Domain.Errors;
using SessionService.Domain.Identity;

namespace SessionService.Api.Commands;

/// <summary>The commands <c>export</c> and <c>import</c>: like the requests, but with files.</summary>
internal static class TransferCommands
{
    private const int Incomplete = 1;
    private const string StandardStream = "-";

    public static Command CreateExport()
    {
        var user = User("Whose sessions to export.");
        var session = new Option<Guid?>("--session") { Description = "Only this session." };
        var format = new Option<string>("--format")
        {
            Description = "json (of a single session), jsonl or markdown.",
            DefaultValueFactory = _ => ExportSessionQuery.JsonLines,
        };
        format.AcceptOnlyFromAmong(ExportSessionQuery.Json, ExportSessionQuery.JsonLines, ExportSessionQuery.Markdown);
        var output = new Option<string>("--output")
        {
            Description = "The file to write; - for the standard output.",
            DefaultValueFactory = _ => StandardStream,
        };
        var export = new Command("export", "Writes a user's sessions, messages and memories to a file.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Options = { user, session, format, output },
        };
        export.Validators.Add(result =>
        {
            if (result.GetValue(format) == ExportSessionQuery.Json && result.GetValue(session) is null)
            {
                result.AddError("--format json is the form of one session: name it with --session.");
            }
        });
        export.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens,
            (services, cancelled) => ExportAsync(
                services,
                parsed.GetRequiredValue(user),
                parsed.GetValue(session),
                parsed.GetRequiredValue(format),
                parsed.GetRequiredValue(output),
                cancelled),
            cancellationToken));
        return export;
    }

    public static Command CreateImport()
    {
        var file = new Argument<string>("file")
        {
            Description = "What an export wrote, or conversations in one of the other known forms; - for the standard input.",
        };
        var user = User("Whose the sessions become.");
        var onError = new Option<string>("--on-error")
        {
            Description = "What to do about a line that is wrong: stop or skip.",
            DefaultValueFactory = _ => ImportQuery.Stop,
        };
        onError.AcceptOnlyFromAmong(ImportQuery.Stop, ImportQuery.Skip);
        var ids = new Option<string>("--ids")
        {
            Description = "Whether ids are kept, or new ones are made for a copy: keep or new.",
            DefaultValueFactory = _ => ImportQuery.KeepIds,
        };
        ids.AcceptOnlyFromAmong(ImportQuery.KeepIds, ImportQuery.NewIds);
        var dryRun = new Option<bool>("--dry-run") { Description = "Tells what would be made, and stores nothing." };
        var import = new Command("import", "Reads sessions, messages and memories from a file; exits with 1 where something was wrong.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Arguments = { file },
            Options = { user, onError, ids, dryRun },
        };
        import.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens,
            (services, cancelled) => ImportAsync(
                services,
                parsed.GetRequiredValue(file),
                parsed.GetRequiredValue(user),
                new ImportChoices(
                    parsed.GetRequiredValue(onError) == ImportQuery.Skip,
                    parsed.GetValue(dryRun),
                    parsed.GetRequiredValue(ids) == ImportQuery.NewIds),
                cancelled),
            cancellationToken));
        return import;
    }

    private static async Task<int> ExportAsync(
        IServiceProvider services, string userId, Guid? sessionId, string format, string output, CancellationToken cancellationToken)
    {
        var reader = services.GetRequiredService<IExportReader>();
        var export = sessionId is { } id
            ? await Export.OfSessionAsync(reader, userId, id, cancellationToken)
            : Export.OfUser(reader, userId, cancellationToken);
        await using var stream = output == StandardStream ? Console.OpenStandardOutput() : File.Create(output);
        await CommandProgress.RunAsync("Exporting", total: null, report => services.GetRequiredService<ExportWriter>().WriteAsync(
            export,
            ExportFormat.Of(format, services.GetRequiredService<IMapper>()),
            async chunk => await stream.WriteAsync(chunk, cancellationToken),
            totals => report($"{totals.Sessions} sessions, {totals.Messages} messages", 0),
            cancellationToken));
        return 0;
    }

    private static async Task<int> ImportAsync(
        IServiceProvider services, string file, string userId, ImportChoices choices, CancellationToken cancellationToken)
    {
        await using var stream = file == StandardStream ? Console.OpenStandardInput() : File.OpenRead(file);
        // The beginning of a file does not tell NDJSON from JSON documents, so its name decides.
        var isLines = file.EndsWith("l", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);
        var lines = file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)
            ? services.GetRequiredService<ImportArchive>().ReadAsync(stream, userId, cancellationToken)
            : services.GetRequiredService<ImportReader>().ReadAsync(stream, isLines, userId, cancellationToken);
        ImportResponse? result = null;
        try
        {
            await CommandProgress.RunAsync("Importing", stream.CanSeek ? stream.Length : null, async report =>
                result = await services.GetRequiredService<ImportsService>().ImportAsync(
                    userId,
                    lines,
                    choices,
                    counts => report(
                        $"{counts.Sessions.Created} sessions, {counts.Messages.Created} messages", stream.CanSeek ? stream.Position : 0),
                    cancellationToken));
        }
        catch (InvalidFieldException exception)
        {
            Console.WriteLine(exception.Reason);
            return Incomplete;
        }

        (string Kind, ImportCounts Counts)[] all =
        [
            ("sessions", result!.Sessions), ("messages", result.Messages),
            ("memories", result.Memories), ("feedback", result.Feedback), ("user memories", result.UserMemories),
        ];
        foreach (var (kind, counts) in all)
        {
            Console.WriteLine($"{kind}: {counts.Created} created, {counts.Unchanged} unchanged, {counts.Failed} failed");
        }

        foreach (var error in result.Errors)
        {
            Console.WriteLine($"{(error.File is null ? "" : $"{error.File}, ")}line {error.Line}: {error.Reason} ({error.Code})");
        }

        return result.Failed == 0 ? 0 : Incomplete;
    }

    private static Option<string> User(string description) => new("--user")
    {
        Description = description,
        Required = true,
        CustomParser = result =>
        {
            var id = UserIds.Normalize(result.Tokens[0].Value);
            if (id is null || UserIds.Refuse(id) is not null)
            {
                result.AddError("--user must be a user's id.");
            }

            return id ?? "";
        },
    };
}
