using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SessionService.Api.Json;
using SessionService.Api.Messages;
using SessionService.Application.Deltas;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;

namespace SessionService.Api.Live;

/// <summary>Writes events in the format of <c>text/event-stream</c>, with the same JSON as other answers.</summary>
internal sealed class EventWriter : IDisposable
{
    // Of a page with one event. Many streams may begin at once, so the memory is no more than a page needs.
    private const int InitialBytes = 1024;

    private static readonly JsonSerializerOptions Options = ServiceJson.NewOptions();

    private readonly ArrayBufferWriter<byte> _buffer = new(InitialBytes);
    private readonly Utf8JsonWriter _json;

    // Of the data of the event that is being written.
    private int _start;

    public EventWriter() =>
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });

    public int Events { get; private set; }

    /// <summary>The events. Nothing may be written afterwards.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void WriteMessage(string id, in MessageRow message, in MessageListWriter json)
    {
        Begin(id, EventNames.Message);
        json.Write(message, feedback: null);
        End();
    }

    public void WriteDelta(string id, Guid sessionId, long sequence, Delta delta) => Write(id, EventNames.Delta, new DeltaEvent
    {
        SessionId = sessionId,
        Sequence = sequence,
        Index = delta.Index,
        Text = delta.Text,
        Parts = delta.Parts is null ? null : new JsonText(delta.Parts),
    });

    public void WriteSession(string id, SessionResponse session) => Write(id, EventNames.Session, session);

    public void WriteSnapshot(string id, SnapshotEvent snapshot) => Write(id, EventNames.Snapshot, snapshot);

    public void WriteDeleted(string? id, Guid sessionId) => Write(id, EventNames.Deleted, new DeletedEvent { SessionId = sessionId });

    /// <summary>Writes messages of a session; their JSON is that of lists.</summary>
    public MessageListWriter MessagesOf(string userId, Guid sessionId) => new(_json, userId, sessionId);

    /// <summary>Writes an event of any kind.</summary>
    /// <param name="id">From where a follower resumes who has the event; <see langword="null"/> where there is nothing to resume.</param>
    /// <param name="name">The name of the event.</param>
    /// <param name="data">The data.</param>
    public void Write<T>(string? id, string name, T data)
    {
        Begin(id, name);
        JsonSerializer.Serialize(_json, data, Options);
        End();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(string? id, string name)
    {
        if (id is not null)
        {
            Append($"id: {id}\n");
        }

        Append($"event: {name}\ndata: ");
        _start = _buffer.WrittenCount;
    }

    private void End()
    {
        // A line break of JSON stands between its tokens, where a space means the same. In an event it would end the line.
        _json.Flush();
        var json = MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span[_start..];
        json.Replace((byte)'\n', (byte)' ');
        json.Replace((byte)'\r', (byte)' ');
        _json.Reset();
        Append("\n\n");
        Events++;
    }

    private void Append(string text) => Encoding.UTF8.GetBytes(text, _buffer);
}
