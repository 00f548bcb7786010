namespace SessionService.Infrastructure.Schema;

/// <summary>How the database differs from what the service expects, a line each.</summary>
/// <param name="Errors">Differences that would break the service.</param>
/// <param name="Warnings">Differences that it can live with.</param>
/// <param name="HasPendingMigrations">Whether migrating is what is missing.</param>
/// <param name="IsSharded">Whether the tables are distributed over several servers.</param>
public sealed record SchemaReport(
    IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, bool HasPendingMigrations, bool IsSharded = false)
{
    public bool IsUsable => Errors.Count == 0;
}
