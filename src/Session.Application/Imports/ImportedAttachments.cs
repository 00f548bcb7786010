using System.Security.Cryptography;
using SessionService.Application.Attachments;
using SessionService.Application.Exports;
using SessionService.Application.Files;
using SessionService.Domain.Errors;

namespace SessionService.Application.Imports;

/// <summary>
/// Stores the attachments of an import. The pieces of one are collected in a temporary file and checked against its hash. Ids of
/// attachments follow from their owner, so those of another user's export get new ones.
/// </summary>
internal sealed class ImportedAttachments(string userId, ImportTally tally, ImportChoices choices, AttachmentsService attachments)
    : IAsyncDisposable
{
    // By the ids in the file.
    private readonly Dictionary<Guid, Guid> _ids = [];

    // The ids here that a dry run would have stored.
    private readonly HashSet<Guid> _wouldHave = [];

    private Incomplete? _incomplete;

    /// <summary>The id here of an attachment that has another one in the file.</summary>
    public Guid IdOf(Guid idInFile) => _ids.GetValueOrDefault(idInFile, idInFile);

    /// <summary>Whether a dry run would have stored the attachment.</summary>
    public bool WouldHave(Guid id) => _wouldHave.Contains(id);

    /// <summary>Takes a piece of an attachment, and stores the attachment with its last piece.</summary>
    /// <returns>Why the piece cannot be taken; <see langword="null"/> where it was.</returns>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    public async Task<ImportRefusal?> AddAsync(AttachmentLine line, CancellationToken cancellationToken)
    {
        var offset = line.Offset ?? 0;
        if (offset == 0)
        {
            await DropAsync();
            _incomplete = new Incomplete(line);
        }
        else if (_incomplete is null || !_incomplete.GoesOnWith(line, offset))
        {
            await DropAsync();
            return Invalid("offset: must be the end of the piece before, of the same attachment");
        }

        var bytes = Convert.FromBase64String(line.Data!);
        if (offset + bytes.Length > line.Size)
        {
            await DropAsync();
            return Invalid("data: is more than size says");
        }

        await _incomplete.AppendAsync(bytes, cancellationToken);
        return _incomplete.IsComplete ? await StoreAsync(_incomplete, cancellationToken) : null;
    }

    /// <summary>Gives up an attachment whose last pieces did not come.</summary>
    public async Task DropAsync()
    {
        if (_incomplete is not null)
        {
            tally.Count(ImportKind.Attachment, failed: _incomplete.IsComplete ? 0 : 1);
            await _incomplete.DisposeAsync();
            _incomplete = null;
        }
    }

    public ValueTask DisposeAsync() => _incomplete?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<ImportRefusal?> StoreAsync(Incomplete complete, CancellationToken cancellationToken)
    {
        var sha256 = complete.GetHash();
        var (line, content) = (complete.Line, complete.Content);
        try
        {
            if (line.Sha256 is { } given && !given.Equals(Convert.ToHexStringLower(sha256), StringComparison.OrdinalIgnoreCase))
            {
                return Invalid("data: is not what sha256 says");
            }

            if (choices.IsDryRun)
            {
                var id = AttachmentsService.IdOf(userId, sha256);
                var missing = await attachments.FindMissingAsync(userId, [id], cancellationToken);
                tally.Response.Attachments.Count(isNew: missing.Count > 0 && !WouldHave(id));
                _ids[line.AttachmentId!.Value] = id;
                _wouldHave.Add(id);
                return null;
            }

            var added = await attachments.AddAsync(userId, content, sha256, line.MediaType, line.Name, cancellationToken);
            tally.Response.Attachments.Count(added.IsNew);
            if (added.Attachment.AttachmentId != line.AttachmentId)
            {
                _ids[line.AttachmentId!.Value] = added.Attachment.AttachmentId;
            }

            return null;
        }
        catch (TooLargeException exception)
        {
            return new ImportRefusal(exception.Code, exception.Message);
        }
        finally
        {
            await DropAsync();
        }
    }

    private static ImportRefusal Invalid(string reason) => new("validation_failed", reason);

    /// <summary>An attachment whose pieces are being read.</summary>
    private sealed class Incomplete(AttachmentLine line) : IAsyncDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public AttachmentLine Line => line;

        public FileStream Content { get; } = TemporaryFile.Create("session-import");

        public bool IsComplete => Content.Length == line.Size;

        public bool GoesOnWith(AttachmentLine next, long offset) =>
            next.AttachmentId == line.AttachmentId && next.Size == line.Size && offset == Content.Length;

        public async Task AppendAsync(byte[] bytes, CancellationToken cancellationToken)
        {
            _hash.AppendData(bytes);
            await Content.WriteAsync(bytes, cancellationToken);
        }

        public byte[] GetHash() => _hash.GetHashAndReset();

        public ValueTask DisposeAsync()
        {
            _hash.Dispose();
            return Content.DisposeAsync();
        }
    }
}
