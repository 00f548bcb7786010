using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.UserMemories;

namespace SessionService.Application.Imports;

/// <summary>Puts sessions, messages and memories into the service as they were elsewhere.</summary>
public sealed class ImportsService(
    ISessionStore sessions, IMessageStore messages, IMessageReader reader, IMemoryStore memories, IUserMemoryStore userMemories, TimeProvider time)
{
    /// <summary>
    /// Imports line by line. What is there already is left alone, so an import that broke off is made whole by sending it again. At each moment
    /// what is stored is complete up to some line.
    /// </summary>
    /// <param name="userId">Whose everything becomes, whoever the lines name.</param>
    /// <param name="lines">The lines, read as they are needed.</param>
    /// <param name="skipsWrongLines">Whether to go on after a wrong line.</param>
    /// <param name="onProgress">Hears of the counts as they grow.</param>
    /// <param name="cancellationToken">Ends the import between two writes.</param>
    public async Task<ImportResponse> ImportAsync(
        string userId,
        IAsyncEnumerable<ImportLine> lines,
        bool skipsWrongLines,
        Action<ImportResponse>? onProgress,
        CancellationToken cancellationToken)
    {
        var import = new Import(userId, skipsWrongLines, sessions, messages, reader, memories, userMemories, time);
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            await import.AddAsync(line, cancellationToken);
            onProgress?.Invoke(import.Response);
            if (import.HasStopped)
            {
                break;
            }
        }

        await import.FinishAsync(cancellationToken);
        onProgress?.Invoke(import.Response);
        return import.Response;
    }
}
