using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Keys;
using SessionService.Application.Time;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Keys;

/// <summary>Writes the last use of keys: of many keys in one statement, and of each key once in a while.</summary>
internal sealed class KeyUsesJob(
    KeyUses uses, KeyStore store, IOptions<KeyOptions> options, TimeProvider time, ILogger<KeyUsesJob> logger)
    : RecurringJob(time, logger)
{
    // So often within the time in which a key is written once.
    private const int RunsAWrite = 5;

    protected override string Name => "key uses";

    protected override TimeSpan Interval => options.Value.NoteUseEvery / RunsAWrite;

    protected override bool RunsAtStart => false;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var noted = uses.Noted();
        if (noted.Length > 0)
        {
            var now = Time.GetDatabaseNow();
            await store.NoteUseAsync(noted, now, now - options.Value.NoteUseEvery, cancellationToken);
            uses.Remove(noted);
        }

        return true;
    }
}
