using SessionService.Application.Identity;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Exports;

/// <summary>Finds what is to be exported.</summary>
public sealed class ExportsService(IExportReader reader, CallerAccess access)
{
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public async Task<Export> OfSessionAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var session = await reader.FindAsync(owner, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        return new Export(new[] { session }.ToAsyncEnumerable(), AsyncEnumerable.Empty<ExportedUserMemory>());
    }

    /// <summary>All that a user has.</summary>
    public Export OfUser(string userId, CancellationToken cancellationToken) => new(
        reader.ReadAsync(userId, cancellationToken),
        reader.ReadMemoriesAsync(userId, cancellationToken)
            .Select(memory => new ExportedUserMemory(memory, reader.ReadEarlierAsync(memory, cancellationToken))));
}
