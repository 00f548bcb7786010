using SessionService.Domain.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>A range of the bytes of an attachment in the database. A connection is held only while a piece is read.</summary>
internal sealed class PieceStream(AttachmentPieces pieces, StoredAttachment attachment, long from, long length) : Stream
{
    private readonly byte[] _piece = new byte[AttachmentPieces.Size];
    private readonly long _end = from + length;
    private long _position = from;
    private int _number = -1;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var number = (int)(_position / AttachmentPieces.Size);
        var offset = (int)(_position % AttachmentPieces.Size);
        var count = (int)Math.Min(Math.Min(buffer.Length, _end - _position), AttachmentPieces.Size - offset);
        if (count == 0)
        {
            return 0;
        }

        if (number != _number)
        {
            await pieces.ReadAsync(attachment.UserId, attachment.AttachmentId, number, _piece, cancellationToken);
            _number = number;
        }

        _piece.AsMemory(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
