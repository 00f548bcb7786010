using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Exports;

/// <summary>Finds what is to be exported.</summary>
public sealed class ExportsService(IExportReader reader)
{
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<Export> OfSessionAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var session = await reader.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        return new Export(new[] { session }.ToAsyncEnumerable(), AsyncEnumerable.Empty<ExportedUserMemory>());
    }

    /// <summary>All that a user has.</summary>
    public Export OfUser(string userId, CancellationToken cancellationToken) => new(
        reader.ReadAsync(userId, cancellationToken),
        reader.ReadMemoriesAsync(userId, cancellationToken)
            .Select(memory => new ExportedUserMemory(memory, reader.ReadEarlierAsync(memory, cancellationToken))));
}
