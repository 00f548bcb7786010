using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SessionService.Client;

/// <summary>An event of a <c>text/event-stream</c>. .NET reads them from version 9 on; the package is for 8 too.</summary>
internal sealed record SentEvent(string? Id, string Name, string Data)
{
    /// <summary>The events, as they arrive. What the end of the stream has cut off is no event.</summary>
    public static async IAsyncEnumerable<SentEvent> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        string? id = null;
        var name = "";
        StringBuilder? data = null;
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                {
                    yield return new(id, name.Length == 0 ? "message" : name, data.ToString());
                }

                name = "";
                data = null;
                continue;
            }

            // A line that begins with the colon is a comment.
            var end = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = end < 0 ? (line, "") : (line[..end], line[(end + 1)..]);
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (field)
            {
                case "id":
                    id = value;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data = data is null ? new StringBuilder(value) : data.Append('\n').Append(value);
                    break;
                default:
                    break;
            }
        }
    }

    public LiveEvent ToLiveEvent()
    {
        try
        {
            var json = SessionServiceJson.Default;
            LiveEvent told = Name switch
            {
                "message" => new MessageEvent { Message = Parse(json.MessageResponse) },
                "delta" => Parse(json.DeltaEvent),
                "session" => new SessionEvent { Session = Parse(json.SessionResponse) },
                "snapshot" => Parse(json.SnapshotEvent),
                "deleted" => Parse(json.DeletedEvent),
                _ => new UnknownEvent { Name = Name, Data = Data },
            };
            told.Id = Id;
            return told;
        }
        catch (JsonException exception)
        {
            throw new SessionServiceException("An event is not of the service: is its address right?", exception);
        }
    }

    private T Parse<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Data, type) ?? throw new JsonException("The data are null.");
}
