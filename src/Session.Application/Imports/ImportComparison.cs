using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>Compares messages of an import with stored ones.</summary>
internal static class ImportComparison
{
    /// <summary>
    /// Whether a message of the same id says the same. A redaction makes no difference. Imports of earlier versions stored no parts. A dry
    /// run keeps no files, so its parts hold base64 where the stored ones refer to files.
    /// </summary>
    public static bool IsSame(SessionMessage stored, SessionMessage imported, bool isDryRun) =>
        stored.RedactedAt is not null
        || imported.RedactedAt is not null
        || (stored.Role == imported.Role
            && stored.Content == imported.Content
            && (stored.Parts is null || isDryRun || stored.Parts == (imported.Parts ?? "")));
}
