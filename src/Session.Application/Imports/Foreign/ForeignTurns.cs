using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// Collects the content of a message, and divides it: texts and calls of tools become one message, each result of a tool one of its own.
/// </summary>
internal sealed class ForeignTurns(string? role)
{
    private readonly List<ForeignTurn> _turns = [];
    private readonly List<string> _texts = [];
    private readonly List<string> _reasoning = [];
    private readonly List<string> _calls = [];
    private readonly List<string> _citations = [];
    private readonly List<Piece> _pieces = [];

    /// <summary>Whether there is a text, a call or a result.</summary>
    public bool HasText => _texts.Count + _calls.Count + _turns.Count > 0;

    private bool IsEmpty => _texts.Count + _calls.Count == 0 && !HasParts;

    // A message that holds texts alone needs no parts.
    private bool HasParts => _pieces.Exists(piece => piece.IsPart);

    /// <summary>The message of one text.</summary>
    public static IReadOnlyList<ForeignTurn> OfText(string? role, string? text)
    {
        var turns = new ForeignTurns(role);
        turns.AddText(text);
        return turns.Build();
    }

    /// <param name="block">The text in its form, if it has one.</param>
    public void AddText(string? text, JsonElement? block = null)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _texts.Add(text);
            _pieces.Add(new Piece(block, text, IsPart: false));
        }
    }

    public void AddRefusal(string? text, JsonElement? block = null)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _texts.Add(text);
            AddPart(block ?? ForeignParts.Refusal(text));
        }
    }

    /// <summary>Keeps what is not text.</summary>
    public void AddPart(JsonElement part) => _pieces.Add(new Piece(part, Text: null, IsPart: true));

    /// <summary>Keeps what only marks a place between other parts.</summary>
    public void AddMark(JsonElement mark) => _pieces.Add(new Piece(mark, Text: null, IsPart: false));

    public void AddCitations(JsonElement citations) => _citations.AddRange(citations.EnumerateArray().Select(one => one.GetRawText()));

    /// <summary>Keeps reasoning, which becomes a message of its own where there is nothing beside it.</summary>
    public void AddReasoning(string? text, JsonElement part)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _reasoning.Add(text);
        }

        AddPart(part);
    }

    /// <param name="arguments">A text or any JSON; none for a call without arguments.</param>
    /// <param name="block">The call as a part, if it has that form.</param>
    public void AddCall(string? id, string? name, JsonElement? arguments, JsonElement? block = null)
    {
        var call = Call(id, name, arguments is { } given ? given.AsText() ?? given.GetRawText() : "{}");
        _calls.Add(call);
        AddPart(block ?? ForeignParts.Parse(call));
    }

    /// <summary>A call of a tool, in the form of chat completions.</summary>
    public static string Call(string? id, string? name, string arguments)
    {
        string?[] members =
        [
            id is null ? null : $"\"id\":{ForeignJson.Quote(id)}",
            "\"type\":\"function\"",
            $"\"function\":{{\"name\":{ForeignJson.Quote(name ?? "")},\"arguments\":{ForeignJson.Quote(arguments)}}}",
        ];
        return $"{{{string.Join(',', members.Where(member => member is not null))}}}";
    }

    /// <summary>Adds the result of a tool as a message of its own.</summary>
    /// <param name="content">A text, blocks of content or any other JSON.</param>
    /// <param name="block">The result as a part, if it has that form.</param>
    public void AddResult(string? callId, string? name, JsonElement? content, bool isError = false, JsonElement? block = null)
    {
        if (!IsEmpty)
        {
            Close();
        }

        var result = new ForeignTurns(MessageRoles.Tool);
        switch (content)
        {
            case { } blocks when ForeignContent.IsBlocks(blocks):
                ForeignContent.Add(result, blocks);
                break;

            case { } other:
                result.AddText(other.AsText() ?? other.GetRawText());
                break;
        }

        var labels = new List<KeyValuePair<string, string>>();
        AddLabel(labels, "tool_call_id", callId);
        AddLabel(labels, "name", name);
        if (isError)
        {
            labels.Add(new("is_error", "true"));
        }

        _turns.Add(new ForeignTurn
        {
            Role = MessageRoles.Tool,
            Type = ForeignTurn.Result,
            Text = string.Join('\n', result._texts),
            Labels = labels,
            Parts = [block ?? ForeignParts.Result(callId, name, content?.GetRawText() ?? "\"\"", isError)],
        });
    }

    /// <summary>The messages. Content without anything in it is one blank message.</summary>
    /// <param name="type">The type of the messages that are neither calls nor results.</param>
    /// <param name="labels">For the metadata of each message but results.</param>
    public IReadOnlyList<ForeignTurn> Build(string? type = null, IReadOnlyList<KeyValuePair<string, string>>? labels = null)
    {
        if (!IsEmpty || _turns.Count == 0)
        {
            Close();
        }

        return [.. _turns.Select(turn => Finish(turn, type, labels ?? []))];
    }

    public static void AddLabel(List<KeyValuePair<string, string>> labels, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            labels.Add(new(name, ForeignJson.Quote(text)));
        }
    }

    private static ForeignTurn Finish(ForeignTurn turn, string? type, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        var isResult = turn.Type == ForeignTurn.Result;
        var isPlainTool = !isResult && turn.Role == MessageRoles.Tool;
        return turn with
        {
            Type = turn.Type ?? (isPlainTool ? ForeignTurn.Result : type),
            Labels = isResult ? turn.Labels : [.. labels, .. turn.Labels],
            Parts = isPlainTool ? ForeignParts.OfResult(turn, labels) : turn.Parts,
        };
    }

    private void Close()
    {
        var isReasoning = _texts.Count == 0 && _calls.Count == 0 && _reasoning.Count > 0;
        var labels = new List<KeyValuePair<string, string>>();
        if (_calls.Count > 0)
        {
            labels.Add(new("tool_calls", $"[{string.Join(',', _calls)}]"));
        }

        if (_citations.Count > 0)
        {
            labels.Add(new("citations", $"[{string.Join(',', _citations)}]"));
        }

        _turns.Add(new ForeignTurn
        {
            Role = role,
            Type = _calls.Count > 0 ? ForeignTurn.Call : isReasoning ? MessageTypes.Reasoning : null,
            Text = string.Join('\n', isReasoning ? _reasoning : _texts),
            Labels = labels,
            Parts = HasParts ? [.. _pieces.Select(piece => piece.Block ?? ForeignParts.Text(piece.Text!))] : [],
        });
        _texts.Clear();
        _reasoning.Clear();
        _calls.Clear();
        _citations.Clear();
        _pieces.Clear();
    }

    /// <param name="IsPart">Whether the piece says more than its text, so that the message needs parts.</param>
    private readonly record struct Piece(JsonElement? Block, string? Text, bool IsPart);
}
