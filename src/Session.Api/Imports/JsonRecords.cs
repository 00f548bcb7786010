using System.Buffers;
using System.Runtime.CompilerServices;
using SessionService.Api.Json;

namespace SessionService.Api.Imports;

/// <summary>
/// Splits a stream of JSON of any length into objects of bounded length. These are the lines of NDJSON, or, in JSON documents, the elements
/// of an array and the parts of an export (an object that begins with <c>"type": "export"</c>). An array that begins with a message of a
/// chat is one object, the chat. An object that holds a list of conversations is these conversations.
/// </summary>
internal sealed class JsonRecords(
    Stream stream,
    int maxRecordBytes,
    Predicate<ReadOnlyMemory<byte>> isChatMessage,
    Predicate<ReadOnlyMemory<byte>> isConversation)
{
    private const int BufferBytes = 64 * 1024;

    private static readonly byte[] HeaderOfExport = """{"type":"export","version":"""u8.ToArray();

    // The names under which files hold their conversations, as they stand in the JSON.
    private static readonly byte[][] Lists =
    [
        "\"conversations\""u8.ToArray(),
        "\"chats\""u8.ToArray(),
        "\"history\""u8.ToArray(),
        "\"data\""u8.ToArray(),
        "\"items\""u8.ToArray(),
    ];

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly ArrayBufferWriter<byte> _record = new();
    private int _at;
    private int _end;
    private long _number;
    private bool _isTooLong;

    /// <summary>The lines that are not blank. Each is valid until the next one is read.</summary>
    public async IAsyncEnumerable<JsonRecord> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await FillAsync(cancellationToken))
        {
            Begin();
            var isAtEnd = false;
            while (!isAtEnd && await FillAsync(cancellationToken))
            {
                var rest = _buffer.AsSpan(_at.._end);
                var length = rest.IndexOf((byte)'\n');
                isAtEnd = length >= 0;
                Take(isAtEnd ? length : rest.Length);
                _at += isAtEnd ? 1 : 0;
            }

            if (_isTooLong || _record.WrittenSpan.ContainsAnyExcept(" \t\r"u8))
            {
                yield return Record();
            }
        }
    }

    /// <summary>The objects of the JSON documents. Each is valid until the next one is read.</summary>
    /// <exception cref="InvalidJsonException">It is no JSON from here on.</exception>
    public async IAsyncEnumerable<JsonRecord> ReadDocumentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } first)
        {
            var records = first switch
            {
                (byte)'[' => ReadElementsAsync(mayBeChat: true, cancellationToken),
                (byte)'{' => ReadObjectAsync(cancellationToken),
                _ => throw Invalid(),
            };
            await foreach (var record in records.WithCancellation(cancellationToken))
            {
                yield return record;
            }
        }
    }

    private async IAsyncEnumerable<JsonRecord> ReadElementsAsync(
        bool mayBeChat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _at++;
        var isFirst = true;
        while (await DemandNextAsync(cancellationToken) != ']')
        {
            if (!isFirst)
            {
                await DemandAsync((byte)',', cancellationToken);
                await DemandNextAsync(cancellationToken);
            }

            Begin();
            await ReadValueAsync(depth: 0, cancellationToken);
            if (isFirst && mayBeChat && !_isTooLong && isChatMessage(_record.WrittenMemory))
            {
                await ReadRestOfChatAsync(cancellationToken);
                yield return Record();
                yield break;
            }

            isFirst = false;
            yield return Record();
        }

        _at++;
    }

    /// <summary>Reads the rest of the array that a chat's first message stands in.</summary>
    private async ValueTask ReadRestOfChatAsync(CancellationToken cancellationToken)
    {
        var first = _record.WrittenSpan.ToArray();
        _record.ResetWrittenCount();
        Append((byte)'[');
        _record.Write(first);
        await ReadValueAsync(depth: 1, cancellationToken);
    }

    /// <summary>Reads an object: it is one record, or an export, whose parts are records, or it holds a list of conversations.</summary>
    private async IAsyncEnumerable<JsonRecord> ReadObjectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Begin();
        Take(1);
        for (var isFirst = true; await DemandNextAsync(cancellationToken) != '}'; isFirst = false)
        {
            if (!isFirst)
            {
                await TakeAsync((byte)',', cancellationToken);
                await DemandNextAsync(cancellationToken);
            }

            var name = _record.WrittenCount;
            await ReadValueAsync(depth: 0, cancellationToken);
            var isType = isFirst && _record.WrittenSpan[name..].SequenceEqual("\"type\""u8);
            var mayBeList = Array.Exists(Lists, list => _record.WrittenSpan[name..].SequenceEqual(list));
            await DemandNextAsync(cancellationToken);
            await TakeAsync((byte)':', cancellationToken);
            var isArray = await DemandNextAsync(cancellationToken) == '[';
            if (mayBeList && isArray && await ReadFirstElementAsync(cancellationToken) is { } first && isConversation(first))
            {
                await foreach (var record in ReadListAsync(first, cancellationToken))
                {
                    yield return record;
                }

                yield break;
            }

            var value = _record.WrittenCount;
            await ReadValueAsync(depth: mayBeList && isArray ? 1 : 0, cancellationToken);
            if (isType && _record.WrittenSpan[value..].SequenceEqual("\"export\""u8))
            {
                await foreach (var record in ReadPartsAsync(cancellationToken))
                {
                    yield return record;
                }

                yield break;
            }
        }

        Take(1);
        yield return Record();
    }

    /// <summary>Copies the beginning of an array, and gives its first element if there is one and the record is not too long.</summary>
    private async ValueTask<ReadOnlyMemory<byte>?> ReadFirstElementAsync(CancellationToken cancellationToken)
    {
        Take(1);
        if (await DemandNextAsync(cancellationToken) == ']')
        {
            return null;
        }

        var first = _record.WrittenCount;
        await ReadValueAsync(depth: 0, cancellationToken);
        return _isTooLong ? null : _record.WrittenMemory[first..];
    }

    /// <summary>Reads the elements of a list of conversations, and passes over the rest of the object that holds it.</summary>
    private async IAsyncEnumerable<JsonRecord> ReadListAsync(
        ReadOnlyMemory<byte> first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new JsonRecord(_number, first, IsTooLong: false);
        while (await DemandNextAsync(cancellationToken) != ']')
        {
            await DemandAsync((byte)',', cancellationToken);
            await DemandNextAsync(cancellationToken);
            Begin();
            await ReadValueAsync(depth: 0, cancellationToken);
            yield return Record();
        }

        _at++;
        _isTooLong = true;
        await ReadValueAsync(depth: 1, cancellationToken);
    }

    /// <summary>Reads the parts of an export after its first member.</summary>
    private async IAsyncEnumerable<JsonRecord> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // In NDJSON the header of an export is a line of its own. In a JSON document it is no record.
        _number--;
        while (await DemandNextAsync(cancellationToken) != '}')
        {
            await DemandAsync((byte)',', cancellationToken);
            await DemandNextAsync(cancellationToken);
            _record.ResetWrittenCount();
            await ReadValueAsync(depth: 0, cancellationToken);
            var isVersion = _record.WrittenSpan.SequenceEqual("\"version\""u8);
            await DemandNextAsync(cancellationToken);
            await DemandAsync((byte)':', cancellationToken);
            switch (await DemandNextAsync(cancellationToken))
            {
                case (byte)'{':
                    Begin();
                    await ReadValueAsync(depth: 0, cancellationToken);
                    yield return Record();
                    break;

                case (byte)'[':
                    await foreach (var record in ReadElementsAsync(mayBeChat: false, cancellationToken))
                    {
                        yield return record;
                    }

                    break;

                default:
                    _record.ResetWrittenCount();
                    _record.Write(HeaderOfExport);
                    await ReadValueAsync(depth: 0, cancellationToken);
                    if (isVersion)
                    {
                        Append((byte)'}');
                        yield return new JsonRecord(_number, _record.WrittenMemory, _isTooLong);
                    }

                    break;
            }
        }

        _at++;
    }

    /// <summary>Copies a value, or the rest of one at a given depth.</summary>
    private async ValueTask ReadValueAsync(int depth, CancellationToken cancellationToken)
    {
        var scan = new JsonValueScan(depth);
        while (await FillAsync(cancellationToken))
        {
            Take(scan.Measure(_buffer.AsSpan(_at.._end)));
            if (scan.IsComplete)
            {
                return;
            }
        }

        throw Invalid();
    }

    private void Begin()
    {
        _number++;
        _record.ResetWrittenCount();
        _isTooLong = false;
    }

    private JsonRecord Record() => new(_number, _isTooLong ? default : _record.WrittenMemory, _isTooLong);

    private void Take(int length)
    {
        if (_record.WrittenCount + length > maxRecordBytes)
        {
            _isTooLong = true;
        }

        if (!_isTooLong)
        {
            _record.Write(_buffer.AsSpan(_at, length));
        }

        _at += length;
    }

    private async ValueTask TakeAsync(byte expected, CancellationToken cancellationToken) =>
        Append(await DemandAsync(expected, cancellationToken));

    private void Append(byte one) => _record.Write([one]);

    private async ValueTask<byte> DemandAsync(byte expected, CancellationToken cancellationToken)
    {
        if (await DemandNextAsync(cancellationToken) != expected)
        {
            throw Invalid();
        }

        _at++;
        return expected;
    }

    private async ValueTask<byte> DemandNextAsync(CancellationToken cancellationToken) =>
        await NextAsync(cancellationToken) ?? throw Invalid();

    /// <summary>Skips white space and peeks at the next byte.</summary>
    private async ValueTask<byte?> NextAsync(CancellationToken cancellationToken)
    {
        while (await FillAsync(cancellationToken))
        {
            var length = _buffer.AsSpan(_at.._end).IndexOfAnyExcept(" \t\r\n"u8);
            if (length >= 0)
            {
                _at += length;
                return _buffer[_at];
            }

            _at = _end;
        }

        return null;
    }

    /// <summary>Reads into the buffer when it is empty; false at the end of the stream.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_at < _end)
        {
            return true;
        }

        var isStart = _end == 0;
        (_at, _end) = (0, await ReadAsync(_buffer, cancellationToken));
        if (isStart)
        {
            // A byte order mark may arrive in pieces.
            while (_end is > 0 and < 3 && await ReadAsync(_buffer.AsMemory(_end), cancellationToken) is > 0 and var more)
            {
                _end += more;
            }

            _at = _buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8) ? 3 : 0;
            return _at < _end || (_end > 0 && await FillAsync(cancellationToken));
        }

        return _end > 0;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // An invalid chunk size, or a client that disconnected: an error of the client.
            throw new BadHttpRequestException("The body could not be read.", exception);
        }
    }

    private InvalidJsonException Invalid() => new($"The body is not JSON after object {_number}.");
}

/// <summary>An object of a stream of JSON.</summary>
/// <param name="Number">The number of the line, or of the object in a document.</param>
/// <param name="Json">The text of the object, not yet parsed.</param>
/// <param name="IsTooLong">Whether the object exceeds the size limit and was skipped.</param>
internal readonly record struct JsonRecord(long Number, ReadOnlyMemory<byte> Json, bool IsTooLong);
