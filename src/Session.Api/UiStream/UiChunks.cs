using System.Buffers;
using System.Text;
using System.Text.Json;
using SessionService.Api.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.Api.UiStream;

/// <summary>
/// Writes the chunks of the AI SDK's UI message stream, version 1. Texts that follow each other are one text part. Parts of all shapes are
/// read by the table of known parts; what has no chunk is left out.
/// </summary>
internal sealed class UiChunks
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _results = new(StringComparer.Ordinal);
    private int _ids;
    private int _others;
    private string? _openText;

    public void Begin(Guid messageId) => Write("start", json => json.WriteString("messageId", messageId));

    /// <summary>Adds a text or parts.</summary>
    public void Add(string text, string? parts)
    {
        if (parts is null)
        {
            AddText(text);
            return;
        }

        foreach (var part in MessageParts.Read(parts).Parts)
        {
            Add(part);
        }
    }

    /// <summary>Adds what a whole message has beyond what was added before, if it goes on from that.</summary>
    public void AddRest(string content, string? parts)
    {
        var whole = parts is null ? [] : MessageParts.Read(parts).Parts;
        var text = parts is null ? content : string.Concat(whole.Where(IsText).Select(part => part.Text));
        var (left, known) = (_text.Length, _others);
        var goesOn = text.StartsWith(_text.ToString(), StringComparison.Ordinal);
        if (parts is null)
        {
            AddText(goesOn ? content[left..] : "");
            return;
        }

        foreach (var part in whole)
        {
            if (IsText(part))
            {
                var said = Math.Min(left, part.Text.Length);
                left -= said;
                AddText(goesOn ? part.Text[said..] : "");
            }
            else if (part.Kind is PartKind.Call or PartKind.Result || known-- <= 0)
            {
                // A call or a result is known by its id.
                Add(part);
            }
        }
    }

    public void End()
    {
        EndText();
        Write("finish");
        Append("data: [DONE]\n\n");
    }

    /// <summary>Takes what was written.</summary>
    public byte[] Take()
    {
        var bytes = _buffer.WrittenSpan.ToArray();
        _buffer.ResetWrittenCount();
        return bytes;
    }

    private void Add(MessagePart part)
    {
        _others += IsText(part) || part.Kind is PartKind.Call or PartKind.Result ? 0 : 1;
        switch (part.Kind)
        {
            case PartKind.Text or PartKind.Refusal:
                AddText(part.Text);
                break;

            case PartKind.Reasoning when part.Text.Length > 0:
                EndText();
                var id = NextId();
                Write("reasoning-start", json => json.WriteString("id", id));
                Write("reasoning-delta", json =>
                {
                    json.WriteString("id", id);
                    json.WriteString("delta", part.Text);
                });
                Write("reasoning-end", json => json.WriteString("id", id));
                break;

            case PartKind.Call when part.CallId is { } callId && _calls.Add(callId):
                EndText();
                Write("tool-input-available", json =>
                {
                    json.WriteString("toolCallId", callId);
                    json.WriteString("toolName", part.ToolName ?? "");
                    json.WritePropertyName("input");
                    json.WriteRawValue(part.Arguments);
                });
                break;

            // A user interface refuses a result whose call it has not seen.
            case PartKind.Result when part.CallId is { } callId && _calls.Contains(callId) && _results.Add(callId):
                EndText();
                Write(part.IsError ? "tool-output-error" : "tool-output-available", json =>
                {
                    json.WriteString("toolCallId", callId);
                    json.WriteString(part.IsError ? "errorText" : "output", part.Text);
                });
                break;

            case PartKind.Media when part.Media is { Url: { } url, MediaType: { } mediaType }:
                EndText();
                Write("file", json =>
                {
                    json.WriteString("url", url);
                    json.WriteString("mediaType", mediaType);
                });
                break;
        }
    }

    private void AddText(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_openText is null)
        {
            _openText = NextId();
            Write("text-start", json => json.WriteString("id", _openText));
        }

        _text.Append(text);
        Write("text-delta", json =>
        {
            json.WriteString("id", _openText);
            json.WriteString("delta", text);
        });
    }

    private void EndText()
    {
        if (_openText is { } id)
        {
            Write("text-end", json => json.WriteString("id", id));
            _openText = null;
        }
    }

    private static bool IsText(MessagePart part) => part.Kind is PartKind.Text or PartKind.Refusal;

    private string NextId() => $"{_ids++}";

    private void Write(string type, Action<Utf8JsonWriter>? more = null)
    {
        Append("data: ");
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = ServiceJson.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            more?.Invoke(json);
            json.WriteEndObject();
        }

        Append("\n\n");
    }

    private void Append(string text) => Encoding.UTF8.GetBytes(text, _buffer);
}
