using System.Buffers;
using Microsoft.Extensions.ObjectPool;
using SessionService.Application.Messages;
using ZstdSharp;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// An unpacked segment: messages by position, as slices of one piece of memory that is given back when the segment is disposed of.
/// </summary>
internal sealed class UnpackedMessages : IDisposable
{
    private static readonly ObjectPool<Decompressor> Decompressors =
        new DefaultObjectPool<Decompressor>(new DefaultPooledObjectPolicy<Decompressor>());

    private readonly Kind[] _kinds;
    private readonly Place[] _places;
    private readonly byte[] _columns;
    private readonly Dictionary<int, DateTime> _redactions = [];

    // Where each message's parts, name and status are; null where no message of the segment has any.
    private readonly More[]? _more;

    /// <param name="body">What <see cref="PackedMessagesBuilder"/> made.</param>
    public UnpackedMessages(ReadOnlySpan<byte> body)
    {
        var outer = new VarintReader(body);
        var version = outer.ReadByte();
        if (version is not (PackedMessagesBuilder.Texts or PackedMessagesBuilder.TextsAndMore))
        {
            throw new InvalidDataException($"A segment of version {version} cannot be read.");
        }

        var length = outer.ReadLength();
        _columns = ArrayPool<byte>.Shared.Rent(length);
        Decompress(body[outer.Position..], length);

        var reader = new VarintReader(_columns.AsSpan(0, length));
        var idTimes = (IdTimes)reader.ReadByte();
        IdWidth = idTimes == IdTimes.InIds ? MessageIds.FullWidth : MessageIds.EndWidth;
        Count = reader.ReadLength();
        _places = ArrayPool<Place>.Shared.Rent(Count);
        _kinds = new Kind[reader.ReadLength()];
        for (var i = 0; i < _kinds.Length; i++)
        {
            _kinds[i] = new Kind(ReadSlice(ref reader), ReadSlice(ref reader));
        }

        for (var redactions = reader.ReadLength(); redactions > 0; redactions--)
        {
            _redactions.Add(reader.ReadLength(), Microseconds.ToTime(reader.ReadSigned()));
        }

        var end = ReadPlaces(ref reader, idTimes);
        if (version == PackedMessagesBuilder.TextsAndMore)
        {
            _more = ReadMore(_columns.AsSpan(0, length), end);
        }
    }

    public int Count { get; }

    /// <summary>How many bytes of each id stand beside the body.</summary>
    public int IdWidth { get; }

    /// <summary>The message at a place, from 0.</summary>
    public MessageRow Read(int index, long sequence, ReadOnlySpan<byte> idEnd)
    {
        ref readonly var place = ref _places.AsSpan(0, Count)[index];
        var kind = _kinds[place.Kind];
        var more = _more?[index] ?? default;
        return new MessageRow
        {
            Sequence = sequence,
            MessageId = MessageIds.Join(place.IdTime, idEnd),
            Role = kind.Role,
            Content = _columns.AsMemory(place.Content, place.ContentLength),
            MessageType = kind.MessageType,
            Metadata = _columns.AsMemory(place.Metadata, place.MetadataLength),
            Parts = _columns.AsMemory(more.Parts, more.PartsLength),
            Name = _columns.AsMemory(more.Name, more.NameLength),
            Status = _columns.AsMemory(more.Status, more.StatusLength),
            TokensUsed = place.Tokens,
            CostUsd = place.Cost,
            CreatedAt = Microseconds.ToTime(place.Time),
            RedactedAt = _redactions.TryGetValue(index, out var time) ? time : null,
        };
    }

    /// <summary>The places of the messages that filters choose, in order.</summary>
    public IEnumerable<int> Choose(MessageFilter filter)
    {
        bool[] isChosen = [.. _kinds.Select(kind => filter.Matches(kind.Role.Span, kind.MessageType.Span))];
        for (var i = 0; i < Count; i++)
        {
            if (isChosen[_places[i].Kind])
            {
                yield return i;
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_columns);
        ArrayPool<Place>.Shared.Return(_places);
    }

    private void Decompress(ReadOnlySpan<byte> frame, int length)
    {
        var decompressor = Decompressors.Get();
        if (decompressor.Unwrap(frame, _columns.AsSpan(0, length)) != length)
        {
            throw new InvalidDataException("A segment is shorter than it says.");
        }

        // After a failure it is not used again.
        Decompressors.Return(decompressor);
    }

    private ReadOnlyMemory<byte> ReadSlice(ref VarintReader reader)
    {
        var length = reader.ReadLength();
        var slice = _columns.AsMemory(reader.Position, length);
        reader.Read(length);
        return slice;
    }

    /// <returns>Where the columns end.</returns>
    private int ReadPlaces(ref VarintReader reader, IdTimes idTimes)
    {
        var places = _places.AsSpan(0, Count);
        foreach (ref var place in places)
        {
            place.Kind = reader.ReadLength();
        }

        var forms = reader.Read(Count);
        for (var i = 0; i < places.Length; i++)
        {
            places[i].Cost = ExactDecimal.ToDecimal(reader.ReadLongVarint(), forms[i]);
        }

        foreach (ref var place in places)
        {
            place.Tokens = checked((int)reader.ReadSigned());
        }

        long time = 0;
        foreach (ref var place in places)
        {
            time += reader.ReadSigned();
            place.Time = time;
        }

        foreach (ref var place in places)
        {
            place.MetadataLength = reader.ReadLength();
        }

        foreach (ref var place in places)
        {
            place.ContentLength = reader.ReadLength();
        }

        long lastIdTime = 0;
        foreach (ref var place in places)
        {
            // The memory has been used before.
            place.IdTime = 0;
            if (idTimes != IdTimes.InIds)
            {
                lastIdTime += reader.ReadSigned();
                place.IdTime = idTimes == IdTimes.AfterIds ? lastIdTime : lastIdTime + Microseconds.ToMilliseconds(place.Time);
            }
        }

        var position = reader.Position;
        foreach (ref var place in places)
        {
            place.Metadata = position;
            position += place.MetadataLength;
        }

        foreach (ref var place in places)
        {
            place.Content = position;
            position += place.ContentLength;
        }

        return position;
    }

    private More[] ReadMore(ReadOnlySpan<byte> columns, int start)
    {
        var reader = new VarintReader(columns[start..]);
        var more = new More[Count];
        foreach (ref var one in more.AsSpan())
        {
            (one.StatusLength, one.NameLength, one.PartsLength) = (reader.ReadLength(), reader.ReadLength(), reader.ReadLength());
        }

        var position = start + reader.Position;
        foreach (ref var one in more.AsSpan())
        {
            if ((long)position + one.StatusLength + one.NameLength + one.PartsLength > columns.Length)
            {
                throw new InvalidDataException("A segment is shorter than its columns say.");
            }

            one.Status = position;
            one.Name = one.Status + one.StatusLength;
            one.Parts = one.Name + one.NameLength;
            position = one.Parts + one.PartsLength;
        }

        return more;
    }

    private readonly record struct Kind(ReadOnlyMemory<byte> Role, ReadOnlyMemory<byte> MessageType);

    private record struct More
    {
        public int Status;
        public int StatusLength;
        public int Name;
        public int NameLength;
        public int Parts;
        public int PartsLength;
    }

    private struct Place
    {
        public decimal Cost;
        public long Time;
        public long IdTime;
        public int Kind;
        public int Tokens;
        public int Metadata;
        public int MetadataLength;
        public int Content;
        public int ContentLength;
    }
}
