using System.CommandLine;
using System.Globalization;
using SessionService.Application.Archival;

namespace SessionService.Api.Commands;

/// <summary>The command <c>archive</c>: runs the archival job once, or prints what it would do.</summary>
internal static class ArchiveCommand
{
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Only prints what would be done: the step, user, session, status and since when it was not used.",
        };
        var archive = new Command(
            "archive", "Lets unused sessions expire, puts them away and deletes them, by the settings in the section Archival.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Options = { dryRun },
        };
        archive.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens, (services, cancelled) => RunAsync(services, parsed.GetValue(dryRun), cancelled), cancellationToken));
        return archive;
    }

    private static async Task<int> RunAsync(IServiceProvider services, bool isDryRun, CancellationToken cancellationToken)
    {
        var retention = services.GetRequiredService<ISessionRetention>();
        if (!isDryRun)
        {
            await retention.RunAsync(cancellationToken);
            return 0;
        }

        await foreach (var due in retention.FindDueAsync(cancellationToken))
        {
            var step = due.Step.ToString().ToLowerInvariant();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{step} {Uri.EscapeDataString(due.UserId)} {due.SessionId} {due.Status} {due.Since.UtcDateTime:O}"));
        }

        return 0;
    }
}
