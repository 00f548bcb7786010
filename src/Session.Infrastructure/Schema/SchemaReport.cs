namespace SessionService.Infrastructure.Schema;

/// <summary>How the database differs from what the service expects, a line each.</summary>
/// <param name="Errors">Differences that would break the service.</param>
/// <param name="Warnings">Differences that it can live with.</param>
/// <param name="Elapsed">How long the comparison took.</param>
public sealed record SchemaReport(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, TimeSpan Elapsed)
{
    public bool IsUsable => Errors.Count == 0;
}
