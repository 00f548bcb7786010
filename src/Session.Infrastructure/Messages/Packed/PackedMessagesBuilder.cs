using System.Buffers;
using System.Text;
using SessionService.Application.Messages;
using ZstdSharp;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// Builds a segment from consecutive messages: column after column, in one compressed frame, numbers as differences and texts last.
/// <see cref="UnpackedMessages"/> reads it.
/// </summary>
internal sealed class PackedMessagesBuilder
{
    /// <summary>The first byte of a body whose messages are texts and no more.</summary>
    public const byte Texts = 1;

    /// <summary>The first byte of a body with parts, names or statuses: their columns follow those of <see cref="Texts"/>.</summary>
    public const byte TextsAndMore = 2;

    private readonly List<Guid> _ids = [];
    private readonly Dictionary<MessageKind, int> _kinds = [];
    private readonly List<int> _counts = [];
    private readonly ArrayBufferWriter<byte> _kindOf = new();
    private readonly ArrayBufferWriter<byte> _times = new();
    private readonly ArrayBufferWriter<byte> _tokens = new();
    private readonly ArrayBufferWriter<byte> _scales = new();
    private readonly ArrayBufferWriter<byte> _costs = new();
    private readonly ArrayBufferWriter<byte> _metadataLengths = new();
    private readonly ArrayBufferWriter<byte> _contentLengths = new();
    private readonly ArrayBufferWriter<byte> _redactions = new();
    private readonly ArrayBufferWriter<byte> _metadata = new();
    private readonly ArrayBufferWriter<byte> _contents = new();
    private readonly ArrayBufferWriter<byte> _moreLengths = new();
    private readonly ArrayBufferWriter<byte> _more = new();
    private bool _hasMore;
    private int _redacted;

    // The times in ids of version 7, as differences to the id before and as differences to the message's time: the shorter column is
    // kept.
    private readonly ArrayBufferWriter<byte> _idTimes = new();
    private readonly ArrayBufferWriter<byte> _idLags = new();
    private long _lastIdTime;
    private long _lastIdLag;
    private long _firstSequence;
    private long _lastTime;

    public int Count => _ids.Count;

    /// <summary>How long the messages' texts are together, in bytes of UTF-8.</summary>
    public long TextBytes => _metadata.WrittenCount + _contents.WrittenCount + _more.WrittenCount;

    /// <summary>A segment of messages that follow each other.</summary>
    public static PackedMessages Build(IEnumerable<MessageRow> messages, int level)
    {
        var builder = new PackedMessagesBuilder();
        foreach (var message in messages)
        {
            builder.Add(message);
        }

        return builder.Build(level);
    }

    /// <summary>Adds the next message; its memory is copied.</summary>
    public void Add(in MessageRow message)
    {
        if (Count == 0)
        {
            _firstSequence = message.Sequence;
        }
        else if (message.Sequence != _firstSequence + Count)
        {
            throw new InvalidOperationException($"Message {message.Sequence} does not follow {_firstSequence + Count - 1}.");
        }

        if (message.RedactedAt is { } redactedAt)
        {
            _redacted++;
            _redactions.WriteVarint((uint)Count);
            _redactions.WriteSigned(Microseconds.Of(redactedAt));
        }

        _ids.Add(message.MessageId);
        _kindOf.WriteVarint((uint)KindOf(message));
        var time = Microseconds.Of(message.CreatedAt);
        _times.WriteSigned(time - _lastTime);
        _lastTime = time;
        AddIdTime(message.MessageId, time);
        _tokens.WriteSigned(message.TokensUsed);
        AddCost(message.CostUsd);
        _metadataLengths.WriteVarint((uint)message.Metadata.Length);
        _metadata.Write(message.Metadata.Span);
        _contentLengths.WriteVarint((uint)message.Content.Length);
        _contents.Write(message.Content.Span);
        AddMore(message);
    }

    /// <summary>The segment of what was added.</summary>
    /// <param name="level">How hard zstd tries, 1 to 22.</param>
    public PackedMessages Build(int level)
    {
        var idWidth = MessageIds.WidthOf(_ids);
        var idTimes = idWidth == MessageIds.FullWidth ? IdTimes.InIds
            : _idLags.WrittenCount < _idTimes.WrittenCount ? IdTimes.AfterMessages
            : IdTimes.AfterIds;
        var columns = new ArrayBufferWriter<byte>();
        columns.Write([(byte)idTimes]);
        columns.WriteVarint((uint)Count);
        columns.WriteVarint((uint)_kinds.Count);
        foreach (var kind in _kinds.Keys)
        {
            WriteText(columns, kind.Role);
            WriteText(columns, kind.MessageType);
        }

        columns.WriteVarint((uint)_redacted);
        foreach (var column in new[] { _redactions, _kindOf, _scales, _costs, _tokens, _times, _metadataLengths, _contentLengths })
        {
            columns.Write(column.WrittenSpan);
        }

        if (idTimes != IdTimes.InIds)
        {
            columns.Write((idTimes == IdTimes.AfterIds ? _idTimes : _idLags).WrittenSpan);
        }

        columns.Write(_metadata.WrittenSpan);
        columns.Write(_contents.WrittenSpan);
        if (_hasMore)
        {
            columns.Write(_moreLengths.WrittenSpan);
            columns.Write(_more.WrittenSpan);
        }

        return new PackedMessages
        {
            FirstSequence = _firstSequence,
            Ids = _ids,
            IdWidth = idWidth,
            Roles = [.. _kinds.Keys.Select(kind => kind.Role)],
            MessageTypes = [.. _kinds.Keys.Select(kind => kind.MessageType)],
            Counts = [.. _counts],
            Body = Compress(_hasMore ? TextsAndMore : Texts, columns.WrittenSpan, level),
        };
    }

    private static byte[] Compress(byte version, ReadOnlySpan<byte> columns, int level)
    {
        using var compressor = new Compressor(level);
        var body = new ArrayBufferWriter<byte>();
        body.Write([version]);
        body.WriteVarint((uint)columns.Length);
        body.Write(compressor.Wrap(columns));
        return body.WrittenSpan.ToArray();
    }

    private void AddMore(in MessageRow message)
    {
        _hasMore |= message.HasMore;
        foreach (var text in new[] { message.Status, message.Name, message.Parts })
        {
            _moreLengths.WriteVarint((uint)text.Length);
            _more.Write(text.Span);
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        writer.WriteVarint((uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, writer);
    }

    private int KindOf(in MessageRow message)
    {
        var kind = new MessageKind(Encoding.UTF8.GetString(message.Role.Span), Encoding.UTF8.GetString(message.MessageType.Span));
        if (!_kinds.TryGetValue(kind, out var index))
        {
            index = _kinds.Count;
            _kinds.Add(kind, index);
            _counts.Add(0);
        }

        _counts[index]++;
        return index;
    }

    private void AddIdTime(Guid id, long time)
    {
        var idTime = MessageIds.TimeOf(id);
        var lag = idTime - Microseconds.ToMilliseconds(time);
        _idTimes.WriteSigned(idTime - _lastIdTime);
        _idLags.WriteSigned(lag - _lastIdLag);
        (_lastIdTime, _lastIdLag) = (idTime, lag);
    }

    // The digits without padding zeros, and how many of them stand after the point.
    private void AddCost(decimal cost)
    {
        var exact = new ExactDecimal(cost);
        _scales.Write([exact.Form]);
        _costs.WriteVarint(exact.Digits);
    }
}

/// <summary>Where the times of a segment's ids are.</summary>
internal enum IdTimes : byte
{
    /// <summary>In the ids, which are whole.</summary>
    InIds,

    /// <summary>In the body, each as its difference to that of the id before.</summary>
    AfterIds,

    /// <summary>In the body, by how much each is after the message's own time, as the difference to that of the message before.</summary>
    AfterMessages,
}
