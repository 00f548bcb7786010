using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>Consecutive messages of a segment, unpacked. Their memory is the segment's.</summary>
internal sealed class PackedPart : IDisposable
{
    private readonly UnpackedMessages _messages;
    private readonly ReadOnlyMemory<byte> _ids;
    private readonly long _messagesStart;
    private readonly int _start;
    private readonly int _end;

    /// <param name="segmentStart">The number of the segment's first message.</param>
    /// <param name="after">Only messages with greater numbers are wanted.</param>
    /// <param name="last">The greatest number that is wanted.</param>
    /// <param name="ids">The segment's ids, as <see cref="MessageIds"/> keeps them.</param>
    /// <param name="body">The segment's body.</param>
    public PackedPart(long segmentStart, long after, long last, ReadOnlyMemory<byte> ids, ReadOnlySpan<byte> body)
    {
        _messages = new UnpackedMessages(body);
        _ids = ids;
        _messagesStart = segmentStart;
        _start = (int)Math.Clamp(after - segmentStart + 1, 0, _messages.Count);
        _end = (int)Math.Clamp(last - segmentStart + 1, _start, _messages.Count);
    }

    /// <summary>The messages, in the order of their numbers or against it.</summary>
    public IEnumerable<MessageRow> Rows(bool isDescending = false)
    {
        for (var i = _start; i < _end; i++)
        {
            yield return Row(isDescending ? _start + _end - 1 - i : i);
        }
    }

    /// <summary>Those on a path that filters choose and whose numbers lie between two others, in order.</summary>
    public IReadOnlyList<MessageRow> Choose(
        MessageFilter filter, long after = 0, long before = long.MaxValue, MessagePath? path = null) =>
        [.. _messages.Choose(filter)
            .Where(i => i >= _start && i < _end && _messagesStart + i > after && _messagesStart + i < before)
            .Where(i => path is null || path.Contains(_messagesStart + i))
            .Select(Row)];

    public void Dispose() => _messages.Dispose();

    private MessageRow Row(int i) => _messages.Read(i, _messagesStart + i, _ids.Span.Slice(i * _messages.IdWidth, _messages.IdWidth));
}
